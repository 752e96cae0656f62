from django.db import migrations

from denghuo.foundation.database.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("channels", "0001_initial")]
    operations = [
        protect("channels_notification"),
        protect("channels_enquiry"),
        protect("channels_paymentorder", updates=False),
        protect("channels_gatewayrefund", updates=False),
        protect("channels_incident", updates=False),
    ]
