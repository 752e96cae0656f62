import denghuo.foundation.database.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('identity', '0001_initial'),
        ('identity', '__first__'),
        ('metering', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReadingRoute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('reading_day', models.PositiveSmallIntegerField(default=1, verbose_name='reading day')),
                ('rhythm', models.CharField(choices=[('monthly', 'Every month'), ('odd', 'Odd months'), ('even', 'Even months')], default='monthly', max_length=8, verbose_name='rhythm')),
                ('reader', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reading_day__range', (1, 31))), name='reading_day_in_month')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='RouteReader',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('route', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readers', to='readings.readingroute')),
                ('reader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('from_date', models.DateField(verbose_name='from')),
                ('to_date', models.DateField(blank=True, null=True, verbose_name='until')),
            ],
            options={
                'ordering': ['route', 'from_date'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('to_date__isnull', True)), fields=('route',), name='one_reader_at_a_time'), models.CheckConstraint(condition=models.Q(('to_date__isnull', True), ('to_date__gte', models.F('from_date')), _connector='OR'), name='reader_dates_in_order')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='RouteStop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('route', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stops', to='readings.readingroute')),
                ('metering_point', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='route_stop', to='metering.meteringpoint')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
            ],
            options={
                'ordering': ['route', 'position'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('total', denghuo.foundation.database.fields.ReadingField(verbose_name='total')),
                ('sharp', denghuo.foundation.database.fields.ReadingField(blank=True, null=True, verbose_name='sharp')),
                ('peak', denghuo.foundation.database.fields.ReadingField(blank=True, null=True, verbose_name='peak')),
                ('flat', denghuo.foundation.database.fields.ReadingField(blank=True, null=True, verbose_name='flat')),
                ('valley', denghuo.foundation.database.fields.ReadingField(blank=True, null=True, verbose_name='valley')),
                ('deep', denghuo.foundation.database.fields.ReadingField(blank=True, null=True, verbose_name='deep valley')),
                ('reactive_forward', denghuo.foundation.database.fields.ReadingField(blank=True, null=True, verbose_name='reactive forward')),
                ('reactive_reverse', denghuo.foundation.database.fields.ReadingField(blank=True, null=True, verbose_name='reactive reverse')),
                ('max_demand', denghuo.foundation.database.fields.ReadingField(blank=True, null=True, verbose_name='maximum demand')),
                ('installation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='metering.installation')),
                ('metering_point', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='metering.meteringpoint')),
                ('cycle', models.CharField(max_length=7, verbose_name='cycle')),
                ('read_date', models.DateField(verbose_name='reading date')),
                ('kind', models.CharField(choices=[('initial', 'Initial'), ('regular', 'Regular'), ('removal', 'At removal'), ('special', 'Special'), ('final', 'Final')], max_length=8, verbose_name='kind')),
                ('source', models.CharField(choices=[('remote', 'Remote'), ('field', 'Field'), ('manual', 'Entered by hand'), ('file', 'File'), ('customer', 'Customer'), ('estimate', 'Estimate')], max_length=8, verbose_name='source')),
                ('state', models.CharField(choices=[('held', 'Held'), ('accepted', 'Accepted'), ('replaced', 'Replaced'), ('rejected', 'Rejected')], max_length=8, verbose_name='state')),
                ('previous', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='readings.reading')),
                ('rolled_over', models.BooleanField(db_default=False, default=False, verbose_name='rolled over')),
                ('advance_kwh', denghuo.foundation.database.fields.EnergyField(blank=True, null=True, verbose_name='advance')),
                ('advance_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='days')),
                ('estimate_method', models.CharField(blank=True, choices=[('last_3', 'Average of the last 3 readings'), ('last_12', 'Average of the last 12 readings'), ('last_year', 'Same month last year'), ('zero', 'No consumption'), ('interpolated', 'Between two actual readings')], db_default='', default='', max_length=30, verbose_name='estimate method')),
                ('replaces', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='readings.reading')),
                ('entered_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['metering_point', 'read_date', 'id'],
                'indexes': [models.Index(fields=['cycle', 'metering_point'], name='readings_re_cycle_e67289_idx'), models.Index(fields=['metering_point', 'read_date'], name='readings_re_meterin_14d271_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['held', 'accepted']), ('kind__in', ['initial', 'regular', 'removal', 'final'])), fields=('installation', 'cycle', 'kind'), name='one_live_reading'), models.CheckConstraint(condition=models.Q(models.Q(('estimate_method__gt', ''), ('source', 'estimate')), models.Q(models.Q(('source', 'estimate'), _negated=True), ('estimate_method', '')), _connector='OR'), name='an_estimate_names_its_method')],
            },
        ),
        migrations.CreateModel(
            name='ReadingException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('metering_point', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reading_exceptions', to='metering.meteringpoint')),
                ('reading', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exceptions', to='readings.reading')),
                ('cycle', models.CharField(max_length=7, verbose_name='cycle')),
                ('rule', models.CharField(choices=[('rollover', 'Rolled over'), ('backwards', 'Runs backwards'), ('estimate_too_high', 'Below the last estimate'), ('zero_after_use', 'No use after regular use'), ('jump', 'Jump against history'), ('tou_sum', 'Periods do not add up to the total'), ('reactive_without_active', 'Reactive without active energy'), ('demand_over_capacity', 'Demand over the capacity'), ('energy_over_capacity', 'Energy over the capacity'), ('missing', 'Not read'), ('duplicate', 'Already read with other figures'), ('future_date', 'Reading date in the future'), ('out_of_order', 'Not after the last reading'), ('unknown_point', 'Unknown metering point'), ('no_meter', 'No meter on that day'), ('wrong_meter', 'Another meter hangs there'), ('register_missing', 'A register is missing'), ('register_range', 'The display cannot show this')], max_length=30, verbose_name='rule')),
                ('detail', models.TextField(default='{}')),
                ('state', models.CharField(choices=[('open', 'Open'), ('in_hand', 'In hand'), ('resolved', 'Resolved')], default='open', max_length=8, verbose_name='state')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('action', models.CharField(blank=True, choices=[('reread', 'Read again'), ('accept', 'Accepted with reason'), ('estimate', 'Estimated'), ('meter_fault', 'Meter fault order'), ('correct_estimate', 'Estimate corrected'), ('read', 'Read in the meantime')], max_length=16, verbose_name='decision')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('order_reference', models.CharField(blank=True, max_length=40, verbose_name='fault order')),
                ('unit_id', models.CharField(max_length=16)),
                ('raised_at', models.DateTimeField(verbose_name='raised')),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('resolved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['cycle', 'state'], name='readings_re_cycle_c4dba5_idx'), models.Index(fields=['unit_id', 'state', 'id'], name='readings_re_unit_id_80eac1_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('rule', 'missing'), models.Q(('state', 'resolved'), _negated=True)), fields=('metering_point', 'cycle'), name='one_open_missing_a_cycle'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'resolved'), _negated=True), models.Q(('resolved_at__isnull', False), models.Q(('action', ''), _negated=True)), _connector='OR'), name='resolved_exception_says_how')],
            },
        ),
    ]
