"""A payment is written once: only its state moves, from received to reversed, with the posting that undid it."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from denghuo.foundation.database.append_only import protect

FIXED = [
    "number", "account_id", "unit_id", "channel", "external_id", "amount_fen", "business_date", "value_date",
    "basket_id", "posting_id", "received_at", "received_by_id",
]  # fmt: skip
MESSAGE = "a payment stays as it was received"
REOPENED = "OLD.state = 'reversed' AND NEW.state <> 'reversed'"


def forwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        changed = " OR ".join([*(f"NEW.{name} IS NOT OLD.{name}" for name in FIXED), f"({REOPENED})"])
        schema_editor.execute(
            "CREATE TRIGGER payments_payment_stays BEFORE UPDATE ON payments_payment "
            f"WHEN {changed} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        return
    changed = " OR ".join([*(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED), f"({REOPENED})"])
    schema_editor.execute(
        "CREATE FUNCTION payments_payment_stays() RETURNS trigger AS $$ BEGIN "
        f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END; $$ LANGUAGE plpgsql"
    )
    schema_editor.execute(
        "CREATE TRIGGER payments_payment_stays BEFORE UPDATE ON payments_payment "
        f"FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION payments_payment_stays()"
    )


def backwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER payments_payment_stays")
        return
    schema_editor.execute("DROP TRIGGER payments_payment_stays ON payments_payment")
    schema_editor.execute("DROP FUNCTION payments_payment_stays()")


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.RunPython(forwards, backwards),
        protect("payments_payment", updates=False),
        protect("payments_receiptprint"),
    ]
