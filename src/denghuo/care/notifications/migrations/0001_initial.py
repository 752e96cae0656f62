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
            name='MessageTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, verbose_name='message')),
                ('subject', models.CharField(blank=True, max_length=100, verbose_name='subject')),
                ('text', models.TextField(verbose_name='text')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('set_at', models.DateTimeField(verbose_name='set')),
            ],
            options={
                'ordering': ['code', 'valid_from', 'id'],
                'indexes': [models.Index(fields=['code', 'valid_from', 'id'], name='notificatio_code_777b61_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='a_message_text_has_its_reason')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer')),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.account')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisationunit')),
                ('template', models.CharField(max_length=60, verbose_name='message')),
                ('key', models.CharField(max_length=80)),
                ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'E-mail'), ('wechat', 'WeChat')], max_length=8, verbose_name='channel')),
                ('address', models.CharField(blank=True, max_length=254, verbose_name='address')),
                ('recipient', models.CharField(blank=True, max_length=80, verbose_name='recipient')),
                ('subject', models.CharField(blank=True, max_length=100, verbose_name='subject')),
                ('text', models.TextField(verbose_name='text')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Handed over, no answer yet'), ('sent', 'Sent'), ('failed', 'Failed, tried again'), ('given_up', 'Given up'), ('suppressed', 'Not sent')], default='waiting', max_length=10, verbose_name='state')),
                ('reason', models.CharField(blank=True, choices=[('no_consent', 'No consent'), ('no_address', 'No address'), ('no_provider', 'No provider for this channel yet'), ('quiet', 'Worth nothing after the quiet hours'), ('too_late', 'Too late to be of use'), ('refused', 'The provider refused it'), ('tried', 'Tried too often'), ('no_answer', 'No answer from the provider')], max_length=12, verbose_name='reason')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('next_try_at', models.DateTimeField(null=True, verbose_name='next try')),
                ('useless_at', models.DateTimeField(null=True, verbose_name='of use until')),
                ('provider', models.CharField(blank=True, max_length=20, verbose_name='provider')),
                ('reference', models.CharField(blank=True, max_length=120, verbose_name='reference of the provider')),
                ('error', models.CharField(blank=True, max_length=200, verbose_name='error')),
                ('created_at', models.DateTimeField(verbose_name='written')),
                ('handed_at', models.DateTimeField(null=True, verbose_name='handed over')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='sent or ended')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'failed'])), fields=['next_try_at', 'id'], name='messages_to_send'), models.Index(condition=models.Q(('state', 'sending')), fields=['handed_at'], name='messages_handed_over'), models.Index(fields=['account', '-id'], name='notificatio_account_374517_idx'), models.Index(fields=['unit', '-id'], name='notificatio_unit_id_6da407_idx')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'template', 'key', 'channel'), name='one_message_a_key_and_channel'), models.CheckConstraint(condition=models.Q(models.Q(('next_try_at__isnull', False), ('state__in', ['waiting', 'failed'])), models.Q(models.Q(('state__in', ['waiting', 'failed']), _negated=True), ('next_try_at__isnull', True)), _connector='OR'), name='a_message_that_waits_says_until_when'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['given_up', 'suppressed']), models.Q(('reason', ''), _negated=True)), models.Q(('ended_at__isnull', False), ('reason', ''), ('state', 'sent')), models.Q(('ended_at__isnull', True), ('reason', ''), ('state__in', ['waiting', 'sending', 'failed'])), _connector='OR'), name='a_message_not_sent_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sending'), _negated=True), ('handed_at__isnull', False), _connector='OR'), name='a_message_is_claimed_at')],
            },
        ),
    ]
