import denghuo.foundation.database.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('billing', '0001_initial'),
        ('customers', '0001_initial'),
        ('identity', '0001_initial'),
        ('identity', '__first__'),
        ('supply', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CustomerTransformer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('supply_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='own_transformers', to='supply.supplypoint')),
                ('label', models.CharField(max_length=30, verbose_name='label')),
                ('capacity_kva', denghuo.foundation.database.fields.PowerField(verbose_name='capacity')),
                ('state', models.CharField(choices=[('running', 'In operation'), ('sealed', 'Sealed'), ('removed', 'Taken out')], default='running', max_length=8, verbose_name='state')),
            ],
            options={
                'ordering': ['supply_point', 'label'],
                'constraints': [models.UniqueConstraint(fields=('supply_point', 'label'), name='one_transformer_a_label'), models.CheckConstraint(condition=models.Q(('capacity_kva__gt', 0)), name='a_transformer_has_capacity')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=14, unique=True, verbose_name='request number')),
                ('kind', models.CharField(choices=[('suspend', 'Suspension'), ('resume', 'Resumption'), ('reduce', 'Capacity reduction'), ('restore', 'Capacity restoration'), ('exchange', 'Temporary transformer'), ('exchange_back', 'Own transformer back'), ('relocate', 'Relocation'), ('move_meter', 'Meter moved'), ('remove', 'Temporary removal'), ('reinstall', 'Meter installed again'), ('rename', 'Change of name'), ('transfer', 'Transfer'), ('split', 'Split'), ('merge', 'Merger'), ('close', 'Closing'), ('voltage', 'Change of voltage'), ('tariff_class', 'Change of class')], max_length=14, verbose_name='kind')),
                ('supply_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='supply.supplypoint')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.account')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('state', models.CharField(choices=[('applied', 'Waiting for approval'), ('approved', 'To be carried out'), ('read', 'To be settled'), ('settled', 'Settled, to be filed'), ('effective', 'In effect'), ('refused', 'Not approved'), ('cancelled', 'Taken back')], max_length=9, verbose_name='state')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('from_date', models.DateField(verbose_name='asked from')),
                ('until_date', models.DateField(null=True, verbose_name='agreed until')),
                ('capacity_kva', denghuo.foundation.database.fields.PowerField(null=True, verbose_name='capacity')),
                ('wish', models.TextField(default='{}')),
                ('before', models.TextField(default='{}')),
                ('registers', models.TextField(default='{}', help_text='what the meters showed, by metering point number')),
                ('ends', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ended_by', to='changes.change')),
                ('new_customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('new_account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.account')),
                ('other_point', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.supplypoint')),
                ('final_bill', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.bill')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField(verbose_name='taken in')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('decision', models.CharField(blank=True, max_length=300, verbose_name='decision')),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('done_at', models.DateTimeField(null=True, verbose_name='carried out')),
                ('effective_date', models.DateField(null=True, verbose_name='in effect from')),
                ('ended_date', models.DateField(null=True, verbose_name='ended')),
                ('warned_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['unit', 'state', '-id'], name='changes_cha_unit_id_91bcfe_idx'), models.Index(fields=['supply_point', 'kind', '-id'], name='changes_cha_supply__65eae5_idx'), models.Index(condition=models.Q(('ended_date__isnull', True), ('kind__in', ['exchange', 'reduce', 'remove', 'suspend']), ('state', 'effective')), fields=['kind', 'until_date'], name='restrictions_in_force')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['applied', 'approved', 'read', 'settled'])), fields=('supply_point',), name='one_open_change_a_supply_point'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='two_persons_for_a_change'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'effective'), _negated=True), models.Q(('done_at__isnull', False), ('effective_date__isnull', False)), _connector='OR'), name='a_change_in_effect_says_when'), models.CheckConstraint(condition=models.Q(('ended_date__isnull', True), models.Q(('effective_date__isnull', False), ('ended_date__gte', models.F('effective_date')), ('kind__in', ['exchange', 'reduce', 'remove', 'suspend'])), _connector='OR'), name='a_restriction_ends_after_it_began'), models.CheckConstraint(condition=models.Q(('until_date__isnull', True), ('until_date__gt', models.F('from_date')), _connector='OR'), name='a_change_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), ('decided_by__isnull', False), _connector='OR'), name='who_refuses_a_change_is_named')],
            },
        ),
        migrations.CreateModel(
            name='ChangeTransformer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transformers', to='changes.change')),
                ('transformer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='changes.customertransformer')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('change', 'transformer'), name='a_transformer_once_a_change')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='RefusedRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('supply_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.supplypoint')),
                ('kind', models.CharField(choices=[('suspend', 'Suspension'), ('resume', 'Resumption'), ('reduce', 'Capacity reduction'), ('restore', 'Capacity restoration'), ('exchange', 'Temporary transformer'), ('exchange_back', 'Own transformer back'), ('relocate', 'Relocation'), ('move_meter', 'Meter moved'), ('remove', 'Temporary removal'), ('reinstall', 'Meter installed again'), ('rename', 'Change of name'), ('transfer', 'Transfer'), ('split', 'Split'), ('merge', 'Merger'), ('close', 'Closing'), ('voltage', 'Change of voltage'), ('tariff_class', 'Change of class')], max_length=14, verbose_name='kind')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('wish', models.TextField(default='{}')),
                ('refusals', models.TextField(default='[]')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['unit', '-id'], name='changes_ref_unit_id_f6003e_idx')],
                'constraints': [],
            },
        ),
    ]
