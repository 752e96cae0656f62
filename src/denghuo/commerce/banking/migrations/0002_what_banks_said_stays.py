"""What was asked of a bank, what it answered and what it brought is never removed."""

from __future__ import annotations

from django.db import migrations

from denghuo.foundation.database.append_only import protect

TABLES = (
    "banking_mandate", "banking_debitbatch", "banking_debititem", "banking_returnfile", "banking_returnline",
    "banking_bankreceipt", "banking_receiptmatch", "banking_sendback",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("banking", "0001_initial")]

    operations = [protect(table, updates=False) for table in TABLES]
