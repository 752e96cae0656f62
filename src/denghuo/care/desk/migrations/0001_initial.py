import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('appointments', '0001_initial'),
        ('customers', '0001_initial'),
        ('identity', '0001_initial'),
        ('identity', '__first__'),
        ('supply', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Plate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('supply_point', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.supplypoint')),
                ('reference', models.CharField(max_length=16, unique=True)),
                ('printed_times', models.PositiveSmallIntegerField(default=0, verbose_name='printed')),
                ('printed_at', models.DateTimeField(null=True, verbose_name='last printed')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='revoked')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('supply_point',), name='one_live_plate')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='PlatePrint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('route', 'Reading route'), ('area', 'Transformer area'), ('point', 'Single supply point')], max_length=6, verbose_name='by')),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('count', models.PositiveIntegerField(verbose_name='labels')),
                ('repeated', models.PositiveIntegerField(default=0, verbose_name='printed before')),
                ('printed_at', models.DateTimeField(verbose_name='printed')),
                ('printed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('count__gte', 1)), name='a_printed_sheet_has_labels')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Sitting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('window', models.CharField(max_length=4, verbose_name='window')),
                ('clerk', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('businesses', models.CharField(max_length=100, verbose_name='kinds of business')),
                ('opened_at', models.DateTimeField(verbose_name='opened')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='closed')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('clerk',), name='a_clerk_sits_at_one_window'), models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('unit', 'window'), name='one_clerk_a_window'), models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('closed_at__gte', models.F('opened_at')), _connector='OR'), name='sitting_times_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('window', ''), _negated=True), models.Q(('businesses', ''), _negated=True)), name='a_window_does_some_business')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('day', models.DateField(verbose_name='day')),
                ('number', models.CharField(max_length=6, verbose_name='ticket')),
                ('business', models.CharField(choices=[('payment', 'Payment'), ('bill', 'Bill and invoice'), ('connection', 'New connection or more capacity'), ('change', 'Change of service'), ('other', 'Enquiry and other')], max_length=12, verbose_name='kind of business')),
                ('source', models.CharField(choices=[('kiosk', 'Kiosk'), ('clerk', 'Clerk'), ('appointment', 'Appointment')], max_length=12, verbose_name='taken at')),
                ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('appointment', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ticket', to='appointments.appointment')),
                ('rank', models.PositiveSmallIntegerField(default=0)),
                ('reason', models.CharField(blank=True, max_length=20)),
                ('reason_detail', models.CharField(blank=True, max_length=40)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('called', 'Called'), ('serving', 'Being served'), ('done', 'Served'), ('absent', 'Did not come forward'), ('left', 'Left')], default='waiting', max_length=8, verbose_name='state')),
                ('taken_at', models.DateTimeField(verbose_name='taken')),
                ('window', models.CharField(blank=True, max_length=4, verbose_name='window')),
                ('clerk', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('calls', models.PositiveSmallIntegerField(default=0, verbose_name='calls')),
                ('called_at', models.DateTimeField(null=True, verbose_name='called')),
                ('first_called_at', models.DateTimeField(null=True)),
                ('serving_at', models.DateTimeField(null=True, verbose_name='served since')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('transfers', models.PositiveSmallIntegerField(default=0, verbose_name='passed on')),
            ],
            options={
                'ordering': ['-day', '-id'],
                'indexes': [models.Index(fields=['unit', 'day', 'state'], name='desk_ticket_unit_id_828e7e_idx')],
                'constraints': [models.UniqueConstraint(fields=('unit', 'day', 'number'), name='a_ticket_number_a_day'), models.UniqueConstraint(condition=models.Q(('state__in', ['called', 'serving'])), fields=('clerk',), name='a_clerk_serves_one_ticket'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['called', 'serving', 'done']), _negated=True), models.Q(('clerk__isnull', False), ('first_called_at__isnull', False)), _connector='OR'), name='a_called_ticket_has_its_clerk'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ['waiting', 'called', 'serving'])), models.Q(('ended_at__isnull', False), ('state__in', ['done', 'absent', 'left'])), _connector='OR'), name='a_ticket_ends_at_an_instant'), models.CheckConstraint(condition=models.Q(models.Q(('rank', 0), ('reason', '')), models.Q(('rank__gt', 0), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='a_rank_has_its_reason'), models.CheckConstraint(condition=models.Q(('first_called_at__isnull', True), ('first_called_at__gte', models.F('taken_at')), _connector='OR'), name='called_after_it_was_taken')],
            },
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='desk.ticket')),
                ('business', models.CharField(choices=[('payment', 'Payment'), ('bill', 'Bill and invoice'), ('connection', 'New connection or more capacity'), ('change', 'Change of service'), ('other', 'Enquiry and other')], max_length=12, verbose_name='kind of business')),
                ('clerk', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('window', models.CharField(max_length=4, verbose_name='window')),
                ('limit_minutes', models.PositiveSmallIntegerField()),
                ('started_at', models.DateTimeField(verbose_name='begun')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='done')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['started_at'], name='desk_item_started_2e3b50_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('ticket',), name='one_item_at_a_time'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='item_times_in_order')],
            },
        ),
        migrations.CreateModel(
            name='Evaluation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='evaluation', to='desk.ticket')),
                ('clerk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('score', models.PositiveSmallIntegerField(choices=[(1, 'Very dissatisfied'), (2, 'Dissatisfied'), (3, 'Fair'), (4, 'Satisfied'), (5, 'Very satisfied')], verbose_name='score')),
                ('comment', models.CharField(blank=True, max_length=200, verbose_name='comment')),
                ('given_at', models.DateTimeField(verbose_name='given')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('score__gte', 1), ('score__lte', 5)), name='a_score_is_one_of_five')],
                'indexes': [],
            },
        ),
    ]
