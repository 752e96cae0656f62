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
        ('jobs', '0001_initial'),
        ('payments', '0001_initial'),
        ('receivables', '0001_initial'),
        ('supply', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='MassCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='mass correction')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('reason', models.CharField(choices=[('wrong_multiplier', 'Wrong multiplier'), ('wiring', 'Wrong wiring'), ('meter_error', 'Meter fast, slow or stopped'), ('wrong_tariff', 'Wrong tariff'), ('wrong_capacity', 'Wrong capacity'), ('wrong_reading', 'Missed or wrong reading'), ('swapped_meters', 'Meters of two customers swapped'), ('wrong_pf_standard', 'Wrong power-factor standard'), ('wrong_loss', 'Wrong transformer or line loss'), ('wrong_price', 'Wrong price in the price book'), ('theft', 'Theft, settled elsewhere'), ('other', 'Other reason')], max_length=20, verbose_name='reason')),
                ('explanation', models.CharField(max_length=500, verbose_name='what was wrong')),
                ('scope', models.TextField(default='{}')),
                ('facts', models.TextField(default='[]')),
                ('first_cycle', models.CharField(max_length=7, verbose_name='first month')),
                ('last_cycle', models.CharField(max_length=7, verbose_name='last month')),
                ('protect_residents', models.BooleanField(default=True, verbose_name='households never pay more')),
                ('correct_record', models.BooleanField(default=True, verbose_name='put the records right too')),
                ('accounts', models.PositiveIntegerField(default=0, verbose_name='accounts')),
                ('state', models.CharField(choices=[('previewing', 'Being computed'), ('ready', 'Ready to submit'), ('submitted', 'Waiting for approval'), ('committing', 'Being carried out'), ('done', 'Done'), ('rejected', 'Rejected')], default='previewing', max_length=10, verbose_name='state')),
                ('preview_run', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.longrun')),
                ('commit_run', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.longrun')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requested_at', models.DateTimeField(verbose_name='asked for')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('due_date', models.DateField(null=True, verbose_name='due')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='two_persons_for_a_mass_correction'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['committing', 'done']), _negated=True), ('decided_by__isnull', False), _connector='OR'), name='a_mass_correction_is_approved_first')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='correction number')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='customers.account')),
                ('supply_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='supply.supplypoint')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('reason', models.CharField(choices=[('wrong_multiplier', 'Wrong multiplier'), ('wiring', 'Wrong wiring'), ('meter_error', 'Meter fast, slow or stopped'), ('wrong_tariff', 'Wrong tariff'), ('wrong_capacity', 'Wrong capacity'), ('wrong_reading', 'Missed or wrong reading'), ('swapped_meters', 'Meters of two customers swapped'), ('wrong_pf_standard', 'Wrong power-factor standard'), ('wrong_loss', 'Wrong transformer or line loss'), ('wrong_price', 'Wrong price in the price book'), ('theft', 'Theft, settled elsewhere'), ('other', 'Other reason')], max_length=20, verbose_name='reason')),
                ('explanation', models.CharField(max_length=500, verbose_name='what was wrong')),
                ('document', models.CharField(blank=True, max_length=100, verbose_name='evidence')),
                ('first_cycle', models.CharField(max_length=7, verbose_name='first month')),
                ('last_cycle', models.CharField(max_length=7, verbose_name='last month')),
                ('facts', models.TextField(default='[]')),
                ('correct_record', models.BooleanField(default=True, verbose_name='put the records right too')),
                ('effect', models.TextField(default='{}')),
                ('before_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='before')),
                ('after_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='after')),
                ('difference_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='difference')),
                ('difference_kwh', denghuo.foundation.database.fields.EnergyField(default=0, verbose_name='energy difference')),
                ('months', models.PositiveSmallIntegerField(default=0, verbose_name='bills corrected')),
                ('settlement', models.CharField(choices=[('prepayment', 'Keep what is too much as prepayment'), ('refund', 'Refund what is too much'), ('collect', 'Collect with the new due date'), ('instalments', 'Collect in instalments')], default='prepayment', max_length=12, verbose_name='settlement')),
                ('settlement_terms', models.TextField(default='{}')),
                ('apology', models.BooleanField(default=True, verbose_name='with a letter of apology')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Waiting for approval'), ('committed', 'Corrected'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn'), ('linked', 'Only noted')], default='draft', max_length=10, verbose_name='state')),
                ('partner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='partners', to='corrections.correction')),
                ('mass', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='corrections.masscorrection')),
                ('drafted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('drafted_at', models.DateTimeField(verbose_name='drafted')),
                ('submitted_at', models.DateTimeField(null=True, verbose_name='submitted')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('refund', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.refund')),
                ('plan', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='receivables.instalmentplan')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['unit', 'state', '-id'], name='corrections_unit_id_967b4e_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('drafted_by')), _negated=True), _connector='OR'), name='two_persons_for_a_correction'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['committed', 'rejected']), _negated=True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='a_decided_correction_has_its_person'), models.CheckConstraint(condition=models.Q(('explanation', ''), _negated=True), name='a_correction_says_what_was_wrong'), models.UniqueConstraint(condition=models.Q(('mass__isnull', False)), fields=('mass', 'supply_point'), name='one_correction_a_mass_supply_point')],
            },
        ),
        migrations.CreateModel(
            name='CorrectedBill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('correction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrected_bills', to='corrections.correction')),
                ('cycle', models.CharField(max_length=7, verbose_name='cycle')),
                ('bill', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='billing.bill')),
                ('reversal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.bill')),
                ('replacement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='correction_of', to='billing.bill')),
            ],
            options={
                'ordering': ['cycle', 'id'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='MassItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mass', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='corrections.masscorrection')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.account')),
                ('supply_point', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.supplypoint')),
                ('residential', models.BooleanField(default=False, verbose_name='household')),
                ('outcome', models.CharField(choices=[('wins', 'Pays less'), ('loses', 'Pays more'), ('same', 'Nothing changes'), ('protected', 'Protected from paying more'), ('problem', 'Needs a person')], max_length=10, verbose_name='outcome')),
                ('months', models.PositiveSmallIntegerField(default=0, verbose_name='months')),
                ('before_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='before')),
                ('after_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='after')),
                ('difference_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='difference')),
                ('reason', models.CharField(blank=True, max_length=60, verbose_name='reason')),
                ('correction', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mass_item', to='corrections.correction')),
            ],
            options={
                'indexes': [models.Index(fields=['mass', 'difference_fen', 'id'], name='corrections_mass_id_f63182_idx')],
                'constraints': [models.UniqueConstraint(fields=('mass', 'supply_point'), name='one_item_a_mass_supply_point')],
            },
        ),
    ]
