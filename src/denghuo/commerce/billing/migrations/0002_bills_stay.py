"""A bill that has left checking stays as it is: the database refuses, whoever asks.

* the state follows ``rules.TRANSITIONS``; nothing but the state and the dates of approval, issue and payment
  changes once a bill is approved, and nothing but the state once it is issued;
* a bill is never deleted; its sections and lines neither change nor go once it is approved.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

TRANSITIONS = [
    ("draft", "held"),
    ("draft", "approved"),
    ("draft", "cancelled"),
    ("held", "draft"),
    ("held", "cancelled"),
    ("approved", "draft"),
    ("approved", "issued"),
    ("approved", "cancelled"),
    ("issued", "cancelled"),
]
FIXED = [
    "number", "account_id", "unit_id", "cycle", "kind", "period_start", "period_end", "energy_kwh", "total_fen",
    "estimated", "run_id", "archive_id", "reverses_id", "replaces_id", "reason", "created_at",
]  # fmt: skip
DATED = ["approved_at", "issued_at", "due_date"]
CHILDREN = ["billing_billsection", "billing_billline"]


def _conditions(differs: str) -> dict[str, str]:
    def changed(names: list[str]) -> str:
        return " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in names)

    moves = " OR ".join(f"(OLD.state = '{old}' AND NEW.state = '{new}')" for old, new in TRANSITIONS)
    return {
        "a bill may not go to that state": f"NEW.state <> OLD.state AND NOT ({moves})",
        "an approved bill does not change": (
            f"OLD.state IN ('approved', 'issued', 'cancelled') AND ({changed(FIXED)})"
        ),
        "an issued bill keeps its dates": f"OLD.state IN ('issued', 'cancelled') AND ({changed(DATED)})",
    }


def _sqlite(schema_editor: Any) -> None:
    for number, (message, condition) in enumerate(_conditions("IS NOT").items()):
        schema_editor.execute(
            f"CREATE TRIGGER billing_bill_stays_{number} BEFORE UPDATE ON billing_bill "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
    schema_editor.execute(
        "CREATE TRIGGER billing_bill_no_delete BEFORE DELETE ON billing_bill "
        "BEGIN SELECT RAISE(ABORT, 'a bill is never deleted'); END"
    )
    for table in CHILDREN:
        for event in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                "WHEN (SELECT state FROM billing_bill WHERE id = OLD.bill_id) NOT IN ('draft', 'held') "
                f"BEGIN SELECT RAISE(ABORT, 'the lines of an approved bill do not change'); END"
            )


def _postgresql(schema_editor: Any) -> None:
    checks = "".join(
        f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        for message, condition in _conditions("IS DISTINCT FROM").items()
    )
    schema_editor.execute(
        "CREATE FUNCTION billing_bill_stays() RETURNS trigger AS $$ BEGIN "
        "IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a bill is never deleted' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"{checks} RETURN NEW; END; $$ LANGUAGE plpgsql"
    )
    schema_editor.execute(
        "CREATE TRIGGER billing_bill_stays BEFORE UPDATE OR DELETE ON billing_bill "
        "FOR EACH ROW EXECUTE FUNCTION billing_bill_stays()"
    )
    schema_editor.execute(
        "CREATE FUNCTION billing_parts_stay() RETURNS trigger AS $$ BEGIN "
        "IF (SELECT state FROM billing_bill WHERE id = OLD.bill_id) NOT IN ('draft', 'held') THEN "
        "RAISE EXCEPTION 'the lines of an approved bill do not change' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END; $$ LANGUAGE plpgsql"
    )
    for table in CHILDREN:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION billing_parts_stay()"
        )


def forwards(apps: Any, schema_editor: Any) -> None:
    (_sqlite if schema_editor.connection.vendor == "sqlite" else _postgresql)(schema_editor)


def backwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        names = [f"billing_bill_stays_{number}" for number in range(3)] + ["billing_bill_no_delete"]
        names += [f"{table}_no_{event}" for table in CHILDREN for event in ("update", "delete")]
        for name in names:
            schema_editor.execute(f"DROP TRIGGER {name}")
        return
    for table in CHILDREN:
        schema_editor.execute(f"DROP TRIGGER {table}_stay ON {table}")
    schema_editor.execute("DROP TRIGGER billing_bill_stays ON billing_bill")
    schema_editor.execute("DROP FUNCTION billing_bill_stays()")
    schema_editor.execute("DROP FUNCTION billing_parts_stay()")


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
