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
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveBigIntegerField(unique=True)),
                ('at', models.DateTimeField(db_index=True, verbose_name='time')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('actor_label', models.CharField(max_length=80, verbose_name='who')),
                ('action', models.CharField(db_index=True, max_length=80, verbose_name='action')),
                ('subject_type', models.CharField(max_length=60)),
                ('subject_id', models.CharField(max_length=80)),
                ('subject_label', models.CharField(max_length=120, verbose_name='subject')),
                ('unit_id', models.CharField(blank=True, db_index=True, max_length=16)),
                ('changes', models.TextField(default='{}', verbose_name='changes')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('address', models.CharField(blank=True, max_length=45)),
                ('previous_digest', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
            ],
            options={
                'ordering': ['-sequence'],
                'indexes': [models.Index(fields=['subject_type', 'subject_id', '-sequence'], name='audit_entry_subject_b47f44_idx')],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveBigIntegerField(default=0)),
                ('digest', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', max_length=64)),
            ],
            options={
                'indexes': [],
                'constraints': [],
            },
        ),
    ]
