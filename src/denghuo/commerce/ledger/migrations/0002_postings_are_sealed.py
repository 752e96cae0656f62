"""Double entry that the database itself keeps, on SQLite and PostgreSQL alike.

* entries are written before their posting; the posting seals them, so no entry can be added to it later;
* a posting is refused unless its entries add up to zero, its total is the sum of their debits and they bear its date;
* nothing is posted into a closed month;
* postings and entries never change and are never deleted.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from denghuo.foundation.database.append_only import protect

CHECKS = {
    "the entries of a posting add up to zero": (
        "(SELECT COALESCE(SUM(amount_fen), 1) FROM ledger_entry WHERE posting_id = NEW.id) <> 0"
    ),
    "the total of a posting is the sum of its debits": (
        "(SELECT SUM(amount_fen) FROM ledger_entry WHERE posting_id = NEW.id AND amount_fen > 0) <> NEW.total_fen"
    ),
    "the entries of a posting bear its date": (
        "EXISTS (SELECT 1 FROM ledger_entry WHERE posting_id = NEW.id AND posting_date <> NEW.posting_date)"
    ),
}


def _sqlite(schema_editor: Any) -> None:
    month = "EXISTS (SELECT 1 FROM ledger_closedperiod WHERE month = strftime('%Y-%m', NEW.posting_date))"
    checks = {**CHECKS, "the month is closed": month}
    for number, (message, broken) in enumerate(checks.items()):
        schema_editor.execute(
            f"CREATE TRIGGER ledger_posting_sealed_{number} BEFORE INSERT ON ledger_posting "
            f"WHEN {broken} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
    schema_editor.execute(
        "CREATE TRIGGER ledger_entry_before_posting BEFORE INSERT ON ledger_entry "
        "WHEN EXISTS (SELECT 1 FROM ledger_posting WHERE id = NEW.posting_id) "
        "BEGIN SELECT RAISE(ABORT, 'the posting is sealed'); END"
    )


def _postgresql(schema_editor: Any) -> None:
    month = "EXISTS (SELECT 1 FROM ledger_closedperiod WHERE month = to_char(NEW.posting_date, 'YYYY-MM'))"
    checks = "".join(
        f"IF {broken} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        for message, broken in {**CHECKS, "the month is closed": month}.items()
    )
    schema_editor.execute(
        f"CREATE FUNCTION ledger_posting_sealed() RETURNS trigger AS $$ BEGIN {checks} RETURN NEW; END; $$ "
        "LANGUAGE plpgsql"
    )
    schema_editor.execute(
        "CREATE TRIGGER ledger_posting_sealed BEFORE INSERT ON ledger_posting "
        "FOR EACH ROW EXECUTE FUNCTION ledger_posting_sealed()"
    )
    schema_editor.execute(
        "CREATE FUNCTION ledger_entry_before_posting() RETURNS trigger AS $$ BEGIN "
        "IF EXISTS (SELECT 1 FROM fresh JOIN ledger_posting ON ledger_posting.id = fresh.posting_id) THEN "
        "RAISE EXCEPTION 'the posting is sealed' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "RETURN NULL; END; $$ LANGUAGE plpgsql"
    )
    schema_editor.execute(
        "CREATE TRIGGER ledger_entry_before_posting AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS fresh "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_before_posting()"
    )


def forwards(apps: Any, schema_editor: Any) -> None:
    (_sqlite if schema_editor.connection.vendor == "sqlite" else _postgresql)(schema_editor)


def backwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for number in range(len(CHECKS) + 1):
            schema_editor.execute(f"DROP TRIGGER ledger_posting_sealed_{number}")
        schema_editor.execute("DROP TRIGGER ledger_entry_before_posting")
        return
    for table, name in (("ledger_posting", "ledger_posting_sealed"), ("ledger_entry", "ledger_entry_before_posting")):
        schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
        schema_editor.execute(f"DROP FUNCTION {name}()")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunPython(forwards, backwards),
        protect("ledger_posting"),
        protect("ledger_entry"),
    ]
