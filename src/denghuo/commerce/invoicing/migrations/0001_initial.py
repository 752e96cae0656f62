import denghuo.foundation.database.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('billing', '0001_initial'),
        ('customers', '0001_initial'),
        ('identity', '0001_initial'),
        ('identity', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='SellerProfile',
            fields=[
                ('unit', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='identity.organisationunit')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('credit_code', models.CharField(max_length=18, verbose_name='unified social credit code')),
                ('address', models.CharField(max_length=120, verbose_name='address')),
                ('phone', models.CharField(max_length=20, verbose_name='phone')),
                ('bank', models.CharField(max_length=80, verbose_name='bank')),
                ('bank_account', models.CharField(max_length=40, verbose_name='bank account')),
                ('issuer', models.CharField(max_length=20, verbose_name='issued by')),
            ],
            options={
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='BuyerProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='buyer_profile', to='customers.account')),
                ('name', models.CharField(max_length=100, verbose_name='invoice title')),
                ('credit_code', models.CharField(blank=True, max_length=18, verbose_name='unified social credit code')),
                ('address', models.CharField(blank=True, max_length=120, verbose_name='address')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='phone')),
                ('bank', models.CharField(blank=True, max_length=80, verbose_name='bank')),
                ('bank_account', models.CharField(blank=True, max_length=40, verbose_name='bank account')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('special', models.BooleanField(default=False, verbose_name='special invoice')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('special', False), models.Q(('credit_code', ''), _negated=True), _connector='OR'), name='a_special_invoice_needs_a_registered_taxpayer')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='InvoiceExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='export number')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('invoices', models.PositiveIntegerField(verbose_name='invoices')),
                ('total_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='request number')),
                ('kind', models.CharField(choices=[('blue', 'Blue'), ('red', 'Red-letter')], default='blue', max_length=4, verbose_name='kind')),
                ('special', models.BooleanField(default=False, verbose_name='special invoice')),
                ('state', models.CharField(choices=[('confirmation', 'Red-letter confirmation wanted'), ('requested', 'Requested'), ('exported', 'Sent to the tax platform'), ('issued', 'Issued'), ('rejected', 'Rejected by the platform'), ('offset', 'Offset by a red-letter invoice'), ('cancelled', 'Cancelled before issue')], default='requested', max_length=12, verbose_name='state')),
                ('bill', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='billing.bill')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='customers.account')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('original', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='red_invoices', to='invoicing.invoice')),
                ('total_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount with tax')),
                ('ex_tax_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount without tax')),
                ('tax_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='tax')),
                ('vat_rate', denghuo.foundation.database.fields.PriceField(verbose_name='tax rate')),
                ('quantity_kwh', denghuo.foundation.database.fields.EnergyField(verbose_name='energy')),
                ('buyer', models.TextField(default='{}')),
                ('seller', models.TextField(default='{}')),
                ('remarks', models.CharField(blank=True, max_length=600, verbose_name='remarks')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('confirmation_number', models.CharField(blank=True, max_length=20, verbose_name='red-letter confirmation')),
                ('export', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='invoicing.invoiceexport')),
                ('tax_number', models.CharField(max_length=20, null=True, verbose_name='invoice number')),
                ('issued_date', models.DateField(null=True, verbose_name='issue date')),
                ('rejection', models.CharField(blank=True, max_length=300, verbose_name='why it was rejected')),
                ('requested_at', models.DateTimeField(verbose_name='asked for')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['unit', 'state', '-id'], name='invoicing_i_unit_id_16b7fe_idx'), models.Index(fields=['account', '-id'], name='invoicing_i_account_73a138_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'blue'), ('state__in', ('confirmation', 'requested', 'exported', 'issued'))), fields=('bill',), name='one_live_invoice_a_bill'), models.UniqueConstraint(condition=models.Q(('kind', 'red'), ('state__in', ('confirmation', 'requested', 'exported', 'issued'))), fields=('original',), name='one_live_red_letter_an_invoice'), models.UniqueConstraint(condition=models.Q(('tax_number__isnull', False)), fields=('tax_number',), name='one_invoice_a_tax_number'), models.CheckConstraint(condition=models.Q(('total_fen', django.db.models.expressions.CombinedExpression(models.F('ex_tax_fen'), '+', models.F('tax_fen')))), name='an_invoice_adds_up'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'blue'), ('original__isnull', True), ('total_fen__gt', 0)), models.Q(('kind', 'red'), ('original__isnull', False), ('total_fen__lt', 0)), _connector='OR'), name='red_is_negative_and_names_its_blue'), models.CheckConstraint(condition=models.Q(models.Q(('issued_date__isnull', False), ('state__in', ['issued', 'offset']), ('tax_number__isnull', False)), models.Q(models.Q(('state__in', ['issued', 'offset']), _negated=True), ('tax_number__isnull', True)), _connector='OR'), name='an_issued_invoice_has_its_number'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'rejected'), _negated=True), models.Q(('rejection', ''), _negated=True), _connector='OR'), name='a_rejection_has_its_reason')],
            },
        ),
        migrations.CreateModel(
            name='InvoiceLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='invoicing.invoice')),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=60, verbose_name='item')),
                ('specification', models.CharField(blank=True, max_length=40, verbose_name='specification')),
                ('quantity', denghuo.foundation.database.fields.EnergyField(verbose_name='quantity')),
                ('unit_price', models.CharField(blank=True, max_length=30, verbose_name='unit price without tax')),
                ('ex_tax_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount without tax')),
                ('tax_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='tax')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('invoice', 'position'), name='one_invoice_line_a_position')],
                'indexes': [],
            },
        ),
    ]
