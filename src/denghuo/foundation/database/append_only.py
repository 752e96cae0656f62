"""Tables whose rows are written once: a trigger refuses every UPDATE and DELETE, on both databases."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def protect(table: str, *, updates: bool = True, deletes: bool = True) -> migrations.RunPython:
    """A migration operation that makes ``table`` append-only (or only undeletable, with ``updates=False``)."""
    events = [event for event, wanted in (("UPDATE", updates), ("DELETE", deletes)) if wanted]

    def forwards(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            for event in events:
                schema_editor.execute(
                    f'CREATE TRIGGER "{table}_no_{event.lower()}" BEFORE {event} ON "{table}" '
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        else:
            schema_editor.execute(
                f'CREATE OR REPLACE FUNCTION "{table}_append_only"() RETURNS trigger AS $$ '
                f"BEGIN RAISE EXCEPTION '{table} is append-only'; END; $$ LANGUAGE plpgsql"
            )
            schema_editor.execute(
                f'CREATE TRIGGER "{table}_append_only" BEFORE {" OR ".join(events)} ON "{table}" '
                f'FOR EACH ROW EXECUTE FUNCTION "{table}_append_only"()'
            )

    def backwards(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            for event in events:
                schema_editor.execute(f'DROP TRIGGER "{table}_no_{event.lower()}"')
        else:
            schema_editor.execute(f'DROP TRIGGER "{table}_append_only" ON "{table}"')
            schema_editor.execute(f'DROP FUNCTION "{table}_append_only"()')

    return migrations.RunPython(forwards, backwards)
