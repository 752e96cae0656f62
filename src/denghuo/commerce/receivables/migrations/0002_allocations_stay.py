"""An allocation is written once; a receivable keeps its amount, its document and its due date."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from denghuo.foundation.database.append_only import protect

FIXED = [
    "account_id", "unit_id", "kind", "payer_class", "document_type", "document_id", "document_number", "cycle",
    "charged_date", "due_date", "amount_fen", "principal_id", "from_date", "to_date", "posting_id",
]  # fmt: skip
MESSAGE = "a receivable keeps what it is"


def forwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FIXED)
        schema_editor.execute(
            "CREATE TRIGGER receivables_receivable_stays BEFORE UPDATE ON receivables_receivable "
            f"WHEN {changed} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        return
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED)
    schema_editor.execute(
        f"CREATE FUNCTION receivables_receivable_stays() RETURNS trigger AS $$ BEGIN "
        f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END; $$ LANGUAGE plpgsql"
    )
    schema_editor.execute(
        "CREATE TRIGGER receivables_receivable_stays BEFORE UPDATE ON receivables_receivable "
        f"FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION receivables_receivable_stays()"
    )


def backwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER receivables_receivable_stays")
        return
    schema_editor.execute("DROP TRIGGER receivables_receivable_stays ON receivables_receivable")
    schema_editor.execute("DROP FUNCTION receivables_receivable_stays()")


class Migration(migrations.Migration):
    dependencies = [("receivables", "0001_initial")]

    operations = [
        migrations.RunPython(forwards, backwards),
        protect("receivables_receivable", updates=False),
        protect("receivables_allocation"),
    ]
