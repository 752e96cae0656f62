from django.db import migrations

from denghuo.records.supply.models import ADDRESS_INDEX


class Migration(migrations.Migration):
    dependencies = [("supply", "0001_initial")]
    operations = [ADDRESS_INDEX.migration()]
