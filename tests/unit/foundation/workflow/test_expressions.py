"""Conditions of diagrams: what they mean, and that nothing else is let through."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.foundation.workflow.rules import expressions


@pytest.mark.parametrize(
    "text, data, expected",
    [
        ("approved", {"approved": True}, True),
        ("not approved", {"approved": True}, False),
        ("level == 'high'", {"level": "high"}, True),
        ("kva >= 160 and not temporary", {"kva": 160, "temporary": False}, True),
        ("kva < 160 or (kind != 'pv' and kva <= 400)", {"kva": 400, "kind": "hv"}, True),
        ("feasible == true", {"feasible": True}, True),
        ("x == -3", {"x": -3}, True),
        ("a and b", {"a": False}, False),
    ],
)
def test_a_condition_means_what_it_says(text, data, expected):
    assert expressions.holds(text, data) is expected


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "a.b",
        "a[0]",
        "(lambda: 1)()",
        "[x for x in y]",
        "f'{a}'",
        "1 < a < 3",
        "a + 1 > 2",
        "a if b else c",
        "a := 1",
        "2.5 > a",
        "b'x' == a",
        "",
        "a ==",
        "a" * 501,
        "(" * 200 + "a" + ")" * 200 + "(",
    ],
)
def test_nothing_else_is_a_condition(text):
    with pytest.raises(expressions.NotACondition):
        expressions.parsed(text)


def test_a_name_that_nobody_set_is_named():
    with pytest.raises(expressions.NameMissing) as missing:
        expressions.holds("a and headroom > 0", {"a": True})
    assert missing.value.name == "headroom"


def test_things_without_an_order_are_no_comparison():
    with pytest.raises(expressions.NotACondition):
        expressions.holds("a < 'x'", {"a": 1})


def test_what_a_condition_speaks_of_is_offered():
    assert set(expressions.offered("level == 'high' or level == 'low' or done")) == {
        ("level", "high"),
        ("level", "low"),
        ("done", True),
        ("done", False),
    }


@settings(max_examples=300)
@given(st.text(alphabet="ab01 ()<>=!andortue'\"._[]{}:,*+-", max_size=40))
def test_any_text_is_read_or_refused_and_never_run(text):
    with contextlib.suppress(expressions.NotACondition, expressions.NameMissing):
        expressions.holds(text, {"a": 1, "b": True})
