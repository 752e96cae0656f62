"""A price book version that has been decided is never edited: the database itself refuses."""

from django.db import migrations

TABLE = "tariffs_pricebookversion"
KEPT = ("book", "number", "name", "document", "digest", "drafted_by_id", "drafted_at")
CHANGED_SQLITE = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in KEPT)
CHANGED_POSTGRESQL = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in KEPT)
DECIDED = "(OLD.state <> 'draft' OR NEW.state <> 'draft')"
REVIVED = "(OLD.state <> 'draft' AND NEW.state = 'draft')"
MESSAGE = "a decided price book version is never edited"


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE ON {TABLE} "
            f"WHEN ({DECIDED} AND ({CHANGED_SQLITE})) OR {REVIVED} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_stays BEFORE DELETE ON {TABLE} WHEN OLD.state <> 'draft' "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        return
    schema_editor.execute(
        f"CREATE OR REPLACE FUNCTION {TABLE}_kept() RETURNS trigger AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN "
        f"IF OLD.state <> 'draft' THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN OLD; END IF; "
        f"IF ({DECIDED} AND ({CHANGED_POSTGRESQL})) OR {REVIVED} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; "
        f"RETURN NEW; END; $$ LANGUAGE plpgsql"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE OR DELETE ON {TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_kept()"
    )


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TRIGGER {TABLE}_kept")
        schema_editor.execute(f"DROP TRIGGER {TABLE}_stays")
        return
    schema_editor.execute(f"DROP TRIGGER {TABLE}_kept ON {TABLE}")
    schema_editor.execute(f"DROP FUNCTION {TABLE}_kept()")


class Migration(migrations.Migration):
    dependencies = [("tariffs", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
