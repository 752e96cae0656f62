import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('files', '0001_initial'),
        ('identity', '0001_initial'),
        ('identity', '__first__'),
        ('supply', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='FieldTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120, unique=True)),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('subject_type', models.CharField(max_length=60)),
                ('subject_id', models.CharField(max_length=40)),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('crew', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='field_tasks', to=settings.AUTH_USER_MODEL)),
                ('state', models.CharField(choices=[('waiting', 'Nobody assigned'), ('assigned', 'Assigned'), ('accepted', 'Accepted'), ('arrived', 'On site'), ('done', 'Done'), ('cancelled', 'Cancelled'), ('conflict', 'In conflict')], default='waiting', max_length=10, verbose_name='state')),
                ('due_at', models.DateTimeField(null=True, verbose_name='due')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='address')),
                ('longitude', models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ('latitude', models.DecimalField(decimal_places=6, max_digits=8, null=True)),
                ('supply_point', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='field_tasks', to='supply.supplypoint')),
                ('details', models.TextField(default='{}')),
                ('answers', models.TextField(default='{}')),
                ('dispatched_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dispatched_at', models.DateTimeField(verbose_name='dispatched')),
                ('accepted_at', models.DateTimeField(null=True, verbose_name='accepted')),
                ('arrived_at', models.DateTimeField(null=True, verbose_name='arrived')),
                ('done_at', models.DateTimeField(null=True, verbose_name='done')),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('done_longitude', models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                ('done_latitude', models.DecimalField(decimal_places=6, max_digits=8, null=True)),
                ('cancelled_at', models.DateTimeField(null=True, verbose_name='cancelled')),
                ('end_note', models.CharField(blank=True, max_length=300, verbose_name='why it ended')),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['subject_type', 'subject_id', 'kind'], name='fieldwork_f_subject_bf5dd7_idx'), models.Index(fields=['crew', 'state'], name='fieldwork_f_crew_id_a57661_idx'), models.Index(condition=models.Q(('state__in', ['waiting', 'assigned', 'accepted', 'arrived', 'conflict'])), fields=['unit', 'state'], name='live_field_tasks')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('done_by__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('done_at__isnull', True), ('done_by__isnull', True)), _connector='OR'), name='a_done_field_task_says_who_and_when'), models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', False), ('state', 'cancelled')), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancelled_at__isnull', True)), _connector='OR'), name='a_cancelled_field_task_says_when'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['assigned', 'accepted', 'arrived']), _negated=True), ('crew__isnull', False), _connector='OR'), name='an_assigned_field_task_has_its_crew'), models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), _connector='OR'), name='a_field_task_lies_on_earth'), models.CheckConstraint(condition=models.Q(('done_at__isnull', True), ('done_at__gte', models.F('dispatched_at')), _connector='OR'), name='a_field_task_is_done_after_it_was_given')],
            },
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(blank=True, max_length=80, verbose_name='device')),
                ('consented_at', models.DateTimeField(null=True, verbose_name='consented to live location')),
                ('first_seen_at', models.DateTimeField(verbose_name='first seen')),
                ('last_seen_at', models.DateTimeField(verbose_name='last seen')),
                ('waiting', models.PositiveIntegerField(default=0, verbose_name='not sent yet')),
            ],
            options={
                'ordering': ['-last_seen_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('key', 'staff'), name='a_device_once_a_person')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='FieldSubmission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='fieldwork.device')),
                ('client_id', models.CharField(max_length=40)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit_id', models.CharField(max_length=16)),
                ('act', models.CharField(choices=[('accept', 'Accept'), ('arrive', 'Arrive'), ('complete', 'Complete'), ('reading', 'Meter reading'), ('not_read', 'Not readable')], max_length=10, verbose_name='act')),
                ('task', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='fieldwork.fieldtask')),
                ('metering_point_id', models.BigIntegerField(null=True)),
                ('payload', models.TextField()),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('received_at', models.DateTimeField(verbose_name='received')),
                ('outcome', models.CharField(choices=[('received', 'Received'), ('applied', 'Applied'), ('duplicate', 'The same was there already'), ('conflict', 'In conflict'), ('refused', 'Refused')], default='received', max_length=10, verbose_name='outcome')),
                ('words', models.CharField(blank=True, max_length=600, verbose_name='explanation')),
                ('theirs', models.TextField(default='{}')),
                ('proposal', models.CharField(blank=True, max_length=300, verbose_name='proposal')),
                ('resolved_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('resolved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resolution', models.CharField(blank=True, max_length=300, verbose_name='decision')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('outcome__in', ['received', 'conflict']), ('resolved_at__isnull', True)), fields=['unit_id', 'id'], name='undecided_submissions'), models.Index(fields=['metering_point_id', 'id'], name='fieldwork_f_meterin_4f7136_idx')],
                'constraints': [models.UniqueConstraint(fields=('device', 'client_id'), name='a_submission_once_a_device'), models.CheckConstraint(condition=models.Q(('resolved_at__isnull', True), models.Q(('resolved_by__isnull', False), models.Q(('resolution', ''), _negated=True)), _connector='OR'), name='a_decided_submission_says_who_and_why')],
            },
        ),
        migrations.CreateModel(
            name='FieldPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='fieldwork.device')),
                ('client_id', models.CharField(max_length=40)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('task', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='fieldwork.fieldtask')),
                ('taken_at', models.DateTimeField(verbose_name='taken')),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('device', 'client_id'), name='a_photo_once_a_device')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Position',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='positions', to='fieldwork.device')),
                ('at', models.DateTimeField()),
                ('longitude', models.DecimalField(decimal_places=6, max_digits=9)),
                ('latitude', models.DecimalField(decimal_places=6, max_digits=8)),
                ('accuracy_m', models.PositiveIntegerField(null=True)),
            ],
            options={
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['device', '-at'], name='fieldwork_p_device__5cc79d_idx'), models.Index(fields=['at'], name='fieldwork_p_at_61faca_idx')],
                'constraints': [],
            },
        ),
    ]
