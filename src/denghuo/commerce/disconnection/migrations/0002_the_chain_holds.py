"""The database keeps the chain, whoever writes: no state is skipped, nothing is stopped without its notices.

* an order follows ``rules.TRANSITIONS`` and begins as a proposal, unless supply is stopped at once (emergency, theft);
* what was asked and decided does not change, and neither does what happened;
* ``executed_at`` of arrears or breach needs, in ``disconnection_notice``, a first notice delivered at least 3 days (the
  legal least) and a second notice at least 30 minutes before, and for an important customer the copy to the authority;
* notices and refused attempts are written once; a first or second notice belongs to a decided order.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from denghuo.foundation.database.append_only import protect

ORDER = "disconnection_disconnectionorder"
NOTICE = "disconnection_notice"
MOVES = [
    ("proposed", "approved"),
    ("proposed", "rejected"),
    ("proposed", "cancelled"),
    ("approved", "noticed"),
    ("approved", "cancelled"),
    ("noticed", "warned"),
    ("noticed", "cancelled"),
    ("warned", "cutting"),
    ("warned", "executed"),
    ("warned", "cancelled"),
    ("cutting", "executed"),
    ("cutting", "warned"),
    ("executed", "restoring"),
    ("restoring", "restored"),
]
BY_REQUEST = [("approved", "cutting"), ("approved", "executed"), ("cutting", "approved")]
FIXED = [
    "number", "account_id", "unit_id", "reason", "explanation", "importance", "level", "owed_fen", "oldest_due_date",
    "requested_by_id", "requested_at",
]  # fmt: skip
ONCE = ["decided_by_id", "decided_at", "restored_at", "reported_at", "report_due_at"]
AFTER_STOP = ["executed_at", "executed_by_id", "notice_at", "second_notice_at", "authority_copied_at"]
THREE_DAYS, HALF_HOUR = 3 * 24 * 3600, 30 * 60


def _seconds(vendor: str, later: str, earlier: str) -> str:
    if vendor == "sqlite":
        return f"(CAST(strftime('%s', {later}) AS INTEGER) - CAST(strftime('%s', {earlier}) AS INTEGER))"
    return f"EXTRACT(EPOCH FROM ({later} - {earlier}))"


def _delivered(vendor: str, kind: str, seconds: int) -> str:
    ago = _seconds(vendor, "NEW.executed_at", "n.delivered_at")
    return f"EXISTS (SELECT 1 FROM {NOTICE} n WHERE n.order_id = NEW.id AND n.kind = '{kind}' AND {ago} >= {seconds})"


def _on_insert(vendor: str) -> dict[str, str]:
    return {
        "a disconnection begins as a proposal": (
            "NOT (NEW.state = 'proposed' OR (NEW.state = 'executed' AND NEW.reason IN ('safety', 'theft')))"
        ),
    }


def _on_update(vendor: str) -> dict[str, str]:
    differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"

    def changed(names: list[str]) -> str:
        return " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in names)

    def moved(pairs: list[tuple[str, str]]) -> str:
        return " OR ".join(f"(OLD.state = '{old}' AND NEW.state = '{new}')" for old, new in pairs)

    once = " OR ".join(f"(OLD.{name} IS NOT NULL AND NEW.{name} {differs} OLD.{name})" for name in ONCE)
    chain = f"{_delivered(vendor, 'first', THREE_DAYS)} AND {_delivered(vendor, 'second', HALF_HOUR)}"
    copy = f"(NEW.importance = 'ordinary' OR {_delivered(vendor, 'copy', 0)})"
    return {
        "a disconnection may not go to that state": (
            f"NEW.state <> OLD.state AND NOT ({moved(MOVES)} OR (NEW.reason = 'request' AND ({moved(BY_REQUEST)})))"
        ),
        "what was asked for does not change": changed(FIXED),
        "what was decided does not change": once,
        "what stopped the supply does not change": (
            f"OLD.state IN ('executed', 'restoring', 'restored') AND ({changed(AFTER_STOP)})"
        ),
        "supply is stopped only after approval, notice and second notice": (
            f"NEW.executed_at IS NOT NULL AND NEW.executed_at {differs} OLD.executed_at "
            f"AND NEW.reason IN ('arrears', 'breach') AND NOT (NEW.decided_by_id IS NOT NULL AND {chain} AND {copy})"
        ),
    }


def _on_notice(vendor: str) -> dict[str, str]:
    after = _seconds(vendor, "NEW.delivered_at", "o.decided_at")
    return {
        "a notice belongs to an approved disconnection": (
            "NEW.kind IN ('first', 'second') AND NOT EXISTS "
            f"(SELECT 1 FROM {ORDER} o WHERE o.id = NEW.order_id AND o.state IN ('approved', 'noticed', 'warned') "
            f"AND o.decided_at IS NOT NULL AND {after} >= 0)"
        )
    }


GUARDS = (
    ("disconnection_order_begins", "INSERT", ORDER, _on_insert),
    ("disconnection_order_keeps_the_chain", "UPDATE", ORDER, _on_update),
    ("disconnection_notice_fits", "INSERT", NOTICE, _on_notice),
)


def forwards(apps: Any, schema_editor: Any) -> None:
    vendor = schema_editor.connection.vendor
    for name, event, table, conditions in GUARDS:
        found = conditions(vendor)
        if vendor == "sqlite":
            for number, (message, condition) in enumerate(found.items()):
                schema_editor.execute(
                    f"CREATE TRIGGER {name}_{number} BEFORE {event} ON {table} WHEN {condition} "
                    f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
                    params=None,  # or the %s of strftime would be taken for a parameter
                )
            continue
        checks = "".join(
            f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            for message, condition in found.items()
        )
        schema_editor.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger AS $$ BEGIN {checks} RETURN NEW; END; $$ LANGUAGE plpgsql"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def backwards(apps: Any, schema_editor: Any) -> None:
    vendor = schema_editor.connection.vendor
    for name, _event, table, conditions in GUARDS:
        if vendor == "sqlite":
            for number in range(len(conditions(vendor))):
                schema_editor.execute(f"DROP TRIGGER {name}_{number}")
        else:
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION {name}()")


class Migration(migrations.Migration):
    dependencies = [("disconnection", "0001_initial")]

    operations = [
        migrations.RunPython(forwards, backwards),
        protect(ORDER, updates=False),
        protect(NOTICE),
        protect("disconnection_refusedstep"),
    ]
