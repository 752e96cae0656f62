"""A confirmed assessment and its rows do not change; promises, actions and recoveries are never deleted."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from denghuo.foundation.database.append_only import protect

ASSESSMENT, ROW = "collection_recoveryassessment", "collection_assessmentrow"
MESSAGE = "a confirmed assessment is locked"


def forwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for event in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER {ASSESSMENT}_locked_{event.lower()} BEFORE {event} ON {ASSESSMENT} "
                f"WHEN OLD.confirmed_at IS NOT NULL BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
        for event, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            schema_editor.execute(
                f"CREATE TRIGGER {ROW}_locked_{event.lower()} BEFORE {event} ON {ROW} "
                f"WHEN EXISTS (SELECT 1 FROM {ASSESSMENT} WHERE id = {row}.assessment_id AND confirmed_at IS NOT NULL) "
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
        return
    schema_editor.execute(
        f"CREATE FUNCTION {ASSESSMENT}_locked() RETURNS trigger AS $$ BEGIN "
        f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END; $$ LANGUAGE plpgsql"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {ASSESSMENT}_locked BEFORE UPDATE OR DELETE ON {ASSESSMENT} "
        f"FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION {ASSESSMENT}_locked()"
    )
    schema_editor.execute(
        f"CREATE FUNCTION {ROW}_locked() RETURNS trigger AS $$ BEGIN "
        f"IF EXISTS (SELECT 1 FROM {ASSESSMENT} WHERE confirmed_at IS NOT NULL AND id = "
        "CASE WHEN TG_OP = 'INSERT' THEN NEW.assessment_id ELSE OLD.assessment_id END) THEN "
        f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END; $$ LANGUAGE plpgsql"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {ROW}_locked BEFORE INSERT OR UPDATE OR DELETE ON {ROW} "
        f"FOR EACH ROW EXECUTE FUNCTION {ROW}_locked()"
    )


def backwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for event in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {ASSESSMENT}_locked_{event}")
        for event in ("insert", "update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {ROW}_locked_{event}")
        return
    for table in (ASSESSMENT, ROW):
        schema_editor.execute(f"DROP TRIGGER {table}_locked ON {table}")
        schema_editor.execute(f"DROP FUNCTION {table}_locked()")


class Migration(migrations.Migration):
    dependencies = [("collection", "0001_initial")]

    operations = [
        migrations.RunPython(forwards, backwards),
        protect("collection_dunningaction", updates=False),
        protect("collection_paymentpromise", updates=False),
        protect("collection_recovery"),
    ]
