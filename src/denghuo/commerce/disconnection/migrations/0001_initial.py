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
        ('supply', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DisconnectionOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=14, unique=True, verbose_name='order number')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='disconnections', to='customers.account')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('reason', models.CharField(choices=[('arrears', 'Arrears'), ('breach', 'Breach of use'), ('safety', 'Emergency or force majeure'), ('theft', 'Confirmed theft'), ('request', 'Request of the customer')], max_length=10, verbose_name='reason')),
                ('explanation', models.CharField(max_length=300, verbose_name='explanation')),
                ('state', models.CharField(choices=[('proposed', 'Waiting for approval'), ('approved', 'Approved, notice to deliver'), ('rejected', 'Rejected'), ('noticed', 'Notice delivered'), ('warned', 'Second notice given'), ('cutting', 'Command on its way'), ('executed', 'Supply stopped'), ('restoring', 'Being restored'), ('restored', 'Supply restored'), ('cancelled', 'Cancelled')], default='proposed', max_length=10, verbose_name='state')),
                ('importance', models.CharField(choices=[('ordinary', 'Ordinary'), ('special', 'Special grade'), ('first', 'First grade'), ('second', 'Second grade'), ('temporary', 'Temporarily important')], default='ordinary', max_length=10, verbose_name='load importance')),
                ('level', models.CharField(choices=[('station', 'Supervisor'), ('bureau', 'Decision maker of the bureau')], default='station', max_length=8, verbose_name='approval level')),
                ('owed_fen', denghuo.foundation.database.fields.MoneyField(default=0, verbose_name='overdue')),
                ('oldest_due_date', models.DateField(null=True, verbose_name='due since')),
                ('window_from', models.DateField(null=True, verbose_name='approved from')),
                ('window_to', models.DateField(null=True, verbose_name='approved until')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requested_at', models.DateTimeField(verbose_name='proposed at')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('decision_note', models.CharField(blank=True, max_length=300, verbose_name='reason of the decision')),
                ('notice_at', models.DateTimeField(null=True, verbose_name='notice delivered')),
                ('authority_copied_at', models.DateTimeField(null=True, verbose_name='copied to the power administration')),
                ('second_notice_at', models.DateTimeField(null=True, verbose_name='second notice')),
                ('executed_at', models.DateTimeField(null=True, verbose_name='supply stopped')),
                ('executed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report_due_at', models.DateTimeField(null=True, verbose_name='report due')),
                ('reported_at', models.DateTimeField(null=True, verbose_name='reported')),
                ('restored_at', models.DateTimeField(null=True, verbose_name='supply restored')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('end_note', models.CharField(blank=True, max_length=300, verbose_name='why it ended')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['account', '-id'], name='disconnecti_account_7c9e09_idx'), models.Index(condition=models.Q(('state__in', ['proposed', 'approved', 'noticed', 'warned', 'cutting', 'executed', 'restoring'])), fields=['state', 'unit'], name='live_disconnections')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['proposed', 'approved', 'noticed', 'warned', 'cutting', 'executed', 'restoring'])), fields=('account',), name='one_live_disconnection_an_account'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='two_persons_for_a_disconnection'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'rejected', 'noticed', 'warned']), _negated=True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='a_decided_disconnection_has_its_decision'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['cutting', 'executed', 'restoring', 'restored']), ('executed_at__isnull', False)), models.Q(models.Q(('state__in', ['cutting', 'executed', 'restoring', 'restored']), _negated=True), ('executed_at__isnull', True)), _connector='OR'), name='supply_is_off_since_an_instant'), models.CheckConstraint(condition=models.Q(('executed_at__isnull', True), ('reason__in', ['safety', 'theft']), models.Q(('decided_at__lte', models.F('executed_at')), ('reason', 'request')), models.Q(('decided_at__lte', models.F('notice_at')), ('notice_at__lt', models.F('second_notice_at')), ('reason__in', ['arrears', 'breach']), ('second_notice_at__lt', models.F('executed_at'))), _connector='OR'), name='approval_notices_and_stop_in_order'), models.CheckConstraint(condition=models.Q(('executed_at__isnull', True), models.Q(('reason__in', ['arrears', 'breach']), _negated=True), ('importance', 'ordinary'), ('authority_copied_at__lte', models.F('executed_at')), _connector='OR'), name='important_customers_copied_to_the_authority'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'restored'), _negated=True), ('restored_at__gte', models.F('executed_at')), _connector='OR'), name='restored_after_it_was_stopped'), models.CheckConstraint(condition=models.Q(('window_from__isnull', True), ('window_to__gte', models.F('window_from')), _connector='OR'), name='approved_days_in_order'), models.CheckConstraint(condition=models.Q(('explanation', ''), _negated=True), name='a_disconnection_has_its_reason')],
            },
        ),
        migrations.CreateModel(
            name='OrderPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='points', to='disconnection.disconnectionorder')),
                ('supply_point', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='disconnections', to='supply.supplypoint')),
                ('off_at', models.DateTimeField(null=True, verbose_name='off since')),
                ('on_at', models.DateTimeField(null=True, verbose_name='on again')),
            ],
            options={
                'indexes': [models.Index(fields=['supply_point', 'off_at'], name='disconnecti_supply__5375b3_idx')],
                'constraints': [models.UniqueConstraint(fields=('order', 'supply_point'), name='a_point_once_an_order'), models.UniqueConstraint(condition=models.Q(('off_at__isnull', False), ('on_at__isnull', True)), fields=('supply_point',), name='a_supply_point_is_off_once'), models.CheckConstraint(condition=models.Q(('on_at__isnull', True), ('on_at__gte', models.F('off_at')), _connector='OR'), name='on_again_after_off')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='disconnection.disconnectionorder')),
                ('kind', models.CharField(choices=[('first', 'Notice of disconnection'), ('second', 'Second notice'), ('copy', 'Copy to the power administration'), ('report', 'Report afterwards')], max_length=6, verbose_name='kind')),
                ('delivered_at', models.DateTimeField(verbose_name='delivered')),
                ('method', models.CharField(choices=[('in_person', 'Handed over and signed'), ('posted', 'Left at the premises, photographed'), ('mail', 'Registered mail'), ('phone', 'Recorded call'), ('sms', 'Text message with delivery report'), ('document', 'Official letter')], max_length=10, verbose_name='how')),
                ('recipient', models.CharField(max_length=60, verbose_name='to whom')),
                ('evidence', models.CharField(max_length=120, verbose_name='signature, photo or recording')),
                ('document_number', models.CharField(blank=True, max_length=40, verbose_name='document number')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('delivered_at__lte', models.F('recorded_at'))), name='a_notice_is_recorded_afterwards'), models.CheckConstraint(condition=models.Q(models.Q(('recipient', ''), _negated=True), models.Q(('evidence', ''), _negated=True), models.Q(('method', ''), _negated=True)), name='a_notice_has_its_proof')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='WorkOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='work', to='disconnection.disconnectionorder')),
                ('kind', models.CharField(choices=[('cut', 'Stop supply'), ('restore', 'Restore supply')], max_length=8, verbose_name='work')),
                ('method', models.CharField(choices=[('field', 'Crew on site'), ('remote', 'Remote switch')], max_length=6, verbose_name='done by')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Command on its way'), ('done', 'Done'), ('unreachable', 'Meter does not answer'), ('cancelled', 'Cancelled')], default='waiting', max_length=12, verbose_name='state')),
                ('assignee', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('due_at', models.DateTimeField(null=True, verbose_name='due')),
                ('done_at', models.DateTimeField(null=True, verbose_name='done')),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('result', models.CharField(blank=True, max_length=300, verbose_name='result')),
                ('reading_note', models.CharField(blank=True, max_length=200, verbose_name='readings')),
                ('photo', models.CharField(blank=True, max_length=120, verbose_name='photo')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'sending'])), fields=['state', 'method'], name='open_disconnection_work')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'sending'])), fields=('order', 'kind'), name='one_open_work_order_a_kind'), models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('state__in', ['waiting', 'sending'])), models.Q(('done_at__isnull', False), ('state__in', ['done', 'unreachable', 'cancelled'])), _connector='OR'), name='work_ends_at_an_instant')],
            },
        ),
        migrations.CreateModel(
            name='RestoreOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='restoration', to='disconnection.disconnectionorder')),
                ('cause', models.CharField(choices=[('settled', 'Debt settled'), ('removed', 'Cause removed'), ('decision', 'Decision of the utility')], max_length=8, verbose_name='cause')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('settled_at', models.DateTimeField(verbose_name='settled')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('restored_at', models.DateTimeField(null=True, verbose_name='restored')),
                ('escalated_at', models.DateTimeField(null=True, verbose_name='escalated')),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['due_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('due_at__gt', models.F('settled_at'))), name='restoration_has_a_clock')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='RefusedStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.account')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refused_steps', to='disconnection.disconnectionorder')),
                ('step', models.CharField(choices=[('propose', 'Propose'), ('approve', 'Approve'), ('first_notice', 'Deliver the notice'), ('authority_copy', 'Copy to the power administration'), ('second_notice', 'Second notice'), ('execute', 'Stop supply'), ('restore', 'Restore supply')], max_length=14, verbose_name='step')),
                ('refusals', models.TextField()),
                ('attempted_at', models.DateTimeField(verbose_name='attempted')),
                ('attempted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='NoCutDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField(verbose_name='date')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('kind', models.CharField(choices=[('weather', 'Extreme weather'), ('exam', 'Examinations'), ('event', 'Event to be secured'), ('other', 'Other')], max_length=8, verbose_name='kind')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('set_at', models.DateTimeField(verbose_name='set')),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['date'],
                'constraints': [models.UniqueConstraint(fields=('date', 'unit'), name='one_no_cut_day_a_unit'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_no_cut_day_has_its_reason')],
                'indexes': [],
            },
        ),
    ]
