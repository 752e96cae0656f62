"""Texts are strict about their fields; messages are patient and keep quiet at night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.care.notifications import rules
from denghuo.care.notifications.rules import wording

NINE_AT_NIGHT = datetime(2026, 9, 7, 13, tzinfo=UTC)


def test_a_text_is_filled_in_once():
    text = rules.render("{name}：{amount}元", ("name", "amount"), {"name": "{amount}", "amount": "5"})
    assert text == "{amount}：5元"


@pytest.mark.parametrize(
    ("context", "code", "names"),
    [({"number": "1"}, "missing", ("day",)), ({"number": "1", "day": "2", "who": "3"}, "extra", ("who",))],
)
def test_a_context_must_fit_exactly(context, code, names):
    with pytest.raises(rules.TextInvalid) as raised:
        rules.render("{number} {day}", ("number", "day"), context)
    assert (raised.value.code, raised.value.names) == (code, names)


@pytest.mark.parametrize(
    ("text", "code"),
    [("  ", "empty"), ("长" * 1001, "long"), ("编号{number", "brace"), ("{who}您好", "unknown")],
)
def test_an_edited_text_is_checked(text, code):
    with pytest.raises(rules.TextInvalid) as raised:
        rules.verify(text, ("number",))
    assert raised.value.code == code


def test_every_shipped_text_can_be_shown_with_its_samples():
    assert wording.OUTAGE_PLANNED in rules.declared()
    for template in rules.declared():
        shown = rules.render(template.text, template.fields, template.samples)
        assert "{" not in shown, template.code
        assert template.room == template.code.split(".")[0]


def test_two_templates_of_one_code_are_an_error():
    with pytest.raises(ValueError, match="another template"):
        rules.declare(rules.Template("outages.restored", text="别的"))
    with pytest.raises(ValueError, match="no channel"):
        rules.declare(rules.Template("test.fax", text="传真", channels=("fax",)))


@pytest.mark.parametrize(
    ("hour", "minute", "until"),
    [(20, 59, None), (21, 0, (8, 8)), (23, 59, (8, 8)), (0, 0, (7, 8)), (7, 59, (7, 8)), (8, 0, None)],
)
def test_the_night_is_quiet_over_midnight(hour, minute, until):
    """Hours in Beijing of 7 September; ``until`` is the day and hour at which it ends."""
    at = datetime(2026, 9, 7, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)
    found = rules.quiet_until(at, from_hour=21, until_hour=8)
    if until is None:
        assert found is None
    else:
        local = found + timedelta(hours=8)
        assert (local.day, local.hour, local.minute) == (*until, 0)


@settings(max_examples=60)
@given(st.integers(0, 24), st.integers(0, 23), st.integers(0, 525_600))
def test_quiet_hours_end_in_a_minute_that_is_not_quiet(from_hour, until_hour, minute):
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    found = rules.quiet_until(at, from_hour=from_hour, until_hour=until_hour)
    if from_hour == until_hour:
        assert found is None
    if found is not None:
        assert at < found <= at + timedelta(days=1)
        assert rules.quiet_until(found, from_hour=from_hour, until_hour=until_hour) is None


def test_tries_grow_apart_and_end():
    tries = [NINE_AT_NIGHT]
    for attempt in range(1, rules.ATTEMPTS):
        tries.append(rules.next_try(attempt, tries[-1]))
    gaps = [later - earlier for earlier, later in zip(tries, tries[1:], strict=False)]
    assert gaps == sorted(gaps)
    assert rules.next_try(rules.ATTEMPTS, NINE_AT_NIGHT) is None
