import denghuo.foundation.database.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('customers', '0001_initial'),
        ('identity', '0001_initial'),
        ('identity', '__first__'),
        ('ledger', '0001_initial'),
        ('payments', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChannelStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('channel', models.CharField(choices=[('cash', 'Cash'), ('card', 'Bank card (POS)'), ('cheque', 'Cheque'), ('wechat', 'WeChat Pay'), ('alipay', 'Alipay'), ('bank_debit', 'Bank debit'), ('lockbox', 'Lock-box (collected by a bank)'), ('transfer', 'Bank transfer')], max_length=12, verbose_name='channel')),
                ('day', models.DateField(verbose_name='day')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('digest', models.CharField(max_length=64)),
                ('lines_count', models.PositiveIntegerField(verbose_name='rows')),
                ('payment_count', models.PositiveIntegerField(verbose_name='payments')),
                ('refund_count', models.PositiveIntegerField(verbose_name='refunds')),
                ('error_count', models.PositiveIntegerField(verbose_name='unreadable')),
                ('payments_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='paid')),
                ('refunds_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='refunded')),
                ('fee_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='fee')),
                ('agrees', models.BooleanField(verbose_name='agrees with its own summary')),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaced_at', models.DateTimeField(null=True, verbose_name='replaced')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('replaced_at__isnull', True)), fields=('unit', 'channel', 'day'), name='one_live_statement_a_channel_and_day'), models.UniqueConstraint(fields=('unit', 'channel', 'digest'), name='a_statement_is_taken_once'), models.CheckConstraint(condition=models.Q(('lines_count', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('payment_count'), '+', models.F('refund_count')), '+', models.F('error_count')))), name='rows_of_a_statement_add_up')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='StatementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='reconciliation.channelstatement')),
                ('number', models.PositiveIntegerField(verbose_name='row')),
                ('kind', models.CharField(choices=[('payment', 'Payment'), ('refund', 'Refund'), ('error', 'Unreadable')], max_length=8, verbose_name='kind')),
                ('external_id', models.CharField(blank=True, db_index=True, max_length=64, verbose_name='channel transaction')),
                ('parent', models.CharField(blank=True, max_length=64, verbose_name='transaction given back')),
                ('amount_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='amount')),
                ('fee_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='fee')),
                ('moment', models.CharField(blank=True, max_length=32, verbose_name='time at the channel')),
                ('hint', models.CharField(blank=True, max_length=120, verbose_name='remark')),
                ('problem', models.CharField(blank=True, max_length=120, verbose_name='problem')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('statement', 'number'), name='one_line_per_row_of_a_statement')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='DayReconciliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('channel', models.CharField(choices=[('cash', 'Cash'), ('card', 'Bank card (POS)'), ('cheque', 'Cheque'), ('wechat', 'WeChat Pay'), ('alipay', 'Alipay'), ('bank_debit', 'Bank debit'), ('lockbox', 'Lock-box (collected by a bank)'), ('transfer', 'Bank transfer')], max_length=12, verbose_name='channel')),
                ('day', models.DateField(verbose_name='day')),
                ('statement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reconciliations', to='reconciliation.channelstatement')),
                ('state', models.CharField(choices=[('waiting', 'File not there'), ('open', 'Differences open'), ('explained', 'Ready to close'), ('closed', 'Closed')], default='waiting', max_length=10, verbose_name='state')),
                ('file_total_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='channel file')),
                ('our_total_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='our records')),
                ('ledger_total_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='ledger')),
                ('difference_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='difference')),
                ('ledger_difference_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='difference of the ledger')),
                ('file_count', models.PositiveIntegerField(default=0, verbose_name='rows of the file')),
                ('our_count', models.PositiveIntegerField(default=0, verbose_name='our records')),
                ('matched_count', models.PositiveIntegerField(default=0, verbose_name='matched')),
                ('open_count', models.PositiveIntegerField(default=0, verbose_name='open differences')),
                ('reconciled_at', models.DateTimeField(null=True, verbose_name='compared')),
                ('overdue_at', models.DateTimeField(null=True, verbose_name='file overdue since')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='closed')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-day', 'channel'],
                'constraints': [models.UniqueConstraint(fields=('unit', 'channel', 'day'), name='one_reconciliation_a_channel_and_day'), models.CheckConstraint(condition=models.Q(('statement__isnull', True), ('file_total_fen', django.db.models.expressions.CombinedExpression(models.F('our_total_fen'), '+', models.F('difference_fen'))), _connector='OR'), name='file_is_ours_and_the_differences'), models.CheckConstraint(condition=models.Q(('ledger_total_fen', django.db.models.expressions.CombinedExpression(models.F('our_total_fen'), '+', models.F('ledger_difference_fen')))), name='ledger_is_ours_and_the_differences'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), ('open_count', 0), ('state', 'closed'), ('statement__isnull', False)), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='a_closed_day_is_explained')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Difference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reconciliation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='reconciliation.dayreconciliation')),
                ('kind', models.CharField(choices=[('missing_ours', 'Not in our books'), ('missing_theirs', "Not in the channel's file"), ('amount', 'Another amount'), ('duplicate', 'Twice in the file'), ('state', 'Given back on one side only'), ('day_cut', 'On another day'), ('ledger', 'Ledger differs from our records')], max_length=16, verbose_name='kind')),
                ('record', models.CharField(max_length=10, verbose_name='record')),
                ('external_id', models.CharField(max_length=64, verbose_name='channel transaction')),
                ('serial', models.PositiveSmallIntegerField(default=1)),
                ('file_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='channel file')),
                ('our_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='our records')),
                ('ledger_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='ledger')),
                ('other_day', models.DateField(null=True, verbose_name='other day')),
                ('state', models.CharField(choices=[('open', 'Open'), ('booking', 'Booking waits for approval'), ('explained', 'Explained'), ('resolved', 'Resolved'), ('gone', 'Gone after a new comparison')], default='open', max_length=10, verbose_name='state')),
                ('automatic', models.BooleanField(default=False, verbose_name='explained by the day alone')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('explanation', models.CharField(blank=True, max_length=300, verbose_name='explanation')),
                ('explained_at', models.DateTimeField(null=True, verbose_name='explained')),
                ('explained_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('booking_account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.account')),
                ('requested_at', models.DateTimeField(null=True, verbose_name='booking asked for')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('payment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.payment')),
                ('found_at', models.DateTimeField(verbose_name='found')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['state', 'id'], name='reconciliat_state_b33a4c_idx'), models.Index(fields=['external_id'], name='reconciliat_externa_736f19_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'gone'), _negated=True), fields=('reconciliation', 'kind', 'record', 'external_id', 'serial'), name='one_difference_a_transaction'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='two_persons_for_a_booking'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'explained'), _negated=True), ('automatic', True), models.Q(('explanation', ''), _negated=True), _connector='OR'), name='an_explained_difference_says_why')],
            },
        ),
        migrations.CreateModel(
            name='ChannelSettlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('statement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='settlement', to='reconciliation.channelstatement')),
                ('channel', models.CharField(choices=[('cash', 'Cash'), ('card', 'Bank card (POS)'), ('cheque', 'Cheque'), ('wechat', 'WeChat Pay'), ('alipay', 'Alipay'), ('bank_debit', 'Bank debit'), ('lockbox', 'Lock-box (collected by a bank)'), ('transfer', 'Bank transfer')], max_length=12, verbose_name='channel')),
                ('settled_date', models.DateField(verbose_name='paid out')),
                ('bank_reference', models.CharField(max_length=48, verbose_name='bank reference')),
                ('gross_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='gross')),
                ('fee_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='fee')),
                ('net_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='paid out net')),
                ('posting', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.posting')),
                ('settled_at', models.DateTimeField()),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('channel', 'bank_reference'), name='one_settlement_a_bank_reference'), models.CheckConstraint(condition=models.Q(('gross_fen', django.db.models.expressions.CombinedExpression(models.F('fee_fen'), '+', models.F('net_fen')))), name='gross_is_fee_and_net')],
                'indexes': [],
            },
        ),
    ]
