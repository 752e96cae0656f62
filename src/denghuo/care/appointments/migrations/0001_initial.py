import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('customers', '0001_initial'),
        ('identity', '0001_initial'),
        ('identity', '__first__'),
        ('supply', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('minutes', models.PositiveSmallIntegerField(verbose_name='minutes')),
                ('where', models.CharField(choices=[('hall', 'At the hall'), ('door', 'At the door')], max_length=4, verbose_name='where')),
                ('role', models.CharField(choices=[('counter_clerk', 'Counter clerk'), ('agent', 'Service agent'), ('meter_reader', 'Meter reader'), ('field_crew', 'Field crew'), ('billing_clerk', 'Billing clerk'), ('cashier', 'Cashier'), ('accountant', 'Accountant'), ('inspector', 'Inspector'), ('key_account_manager', 'Key-account manager'), ('connection_engineer', 'Connection engineer'), ('dispatcher', 'Dispatcher'), ('tariff_clerk', 'Tariff clerk'), ('supervisor', 'Supervisor'), ('decision_maker', 'Decision maker'), ('system_admin', 'System administrator'), ('security_admin', 'Security administrator'), ('audit_admin', 'Audit administrator')], max_length=30, verbose_name='who')),
                ('is_active', models.BooleanField(default=True, verbose_name='offered')),
            ],
            options={
                'ordering': ['where', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('minutes__gte', 5), ('minutes__lte', 480)), name='a_service_takes_its_time')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Opening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='appointments.service')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], verbose_name='weekday')),
                ('opens', models.TimeField(verbose_name='from')),
                ('closes', models.TimeField(verbose_name='until')),
                ('capacity', models.PositiveSmallIntegerField(verbose_name='at a time')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid until')),
            ],
            options={
                'ordering': ['weekday', 'opens', 'id'],
                'indexes': [models.Index(fields=['unit', 'service'], name='appointment_unit_id_38d18b_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('closes__gt', models.F('opens'))), name='an_opening_closes_later'), models.CheckConstraint(condition=models.Q(('capacity__gte', 1), ('capacity__lte', 200)), name='an_opening_takes_somebody'), models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='an_opening_has_a_weekday'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='opening_dates_in_order'), models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('unit', 'service', 'weekday', 'opens'), name='one_open_end_of_an_opening')],
            },
        ),
        migrations.CreateModel(
            name='DayChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('service', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='appointments.service')),
                ('date', models.DateField(verbose_name='day')),
                ('capacity', models.PositiveSmallIntegerField(verbose_name='at a time')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('set_at', models.DateTimeField(verbose_name='set')),
            ],
            options={
                'ordering': ['date', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('service__isnull', False)), fields=('unit', 'date', 'service'), name='one_change_a_day_and_service'), models.UniqueConstraint(condition=models.Q(('service__isnull', True)), fields=('unit', 'date'), name='one_change_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), ('capacity__lte', 200)), name='a_day_change_has_its_reason')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='appointments.service')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('capacity', models.PositiveSmallIntegerField()),
                ('booked', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['starts_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('unit', 'service', 'starts_at'), name='a_slot_once'), models.CheckConstraint(condition=models.Q(('booked__gte', 0), ('booked__lte', models.F('capacity'))), name='no_slot_is_overbooked'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='slot_times_in_order')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='appointments.service')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('supply_point', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.supplypoint')),
                ('every_weeks', models.PositiveSmallIntegerField(verbose_name='every so many weeks')),
                ('first_date', models.DateField(verbose_name='first visit')),
                ('preferred', models.TimeField(blank=True, null=True, verbose_name='preferred time')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('state', models.CharField(choices=[('running', 'Running'), ('ended', 'Ended')], default='running', max_length=8, verbose_name='state')),
                ('problem', models.CharField(blank=True, max_length=200, verbose_name='problem')),
                ('agreed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agreed_at', models.DateTimeField(verbose_name='agreed')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('end_reason', models.CharField(blank=True, max_length=200, verbose_name='why it ended')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('customer', 'service'), name='one_running_series'), models.CheckConstraint(condition=models.Q(('every_weeks__gte', 1), ('every_weeks__lte', 52)), name='a_series_comes_back'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'running')), models.Q(('ended_at__isnull', False), ('state', 'ended')), _connector='OR'), name='a_series_ends_at_an_instant')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=14, unique=True, verbose_name='appointment number')),
                ('slot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='appointments.slot')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('service', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='appointments.service')),
                ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='customers.customer')),
                ('contact_name', models.CharField(blank=True, max_length=40, verbose_name='name')),
                ('contact_phone', models.CharField(blank=True, max_length=20, verbose_name='phone')),
                ('supply_point', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.supplypoint')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('channel', models.CharField(choices=[('counter', 'Business hall'), ('phone', 'Telephone'), ('online', 'Online'), ('series', 'Recurring visit')], max_length=8, verbose_name='channel')),
                ('state', models.CharField(choices=[('booked', 'Booked'), ('arrived', 'Arrived'), ('done', 'Done'), ('missed', 'Did not come'), ('cancelled', 'Cancelled')], default='booked', max_length=9, verbose_name='state')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('series', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='appointments.series')),
                ('series_date', models.DateField(null=True, verbose_name='due day')),
                ('booked_at', models.DateTimeField(verbose_name='booked at')),
                ('booked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('moved_times', models.PositiveSmallIntegerField(default=0, verbose_name='moved')),
                ('reminded_day_at', models.DateTimeField(null=True)),
                ('reminded_soon_at', models.DateTimeField(null=True)),
                ('arrived_at', models.DateTimeField(null=True, verbose_name='arrived at')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('end_reason', models.CharField(blank=True, max_length=200, verbose_name='why it ended')),
            ],
            options={
                'ordering': ['starts_at', 'id'],
                'indexes': [models.Index(fields=['unit', 'starts_at'], name='appointment_unit_id_29af1f_idx'), models.Index(condition=models.Q(('state', 'booked')), fields=['starts_at'], name='booked_appointments')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['booked', 'arrived'])), fields=('customer', 'service', 'starts_at'), name='a_customer_books_a_time_once'), models.UniqueConstraint(condition=models.Q(('series__isnull', False)), fields=('series', 'series_date'), name='a_due_visit_is_booked_once'), models.CheckConstraint(condition=models.Q(('customer__isnull', False), models.Q(models.Q(('contact_name', ''), _negated=True), models.Q(('contact_phone', ''), _negated=True)), _connector='OR'), name='somebody_is_expected'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ['booked', 'arrived'])), models.Q(models.Q(('state__in', ['booked', 'arrived']), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='an_appointment_ends_at_an_instant'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), _negated=True), models.Q(('end_reason', ''), _negated=True), _connector='OR'), name='a_cancellation_has_its_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'arrived'), _negated=True), ('arrived_at__isnull', False), _connector='OR'), name='who_arrived_has_a_time')],
            },
        ),
    ]
