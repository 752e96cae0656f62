"""What a channel sent and what was found is never removed; the lines of a file never change."""

from __future__ import annotations

from django.db import migrations

from denghuo.foundation.database.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial")]

    operations = [
        protect("reconciliation_statementline"),
        protect("reconciliation_channelsettlement"),
        protect("reconciliation_channelstatement", updates=False),
        protect("reconciliation_dayreconciliation", updates=False),
        protect("reconciliation_difference", updates=False),
    ]
