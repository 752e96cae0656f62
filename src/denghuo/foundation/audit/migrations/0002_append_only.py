"""The trail is written once: the database itself refuses to change or delete an entry."""

from django.db import migrations

from denghuo.foundation.database import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [append_only.protect("audit_entry")]
