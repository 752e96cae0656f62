"""What happened in a case is written once; definitions and what was said are never deleted."""

from __future__ import annotations

from django.db import migrations

from denghuo.foundation.database.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("workflow", "0001_initial")]
    operations = [
        protect("workflow_processevent"),
        protect("workflow_remark"),
        protect("workflow_processdefinition", updates=False),
    ]
