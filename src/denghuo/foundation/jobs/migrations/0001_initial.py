import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('identity', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='LongRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('parameters', models.TextField(default='{}')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('paused', 'Paused'), ('cancelled', 'Cancelled'), ('failed', 'Failed'), ('done', 'Done')], default='queued', max_length=10, verbose_name='state')),
                ('total_rows', models.PositiveBigIntegerField(default=0)),
                ('done_rows', models.PositiveBigIntegerField(default=0)),
                ('result', models.TextField(default='{}')),
                ('error', models.TextField(blank=True)),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit_id', models.CharField(blank=True, max_length=16)),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('finished_at__isnull', True)), fields=['id'], name='unfinished_runs')],
                'constraints': [models.CheckConstraint(condition=models.Q(('done_rows__lte', models.F('total_rows'))), name='run_never_past_its_end')],
            },
        ),
        migrations.CreateModel(
            name='RunChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='jobs.longrun')),
                ('number', models.PositiveIntegerField()),
                ('payload', models.TextField(default='{}')),
                ('rows', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('leased', 'Leased'), ('done', 'Done'), ('failed', 'Failed')], default='waiting', max_length=8)),
                ('lease_token', models.CharField(blank=True, max_length=36)),
                ('leased_at', models.DateTimeField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('not_before', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('counters', models.TextField(default='{}')),
                ('error', models.TextField(blank=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'done'), _negated=True), fields=['run', 'number'], name='open_chunks')],
                'constraints': [models.UniqueConstraint(fields=('run', 'number'), name='one_chunk_per_number'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'leased'), models.Q(('lease_token', ''), _negated=True), ('lease_until__isnull', False)), models.Q(models.Q(('state', 'leased'), _negated=True), ('lease_token', ''), ('lease_until__isnull', True)), _connector='OR'), name='lease_belongs_to_state')],
            },
        ),
        migrations.CreateModel(
            name='RunLogLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='log', to='jobs.longrun')),
                ('at', models.DateTimeField()),
                ('code', models.CharField(max_length=20)),
                ('values', models.TextField(default='{}')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='CronSlot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('slot_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name', 'slot_at'), name='one_start_per_slot')],
                'indexes': [],
            },
        ),
    ]
