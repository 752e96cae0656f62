from django.db import migrations

from denghuo.records.customers.models import NAME_INDEX


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [NAME_INDEX.migration()]
