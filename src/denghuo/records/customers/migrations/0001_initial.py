import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('identity', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=10, unique=True, verbose_name='customer number')),
                ('kind', models.CharField(choices=[('person', 'Person'), ('organisation', 'Organisation')], max_length=12, verbose_name='customer kind')),
                ('name', models.CharField(db_index=True, max_length=80, verbose_name='name')),
                ('name_pinyin', models.CharField(db_index=True, editable=False, max_length=200)),
                ('name_initials', models.CharField(db_index=True, editable=False, max_length=80)),
                ('identity_number', models.CharField(blank=True, db_index=True, max_length=20, verbose_name='identity number')),
                ('credit_code', models.CharField(blank=True, db_index=True, max_length=18, verbose_name='unified social credit code')),
                ('phone', models.CharField(blank=True, db_index=True, max_length=20, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('special_care', models.CharField(blank=True, choices=[('elderly', 'Elderly, living alone'), ('disabled', 'Disabled'), ('medical', 'Depends on medical equipment'), ('low_income', 'Minimum-living-allowance household'), ('five_guarantees', 'Five-guarantees household')], max_length=20, verbose_name='special care')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('synthetic', models.BooleanField(default=False, verbose_name='synthetic')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(verbose_name='registered')),
            ],
            options={
                'ordering': ['number'],
                'indexes': [models.Index(fields=['unit', 'number'], name='customers_c_unit_id_7ae457_idx')],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='customers.customer')),
                ('role', models.CharField(choices=[('billing', 'Billing matters'), ('electrical', 'Electrical matters'), ('outage', 'Outage notices'), ('family', 'Family')], max_length=12, verbose_name='contact role')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('phone', models.CharField(blank=True, db_index=True, max_length=20, verbose_name='phone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid until')),
            ],
            options={
                'ordering': ['role', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='contact_dates_in_order')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='customers.customer')),
                ('purpose', models.CharField(choices=[('service', 'Service notices'), ('marketing', 'Offers and advice'), ('load_curve', 'Use of the load curve'), ('location', 'Location during a repair')], max_length=12, verbose_name='purpose')),
                ('channel', models.CharField(choices=[('counter', 'Business hall'), ('phone', 'Telephone'), ('online', 'Online'), ('paper', 'Signed paper')], max_length=10, verbose_name='channel')),
                ('given_at', models.DateTimeField(verbose_name='given')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
            ],
            options={
                'ordering': ['purpose', 'given_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), ('withdrawn_at__gte', models.F('given_at')), _connector='OR'), name='consent_is_withdrawn_after_it_is_given'), models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('customer', 'purpose'), name='one_live_consent_per_purpose')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=14, unique=True, verbose_name='account number')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='customers.customer')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('payment_method', models.CharField(choices=[('counter', 'Business hall'), ('online', 'Online'), ('bank_debit', 'Bank debit'), ('transfer', 'Bank transfer')], default='online', max_length=12, verbose_name='payment method')),
                ('bill_address', models.CharField(blank=True, max_length=200, verbose_name='billing address')),
                ('opened_date', models.DateField(verbose_name='opened')),
                ('closed_date', models.DateField(blank=True, null=True, verbose_name='closed')),
            ],
            options={
                'ordering': ['number'],
                'indexes': [models.Index(fields=['unit', 'number'], name='customers_a_unit_id_f5fa4e_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('closed_date__isnull', True), ('closed_date__gte', models.F('opened_date')), _connector='OR'), name='account_dates_in_order')],
            },
        ),
    ]
