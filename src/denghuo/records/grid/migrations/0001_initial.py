import denghuo.foundation.database.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('identity', '0001_initial'),
        ('identity', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Substation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('voltage', models.CharField(choices=[('lt1kv', 'Below 1 kV'), ('1-10kv', '1–10 kV'), ('20kv', '20 kV'), ('35kv', '35 kV'), ('110kv', '110 kV'), ('220kv', '220 kV and above')], max_length=8, verbose_name='voltage')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
            ],
            options={
                'ordering': ['code'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Feeder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('substation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='feeders', to='grid.substation')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('voltage', models.CharField(choices=[('lt1kv', 'Below 1 kV'), ('1-10kv', '1–10 kV'), ('20kv', '20 kV'), ('35kv', '35 kV'), ('110kv', '110 kV'), ('220kv', '220 kV and above')], max_length=8, verbose_name='voltage')),
                ('rated_capacity_kva', denghuo.foundation.database.fields.PowerField(blank=True, null=True, verbose_name='rated capacity')),
            ],
            options={
                'ordering': ['code'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Transformer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('feeder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transformers', to='grid.feeder')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('is_public', models.BooleanField(verbose_name='public')),
                ('model', models.CharField(blank=True, max_length=40, verbose_name='transformer type')),
                ('rated_capacity_kva', denghuo.foundation.database.fields.PowerField(verbose_name='rated capacity')),
                ('no_load_loss_kw', denghuo.foundation.database.fields.PowerField(blank=True, null=True, verbose_name='no-load loss')),
                ('load_loss_kw', denghuo.foundation.database.fields.PowerField(blank=True, null=True, verbose_name='load loss')),
                ('no_load_current_percent', denghuo.foundation.database.fields.PowerField(blank=True, null=True, verbose_name='no-load current')),
                ('commissioned_date', models.DateField(blank=True, null=True)),
                ('state', models.CharField(choices=[('running', 'In operation'), ('sealed', 'Sealed'), ('removed', 'Taken out of use')], default='running', max_length=8, verbose_name='state')),
            ],
            options={
                'ordering': ['code'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='TransformerArea',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('transformer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='area', to='grid.transformer')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('manager', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['code'],
                'indexes': [],
                'constraints': [],
            },
        ),
    ]
