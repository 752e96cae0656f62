import denghuo.foundation.database.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('customers', '0001_initial'),
        ('identity', '0001_initial'),
        ('identity', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('bills_issued', 'Bills issued'), ('bill_reversed', 'Bill reversed'), ('fee_charged', 'Fee charged'), ('late_fee', 'Late fee charged'), ('late_fee_waived', 'Late fee waived'), ('payment', 'Payment'), ('payment_reversed', 'Payment reversed'), ('prepayment_applied', 'Prepayment applied'), ('prepayment_released', 'Payment released to prepayment'), ('refund', 'Refund'), ('transfer', 'Transfer between accounts'), ('deposit', 'Deposit'), ('suspense', 'Receipt to be matched'), ('channel', 'Channel settlement'), ('cash_up', 'Cash-up'), ('write_off', 'Write-off'), ('reversal', 'Reversing entry')], max_length=24, verbose_name='kind')),
                ('key', models.CharField(max_length=100, null=True, unique=True)),
                ('document_type', models.CharField(blank=True, max_length=40)),
                ('document_id', models.BigIntegerField(null=True)),
                ('posting_date', models.DateField(verbose_name='posting date')),
                ('total_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='ledger.posting')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('posted_at', models.DateTimeField(verbose_name='posted')),
                ('posted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['posting_date', 'kind'], name='ledger_post_posting_d8a0db_idx'), models.Index(fields=['document_type', 'document_id'], name='ledger_post_documen_3503b7_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('total_fen__gt', 0)), name='a_posting_moves_money')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('posting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.posting')),
                ('posting_date', models.DateField(verbose_name='posting date')),
                ('ledger_account', models.CharField(max_length=12, verbose_name='ledger account')),
                ('detail', models.CharField(blank=True, max_length=40, verbose_name='detail')),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.account')),
                ('document_number', models.CharField(blank=True, max_length=32, verbose_name='document')),
                ('amount_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(condition=models.Q(('account__isnull', False)), fields=['account', 'ledger_account', 'posting_date'], name='entries_of_an_account'), models.Index(fields=['ledger_account', 'posting_date'], name='ledger_entr_ledger__3de64e_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_fen', 0), _negated=True), name='an_entry_moves_money')],
            },
        ),
        migrations.CreateModel(
            name='ClosedPeriod',
            fields=[
                ('month', models.CharField(max_length=7, primary_key=True, serialize=False, verbose_name='month')),
                ('closed_at', models.DateTimeField(verbose_name='closed')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('debits_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='debits')),
            ],
            options={
                'ordering': ['-month'],
                'indexes': [],
                'constraints': [],
            },
        ),
    ]
