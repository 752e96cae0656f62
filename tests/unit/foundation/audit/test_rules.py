"""The seal changes with every field, and only with the content."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from denghuo.foundation.audit import rules

ENTRY = {
    "sequence": 7,
    "at": datetime(2026, 9, 7, 4, 0, tzinfo=UTC),
    "actor_id": 3,
    "actor_label": "刘敏",
    "action": "billing.bill.issued",
    "subject_type": "billing.bill",
    "subject_id": "12",
    "subject_label": "2026-08 王秀英",
    "unit_id": "4501",
    "changes": '{"state": ["draft", "issued"]}',
    "reason": "",
    "address": "10.1.2.3",
}


@pytest.mark.parametrize("field", rules.SEALED)
def test_every_field_is_under_the_seal(field):
    changed = dict(ENTRY)
    value = ENTRY[field]
    changed[field] = (
        value + timedelta(microseconds=1)
        if field == "at"
        else (value + 1 if isinstance(value, int) else f"{value}x")
    )
    assert rules.seal(rules.GENESIS, changed) != rules.seal(rules.GENESIS, ENTRY)


def test_the_entry_before_is_under_the_seal_and_the_time_zone_is_not():
    assert rules.seal("1" * 64, ENTRY) != rules.seal(rules.GENESIS, ENTRY)
    beijing = ENTRY | {"at": ENTRY["at"].astimezone(timezone(timedelta(hours=8)))}
    assert rules.seal(rules.GENESIS, beijing) == rules.seal(rules.GENESIS, ENTRY)


def test_text_cannot_slide_from_one_field_into_the_next():
    moved = ENTRY | {"subject_label": "", "unit_id": ENTRY["subject_label"] + ENTRY["unit_id"]}
    assert rules.seal(rules.GENESIS, moved) != rules.seal(rules.GENESIS, ENTRY)


def test_changes_are_written_as_people_write_them():
    text = rules.changes_text(
        {
            "capacity_kva": [Decimal("315.00"), None],
            "from": [date(2026, 1, 1), None],
            "roles": [{"b", "a"}, []],
        }
    )
    assert json.loads(text) == {
        "capacity_kva": ["315.00", None],
        "from": ["2026-01-01", None],
        "roles": [["a", "b"], []],
    }
    assert "\\u" not in rules.changes_text({"name": [None, "王秀英"]})
