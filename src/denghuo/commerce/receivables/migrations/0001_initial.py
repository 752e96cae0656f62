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
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountBalance',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='balance', serialize=False, to='customers.account')),
                ('prepaid_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='prepaid')),
                ('open_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='open')),
                ('payable_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='payable to the customer')),
            ],
            options={
                'indexes': [models.Index(models.OrderBy(models.F('open_fen'), descending=True), models.F('account'), condition=models.Q(('open_fen__gt', 0)), name='accounts_that_owe')],
                'constraints': [models.CheckConstraint(condition=models.Q(('open_fen__gte', 0), ('prepaid_fen__gte', 0)), name='no_balance_below_zero')],
            },
        ),
        migrations.CreateModel(
            name='Receivable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='receivables', to='customers.account')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('kind', models.CharField(choices=[('energy', 'Electricity'), ('breach', 'Breach of use'), ('connection', 'Connection fee'), ('late_fee', 'Late fee'), ('other', 'Other')], max_length=12, verbose_name='kind')),
                ('payer_class', models.CharField(choices=[('residential', 'Residential'), ('other', 'Other than residential')], max_length=12, verbose_name='payer')),
                ('document_type', models.CharField(max_length=30)),
                ('document_id', models.BigIntegerField()),
                ('document_number', models.CharField(max_length=32, verbose_name='document')),
                ('cycle', models.CharField(blank=True, max_length=7, verbose_name='cycle')),
                ('charged_date', models.DateField(verbose_name='charged')),
                ('due_date', models.DateField(verbose_name='due')),
                ('amount_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount')),
                ('open_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='open')),
                ('settled_date', models.DateField(null=True, verbose_name='settled')),
                ('disputed', models.BooleanField(default=False, verbose_name='disputed')),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('principal', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='late_fees', to='receivables.receivable')),
                ('from_date', models.DateField(null=True)),
                ('to_date', models.DateField(null=True)),
                ('posting', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.posting')),
            ],
            options={
                'ordering': ['due_date', 'id'],
                'indexes': [models.Index(fields=['account', 'due_date'], name='receivables_account_c631a1_idx'), models.Index(condition=models.Q(('open_fen__gt', 0)), fields=['due_date', 'unit'], name='open_receivables'), models.Index(condition=models.Q(('principal__isnull', False)), fields=['principal'], name='late_fees_of_a_principal')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0), ('open_fen__gte', 0), ('open_fen__lte', models.F('amount_fen'))), name='open_part_of_a_receivable'), models.CheckConstraint(condition=models.Q(models.Q(('open_fen', 0), ('settled_date__isnull', False)), models.Q(('open_fen__gt', 0), ('settled_date__isnull', True)), _connector='OR'), name='settled_when_nothing_is_open'), models.CheckConstraint(condition=models.Q(models.Q(('from_date__isnull', False), ('kind', 'late_fee'), ('principal__isnull', False), ('to_date__gte', models.F('from_date'))), models.Q(models.Q(('kind', 'late_fee'), _negated=True), ('principal__isnull', True)), _connector='OR'), name='a_late_fee_names_its_principal_and_days'), models.UniqueConstraint(condition=models.Q(('kind', 'late_fee'), _negated=True), fields=('document_type', 'document_id'), name='one_receivable_a_document')],
            },
        ),
        migrations.CreateModel(
            name='Allocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('receivable', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='receivables.receivable')),
                ('posting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.posting')),
                ('source', models.CharField(choices=[('payment', 'Payment'), ('prepayment', 'Prepayment'), ('waiver', 'Waiver'), ('write_off', 'Write-off'), ('reversal', 'Reversal of the document')], max_length=12, verbose_name='source')),
                ('amount_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount')),
                ('value_date', models.DateField(verbose_name='value date')),
                ('undoes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='receivables.allocation')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('amount_fen__gt', 0), ('undoes__isnull', True)), models.Q(('amount_fen__lt', 0), ('undoes__isnull', False)), _connector='OR'), name='a_negative_allocation_undoes_one')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='LateFeeWaiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('receivable', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waivers', to='receivables.receivable')),
                ('reason', models.CharField(choices=[('channel_failure', 'Failure of a bank or channel'), ('billing_error', 'Billing error'), ('disaster', 'Disaster'), ('policy', 'Policy relief'), ('dispute', 'Dispute decided for the customer')], max_length=16, verbose_name='reason')),
                ('note', models.CharField(max_length=300, verbose_name='note')),
                ('from_date', models.DateField(verbose_name='first day')),
                ('to_date', models.DateField(verbose_name='last day')),
                ('state', models.CharField(choices=[('requested', 'Waiting for approval'), ('approved', 'Approved'), ('rejected', 'Rejected')], default='requested', max_length=10, verbose_name='state')),
                ('effect_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='waived')),
                ('credited_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='taken back')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requested_at', models.DateTimeField(verbose_name='asked for')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('decision_note', models.CharField(blank=True, max_length=300, verbose_name='note on the decision')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('to_date__gte', models.F('from_date'))), name='waiver_dates_in_order'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='two_persons_for_a_waiver'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'requested')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ['approved', 'rejected'])), _connector='OR'), name='a_waiver_decided_names_who'), models.UniqueConstraint(condition=models.Q(('state', 'requested')), fields=('receivable',), name='one_waiver_waits_a_receivable')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='DisputeHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('receivable', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='receivables.receivable')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('opened_date', models.DateField(verbose_name='opened')),
                ('opened_at', models.DateTimeField()),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('closed_date', models.DateField(null=True, verbose_name='closed')),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('outcome', models.CharField(blank=True, max_length=300, verbose_name='outcome')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('receivable',), name='one_open_dispute_a_receivable')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='InstalmentPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instalment_plans', to='customers.account')),
                ('state', models.CharField(choices=[('requested', 'Waiting for approval'), ('active', 'Running'), ('kept', 'Kept'), ('broken', 'Broken'), ('rejected', 'Rejected')], default='requested', max_length=10, verbose_name='state')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('total_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount')),
                ('free_of_late_fee', models.BooleanField(default=False, verbose_name='free of late fee')),
                ('agreed_date', models.DateField(null=True, verbose_name='agreed')),
                ('ended_date', models.DateField(null=True, verbose_name='ended')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requested_at', models.DateTimeField(verbose_name='asked for')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('decision_note', models.CharField(blank=True, max_length=300, verbose_name='note on the decision')),
                ('receivables', models.ManyToManyField(related_name='plans', to='receivables.receivable')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['requested', 'active'])), fields=('account',), name='one_running_plan_an_account'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='two_persons_for_a_plan'), models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'rejected']), models.Q(('agreed_date__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='a_plan_that_runs_was_agreed'), models.CheckConstraint(condition=models.Q(models.Q(('ended_date__isnull', False), ('state__in', ['kept', 'broken'])), models.Q(('ended_date__isnull', True), ('state__in', ['requested', 'active', 'rejected'])), _connector='OR'), name='a_plan_that_ended_has_a_day')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Instalment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instalments', to='receivables.instalmentplan')),
                ('number', models.PositiveSmallIntegerField(verbose_name='instalment')),
                ('due_date', models.DateField(verbose_name='due')),
                ('amount_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('plan', 'number'), name='one_instalment_per_number'), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='an_instalment_is_an_amount')],
                'indexes': [],
            },
        ),
    ]
