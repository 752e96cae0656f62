"""What was read and accepted is never edited or deleted, and nobody saws off the branch a later reading sits on."""

from typing import Any

from django.db import migrations

TABLE = "readings_reading"
READ = (
    "total sharp peak flat valley deep reactive_forward reactive_reverse max_demand "
    "installation_id metering_point_id read_date kind source"
).split()

CHANGED = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in READ)
SUCCESSOR = (
    f"EXISTS (SELECT 1 FROM {TABLE} later WHERE later.metering_point_id = OLD.metering_point_id "
    "AND later.previous_id = OLD.id AND later.state = 'accepted')"
)
SQLITE = (
    f"CREATE TRIGGER {TABLE}_stays BEFORE UPDATE ON {TABLE} WHEN OLD.state <> 'held' AND ({CHANGED}) "
    "BEGIN SELECT RAISE(ABORT, 'a decided reading is never edited'); END",
    f"CREATE TRIGGER {TABLE}_carries BEFORE UPDATE OF state ON {TABLE} "
    f"WHEN OLD.state = 'accepted' AND NEW.state <> 'accepted' AND {SUCCESSOR} "
    "BEGIN SELECT RAISE(ABORT, 'a later reading starts from this one: repair the chain'); END",
    f"CREATE TRIGGER {TABLE}_remains BEFORE DELETE ON {TABLE} "
    "BEGIN SELECT RAISE(ABORT, 'readings are never deleted'); END",
)
POSTGRESQL = (
    f"""CREATE FUNCTION {TABLE}_stays() RETURNS trigger AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'readings are never deleted' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF OLD.state <> 'held' AND ({CHANGED.replace("IS NOT", "IS DISTINCT FROM")}) THEN
            RAISE EXCEPTION 'a decided reading is never edited' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF OLD.state = 'accepted' AND NEW.state <> 'accepted' AND {SUCCESSOR} THEN
            RAISE EXCEPTION 'a later reading starts from this one: repair the chain'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END; $$ LANGUAGE plpgsql""",
    f"CREATE TRIGGER {TABLE}_stays BEFORE UPDATE OR DELETE ON {TABLE} "
    f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_stays()",
)


def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


def backwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for name in ("stays", "carries", "remains"):
            schema_editor.execute(f"DROP TRIGGER {TABLE}_{name}")
    else:
        schema_editor.execute(f"DROP TRIGGER {TABLE}_stays ON {TABLE}")
        schema_editor.execute(f"DROP FUNCTION {TABLE}_stays()")


class Migration(migrations.Migration):
    dependencies = [("readings", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
