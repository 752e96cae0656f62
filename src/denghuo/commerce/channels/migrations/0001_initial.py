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
        ('payments', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('out_trade_no', models.CharField(max_length=32, unique=True, verbose_name='order number')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.account')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('provider', models.CharField(choices=[('wechat', 'WeChat Pay'), ('alipay', 'Alipay')], max_length=8, verbose_name='channel')),
                ('product', models.CharField(choices=[('native', 'WeChat code'), ('h5', 'WeChat H5'), ('jsapi', 'WeChat JSAPI'), ('precreate', 'Alipay code'), ('wap', 'Alipay link'), ('page', 'Alipay web page')], max_length=10, verbose_name='way to pay')),
                ('amount_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount')),
                ('description', models.CharField(max_length=127, verbose_name='what the customer reads')),
                ('state', models.CharField(choices=[('created', 'Being placed'), ('pending', 'Waiting for the customer'), ('unknown', 'Not known, being asked'), ('paid', 'Paid'), ('closed', 'Closed unpaid'), ('failed', 'Refused by the channel')], default='created', max_length=8, verbose_name='state')),
                ('code_url', models.TextField(blank=True, verbose_name='code')),
                ('transaction_id', models.CharField(blank=True, max_length=64, verbose_name='channel transaction')),
                ('paid_at', models.DateTimeField(null=True, verbose_name='paid')),
                ('payer', models.CharField(blank=True, max_length=80, verbose_name='payer')),
                ('payment', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.payment')),
                ('created_at', models.DateTimeField(verbose_name='placed')),
                ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('expires_at', models.DateTimeField(verbose_name='can be paid until')),
                ('next_query_at', models.DateTimeField(null=True, verbose_name='next question')),
                ('queries_made', models.PositiveIntegerField(default=0, verbose_name='questions asked')),
                ('last_error', models.CharField(blank=True, max_length=200, verbose_name='last problem')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ('created', 'pending', 'unknown'))), fields=['next_query_at'], name='orders_to_ask_about'), models.Index(fields=['account', '-id'], name='channels_pa_account_97886a_idx'), models.Index(fields=['unit', '-id'], name='channels_pa_unit_id_155465_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='an_order_is_an_amount'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('created', 'pending', 'unknown')), ('next_query_at__isnull', False)), models.Q(models.Q(('state__in', ('created', 'pending', 'unknown')), _negated=True), ('next_query_at__isnull', True)), _connector='OR'), name='an_open_order_has_its_next_question'), models.CheckConstraint(condition=models.Q(models.Q(('paid_at__isnull', False), ('payment__isnull', False), ('state', 'paid'), models.Q(('transaction_id', ''), _negated=True)), models.Q(models.Q(('state', 'paid'), _negated=True), ('payment__isnull', True)), _connector='OR'), name='a_paid_order_has_its_payment'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='an_order_ends_later'), models.UniqueConstraint(condition=models.Q(('transaction_id', ''), _negated=True), fields=('provider', 'transaction_id'), name='one_order_a_transaction')],
            },
        ),
        migrations.CreateModel(
            name='GatewayRefund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('refund', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.refund')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='channels.paymentorder')),
                ('provider', models.CharField(choices=[('wechat', 'WeChat Pay'), ('alipay', 'Alipay')], max_length=8, verbose_name='channel')),
                ('out_refund_no', models.CharField(max_length=40, unique=True, verbose_name='refund order number')),
                ('out_trade_no', models.CharField(max_length=64, verbose_name='order number')),
                ('transaction_id', models.CharField(max_length=64, verbose_name='channel transaction')),
                ('amount_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount')),
                ('total_fen', denghuo.foundation.database.fields.MoneyField(verbose_name='amount of the payment')),
                ('state', models.CharField(choices=[('created', 'To be sent'), ('sent', 'Sent, being asked'), ('unknown', 'Not known, being asked'), ('paid', 'Paid back'), ('failed', 'Failed')], default='created', max_length=8, verbose_name='state')),
                ('channel_refund_id', models.CharField(blank=True, max_length=64, verbose_name='channel refund')),
                ('created_at', models.DateTimeField(verbose_name='made')),
                ('next_query_at', models.DateTimeField(null=True, verbose_name='next question')),
                ('queries_made', models.PositiveIntegerField(default=0, verbose_name='questions asked')),
                ('last_error', models.CharField(blank=True, max_length=200, verbose_name='last problem')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ('created', 'sent', 'unknown'))), fields=['next_query_at'], name='refunds_to_ask_about')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0), ('amount_fen__lte', models.F('total_fen'))), name='a_refund_fits_its_payment'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('created', 'sent', 'unknown')), ('next_query_at__isnull', False)), models.Q(models.Q(('state__in', ('created', 'sent', 'unknown')), _negated=True), ('next_query_at__isnull', True)), _connector='OR'), name='an_open_refund_has_its_next_question')],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(choices=[('wechat', 'WeChat Pay'), ('alipay', 'Alipay')], max_length=8, verbose_name='channel')),
                ('received_at', models.DateTimeField(verbose_name='received')),
                ('size', models.PositiveIntegerField(verbose_name='bytes')),
                ('digest', models.CharField(blank=True, max_length=64, verbose_name='digest of the body')),
                ('address', models.CharField(blank=True, max_length=45, verbose_name='sent from')),
                ('verdict', models.CharField(choices=[('accepted', 'Accepted'), ('duplicate', 'Known already'), ('ignored', 'Nothing to do'), ('bad_signature', 'Signature does not hold'), ('stale', 'Too old or from the future'), ('malformed', 'Not readable'), ('too_big', 'Too large'), ('wrong_merchant', 'For another merchant'), ('wrong_app', 'For another application'), ('wrong_currency', 'Another currency'), ('wrong_amount', 'Another amount'), ('unknown_order', 'No such order'), ('not_booked', 'Could not be booked'), ('off', 'Channel is switched off')], max_length=16, verbose_name='verdict')),
                ('error', models.CharField(blank=True, max_length=200, verbose_name='detail')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='channels.paymentorder')),
                ('gateway_refund', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='channels.gatewayrefund')),
                ('transaction_id', models.CharField(blank=True, max_length=64, verbose_name='channel transaction')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['received_at'], name='channels_no_receive_fa121f_idx'), models.Index(fields=['provider', 'verdict', '-id'], name='channels_no_provide_3e5455_idx')],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Enquiry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enquiries', to='channels.paymentorder')),
                ('gateway_refund', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enquiries', to='channels.gatewayrefund')),
                ('question', models.CharField(choices=[('create', 'Order placed'), ('query', 'Asked about the order'), ('close', 'Order closed'), ('refund', 'Refund sent'), ('query_refund', 'Asked about the refund')], max_length=12, verbose_name='question')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('answer', models.CharField(max_length=12, verbose_name='answer')),
                ('detail', models.CharField(blank=True, max_length=200, verbose_name='detail')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('wrong_amount', 'Paid another amount'), ('unknown_order', 'Money for an order we do not know'), ('paid_twice', 'One order paid twice'), ('not_booked', 'Money could not be booked'), ('refund_failed', 'Refund failed'), ('still_open', 'No answer from the channel for a day')], max_length=16, verbose_name='what happened')),
                ('provider', models.CharField(choices=[('wechat', 'WeChat Pay'), ('alipay', 'Alipay')], max_length=8, verbose_name='channel')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='channels.paymentorder')),
                ('gateway_refund', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='channels.gatewayrefund')),
                ('reference', models.CharField(max_length=64, verbose_name='channel transaction or order')),
                ('amount_fen', denghuo.foundation.database.fields.MoneyField(null=True, verbose_name='amount at the channel')),
                ('expected_fen', denghuo.foundation.database.fields.MoneyField(null=True, verbose_name='amount of our order')),
                ('detail', models.CharField(blank=True, max_length=200, verbose_name='detail')),
                ('unit_id', models.CharField(max_length=16)),
                ('raised_at', models.DateTimeField(verbose_name='raised')),
                ('resolved_at', models.DateTimeField(null=True, verbose_name='settled')),
                ('resolved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='what was done')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['unit_id', '-id'], name='channels_in_unit_id_fa5f2f_idx')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'provider', 'reference'), name='one_incident_a_thing'), models.CheckConstraint(condition=models.Q(models.Q(('note', ''), ('resolved_at__isnull', True), ('resolved_by__isnull', True)), models.Q(('resolved_at__isnull', False), models.Q(('note', ''), _negated=True)), _connector='OR'), name='a_settled_incident_says_how')],
            },
        ),
    ]
