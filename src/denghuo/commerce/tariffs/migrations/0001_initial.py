import denghuo.foundation.database.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('identity', '__first__'),
        ('supply', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PriceBookVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('book', models.CharField(max_length=30, verbose_name='price book')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('document', models.TextField()),
                ('digest', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('approved', 'Approved'), ('in_force', 'In force'), ('superseded', 'Superseded'), ('rejected', 'Rejected')], default='draft', max_length=10, verbose_name='state')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='what changed')),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('drafted_at', models.DateTimeField(verbose_name='drafted')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_at', models.DateTimeField(null=True, verbose_name='approved')),
                ('rejected_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decision_note', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
                ('in_force_at', models.DateTimeField(null=True, verbose_name='in force since')),
                ('superseded_at', models.DateTimeField(null=True, verbose_name='superseded')),
            ],
            options={
                'ordering': ['book', '-number'],
                'constraints': [models.UniqueConstraint(fields=('book', 'number'), name='one_version_number'), models.UniqueConstraint(condition=models.Q(('state', 'in_force')), fields=('book',), name='one_version_in_force'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('drafted_by')), _negated=True), _connector='OR'), name='two_persons_for_a_price'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'in_force', 'superseded']), _negated=True), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='approved_by_somebody_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['in_force', 'superseded']), _negated=True), ('in_force_at__isnull', False), _connector='OR'), name='in_force_has_a_time')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='DayTrigger',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('book', models.CharField(max_length=30)),
                ('date', models.DateField()),
                ('trigger', models.CharField(max_length=20)),
                ('basis', models.CharField(blank=True, max_length=120, verbose_name='basis')),
            ],
            options={
                'ordering': ['book', 'date', 'trigger'],
                'constraints': [models.UniqueConstraint(fields=('book', 'date', 'trigger'), name='one_trigger_a_day')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='ContractPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('supply_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contract_prices', to='supply.supplypoint')),
                ('component', models.CharField(max_length=40)),
                ('tou', models.CharField(blank=True, max_length=8)),
                ('price', denghuo.foundation.database.fields.PriceField(verbose_name='price')),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('basis', models.CharField(blank=True, max_length=120, verbose_name='basis')),
            ],
            options={
                'ordering': ['supply_point', 'component', 'tou', 'valid_from'],
                'constraints': [models.UniqueConstraint(fields=('supply_point', 'component', 'tou', 'valid_from'), name='contract_price_starts_once'), models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('supply_point', 'component', 'tou'), name='one_open_contract_price'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='contract_price_dates_in_order')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='AdjustmentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('supply_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adjustment_lines', to='supply.supplypoint')),
                ('cycle', models.CharField(max_length=7, verbose_name='cycle')),
                ('code', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('group', models.CharField(default='adjustment', max_length=20)),
                ('amount_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount')),
                ('in_pf_base', models.BooleanField(default=False, verbose_name='in the power-factor base')),
                ('basis', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'indexes': [models.Index(fields=['cycle', 'supply_point'], name='tariffs_adj_cycle_ffe84c_idx')],
                'constraints': [models.UniqueConstraint(fields=('supply_point', 'cycle', 'code'), name='one_adjustment_per_code_and_cycle')],
            },
        ),
    ]
