import denghuo.foundation.database.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('identity', '0001_initial'),
        ('supply', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Meter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asset_number', models.CharField(max_length=22, unique=True, verbose_name='asset number')),
                ('factory_number', models.CharField(blank=True, max_length=24, verbose_name='factory number')),
                ('communication_address', models.CharField(blank=True, db_index=True, max_length=12, verbose_name='communication address')),
                ('model', models.CharField(max_length=40, verbose_name='type')),
                ('phases', models.PositiveSmallIntegerField(default=1, verbose_name='phases')),
                ('rated_current', models.CharField(blank=True, max_length=20, verbose_name='rated current')),
                ('accuracy_class', models.CharField(default='2', max_length=8, verbose_name='accuracy class')),
                ('registers', models.CharField(choices=[('total', 'Total only'), ('peak_valley', 'Total, peak, valley'), ('tou', 'Total and five periods'), ('tou_reactive', 'Total, periods, reactive'), ('tou_reactive_demand', 'Total, periods, reactive, demand')], default='total', max_length=20, verbose_name='registers')),
                ('integer_digits', models.PositiveSmallIntegerField(default=6, verbose_name='integer digits')),
                ('verified_date', models.DateField(blank=True, null=True, verbose_name='verified')),
                ('verification_due_date', models.DateField(blank=True, null=True, verbose_name='verification due')),
                ('state', models.CharField(choices=[('in_stock', 'In stock'), ('installed', 'Installed'), ('removed', 'Removed'), ('scrapped', 'Scrapped')], default='in_stock', max_length=10, verbose_name='state')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
            ],
            options={
                'ordering': ['asset_number'],
                'indexes': [models.Index(fields=['unit', 'asset_number'], name='metering_me_unit_id_344a72_idx'), models.Index(fields=['verification_due_date'], name='metering_me_verific_79cf09_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('integer_digits__range', (3, 9))), name='integer_digits_are_plausible')],
            },
        ),
        migrations.CreateModel(
            name='MeteringPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='metering point')),
                ('supply_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='metering_points', to='supply.supplypoint')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='metering.meteringpoint')),
                ('role', models.CharField(choices=[('purchase', 'Purchase'), ('feed_in', 'Feed-in'), ('generation', 'Generation')], default='purchase', max_length=10, verbose_name='use of the point')),
                ('measure', models.CharField(choices=[('metered', 'Metered'), ('ratio', 'Fixed ratio'), ('fixed', 'Fixed quantity')], default='metered', max_length=8, verbose_name='measure')),
                ('ratio', denghuo.foundation.database.fields.RatioField(blank=True, null=True, verbose_name='fixed ratio')),
                ('fixed_energy_kwh', denghuo.foundation.database.fields.EnergyField(blank=True, null=True, verbose_name='fixed quantity a month')),
                ('agreed_date', models.DateField(blank=True, null=True, verbose_name='agreed on')),
                ('tariff', models.CharField(blank=True, max_length=40, verbose_name='own tariff')),
                ('feeder', models.PositiveSmallIntegerField(default=1, verbose_name='incoming feeder')),
                ('opened_date', models.DateField()),
                ('closed_date', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('fixed_energy_kwh__isnull', True), ('measure', 'metered'), ('ratio__isnull', True)), models.Q(('measure', 'ratio'), ('parent__isnull', False), ('ratio__isnull', False)), models.Q(('fixed_energy_kwh__isnull', False), ('measure', 'fixed'), ('parent__isnull', False)), _connector='OR'), name='measure_has_its_figure'), models.CheckConstraint(condition=models.Q(('ratio__isnull', True), models.Q(('ratio__gt', 0), ('ratio__lte', 1)), _connector='OR'), name='fixed_ratio_is_a_share'), models.CheckConstraint(condition=models.Q(('closed_date__isnull', True), ('closed_date__gte', models.F('opened_date')), _connector='OR'), name='metering_point_dates_in_order')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('metering_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='installations', to='metering.meteringpoint')),
                ('meter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='installations', to='metering.meter')),
                ('installed_date', models.DateField(verbose_name='installed')),
                ('removed_date', models.DateField(blank=True, null=True, verbose_name='removed')),
                ('ct_primary_a', models.PositiveIntegerField(default=1, verbose_name='CT primary')),
                ('ct_secondary_a', models.PositiveIntegerField(default=1, verbose_name='CT secondary')),
                ('pt_ratio', models.PositiveIntegerField(default=1, verbose_name='PT ratio')),
                ('multiplier', models.PositiveIntegerField(verbose_name='multiplier')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
            ],
            options={
                'ordering': ['metering_point', 'installed_date'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_date__isnull', True)), fields=('metering_point',), name='one_meter_at_a_point'), models.UniqueConstraint(condition=models.Q(('removed_date__isnull', True)), fields=('meter',), name='a_meter_hangs_once'), models.CheckConstraint(condition=models.Q(('removed_date__isnull', True), ('removed_date__gte', models.F('installed_date')), _connector='OR'), name='installation_dates_in_order'), models.CheckConstraint(condition=models.Q(('ct_secondary_a__gte', 1), ('multiplier', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('ct_primary_a'), '/', models.F('ct_secondary_a')), '*', models.F('pt_ratio'))), ('multiplier__gte', 1)), name='multiplier_is_ct_times_pt')],
                'indexes': [],
            },
        ),
    ]
