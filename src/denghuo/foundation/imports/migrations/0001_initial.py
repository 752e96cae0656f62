import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('identity', '__first__'),
        ('jobs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('digest', models.CharField(max_length=64)),
                ('size_bytes', models.PositiveBigIntegerField()),
                ('encoding', models.CharField(max_length=20)),
                ('header_number', models.PositiveIntegerField(default=1)),
                ('columns', models.TextField(default='[]')),
                ('mapping', models.TextField(default='{}')),
                ('parameters', models.TextField(default='{}')),
                ('state', models.CharField(choices=[('staged', 'Uploaded'), ('checking', 'Checking'), ('checked', 'Checked'), ('committing', 'Committing'), ('committed', 'Committed'), ('discarded', 'Discarded')], default='staged', max_length=12, verbose_name='state')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit_id', models.CharField(max_length=16)),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded')),
                ('total_rows', models.PositiveIntegerField(default=0)),
                ('valid_rows', models.PositiveIntegerField(default=0)),
                ('error_rows', models.PositiveIntegerField(default=0)),
                ('duplicate_rows', models.PositiveIntegerField(default=0)),
                ('committed_rows', models.PositiveIntegerField(default=0)),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.longrun')),
                ('committed_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'discarded'), _negated=True), fields=('kind', 'digest'), name='one_live_batch_per_file'), models.CheckConstraint(condition=models.Q(('state__in', ['staged', 'checking', 'discarded']), ('total_rows', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('valid_rows'), '+', models.F('error_rows')), '+', models.F('duplicate_rows'))), _connector='OR'), name='import_counts_add_up'), models.CheckConstraint(condition=models.Q(('committed_rows__lte', models.F('valid_rows')), models.Q(models.Q(('state', 'committed'), _negated=True), ('committed_rows', models.F('valid_rows')), _connector='OR')), name='import_committed_are_valid')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='imports.importbatch')),
                ('number', models.PositiveIntegerField()),
                ('cells', models.TextField()),
                ('key', models.CharField(blank=True, max_length=120)),
                ('state', models.CharField(choices=[('staged', 'Not checked yet'), ('valid', 'Valid'), ('error', 'Error'), ('duplicate', 'Duplicate'), ('committed', 'Committed')], default='staged', max_length=10)),
                ('errors', models.TextField(default='[]')),
            ],
            options={
                'indexes': [models.Index(fields=['batch', 'state', 'number'], name='imports_imp_batch_i_4f3bdc_idx')],
                'constraints': [models.UniqueConstraint(fields=('batch', 'number'), name='one_row_per_number')],
            },
        ),
    ]
