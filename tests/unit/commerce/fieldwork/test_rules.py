"""Forms and answers: what will do, what will not, and that plain and typed mean the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.commerce.fieldwork import rules
from denghuo.commerce.fieldwork.rules import AnswersInvalid, Field, Kind, kinds, states

KIND = Kind(
    "tried.kind",
    form=(
        Field("note", "text", longest=10),
        Field("story", "long_text"),
        Field("load_kw", "number", low=0, high=500),
        Field("result", "choice", options=("right", "wrong")),
        Field("safe", "yes_no"),
        Field("day", "date"),
        Field("photo", "photo", most=2),
        Field("sign", "signature"),
        Field("plate", "scan"),
        Field("registers", "register_values", registers=("total", "peak")),
    ),
)
MUST = Kind("tried.must", form=(Field("note", "text", required=True), Field("ok", "yes_no", required=True)))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, {}),
        ({"note": "  好 \x00"}, {"note": "好"}),
        ({"load_kw": " 1,234".replace("1,", "")}, {"load_kw": "234"}),
        ({"load_kw": 12.5}, {"load_kw": "12.5"}),
        ({"load_kw": "0"}, {"load_kw": "0"}),
        ({"result": "right"}, {"result": "right"}),
        ({"safe": False}, {"safe": "no"}),
        ({"day": "2026-09-08"}, {"day": "2026-09-08"}),
        ({"photo": [3, 4]}, {"photo": [3, 4]}),
        ({"photo": []}, {}),
        ({"sign": [7]}, {"sign": 7}),
        ({"registers": {"total": "12.50", "peak": ""}}, {"registers": {"total": "12.50"}}),
    ],
)
def test_answers_that_will_do(answers, expected):
    assert rules.checked(KIND, answers) == expected


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"note": "x" * 11}, "too_long"),
        ({"note": 5}, "not_text"),
        ({"load_kw": "-0.1"}, "too_low"),
        ({"load_kw": "500.01"}, "too_high"),
        ({"load_kw": "NaN"}, "not_number"),
        ({"load_kw": "Infinity"}, "not_number"),
        ({"load_kw": "1e400"}, "not_number"),
        ({"load_kw": True}, "not_number"),
        ({"load_kw": ["1"]}, "not_number"),
        ({"result": "left"}, "not_a_choice"),
        ({"safe": "maybe"}, "not_a_choice"),
        ({"day": "8.9.2026"}, "not_a_date"),
        ({"day": 20260908}, "not_a_date"),
        ({"photo": [1, 2, 3]}, "too_many"),
        ({"photo": ["p"]}, "not_a_photo"),
        ({"photo": [True]}, "not_a_photo"),
        ({"sign": "p"}, "not_a_photo"),
        ({"registers": {"valley": "1"}}, "unknown_register"),
        ({"registers": {"total": "-1"}}, "not_a_reading"),
        ({"registers": {"total": "1.23456"}}, "not_a_reading"),
        ({"registers": "12"}, "not_number"),
        ({"stranger": "1"}, "unknown"),
    ],
)
def test_answers_that_will_not_do(answers, code):
    with pytest.raises(AnswersInvalid) as error:
        rules.checked(KIND, answers)
    assert [problem.code for problem in error.value.problems.values()] == [code]


def test_every_missing_answer_is_named():
    with pytest.raises(AnswersInvalid) as error:
        rules.checked(MUST, {"note": "  "})
    assert {name: problem.code for name, problem in error.value.problems.items()} == {
        "note": "missing",
        "ok": "missing",
    }


NUMBERS = st.decimals(0, 500, places=3)
TYPED = st.fixed_dictionaries(
    {},
    optional={
        "note": st.text("灯火镇abc 12", min_size=1, max_size=10).map(str.strip).filter(bool),
        "load_kw": NUMBERS,
        "result": st.sampled_from(["right", "wrong"]),
        "safe": st.booleans(),
        "day": st.dates(date(2000, 1, 1), date(2100, 1, 1)),
        "photo": st.lists(st.integers(1, 10**9), min_size=1, max_size=2).map(tuple),
        "sign": st.integers(1, 10**9),
        "registers": st.dictionaries(st.sampled_from(["total", "peak"]), NUMBERS, min_size=1),
    },
)


@settings(max_examples=30, deadline=None)
@given(TYPED)
def test_typed_answers_survive_the_way_through_plain_ones(answers):
    assert rules.typed(KIND, rules.checked(KIND, rules.plain(KIND, answers))) == answers


SCALARS = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        2**70,
        1.5,
        float("nan"),
        float("inf"),
        "",
        "x",
        "1e99",
        "\x00",
        "9" * 40,
        "2026-02-30",
        "no",
    ]
)
ANYTHING = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.sampled_from(["total", "x"]), SCALARS)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([field.name for field in KIND.form]), ANYTHING))
def test_nothing_that_json_can_hold_breaks_the_check(answers):
    try:
        found = rules.checked(KIND, answers)
    except AnswersInvalid:
        return
    rules.typed(KIND, found)


@pytest.mark.parametrize("form", [(Field("a", "text"), Field("a", "number"))])
def test_two_fields_of_one_name_are_refused(form):
    with pytest.raises(ValueError, match="two fields"):
        rules.declare(Kind("tried.twice", form=form))


def test_a_kind_is_declared_once():
    first = rules.declare(KIND)
    assert rules.declare(KIND) is first and rules.find("tried.kind") is first
    with pytest.raises(ValueError, match="another kind"):
        rules.declare(Kind("tried.kind"))
    kinds._kinds.pop("tried.kind")
    with pytest.raises(LookupError):
        rules.find("tried.kind")


@pytest.mark.parametrize("wrong", [("a", "colour", ()), ("a", "choice", ()), ("a", "text", ("x",))])
def test_a_field_is_one_of_the_types(wrong):
    name, kind, options = wrong
    with pytest.raises(ValueError):
        Field(name, kind, options=options)


def test_states():
    assert {state for state, following in states.TRANSITIONS.items() if not following} == set(rules.ENDED)
    assert set(rules.LIVE) | set(rules.ENDED) == set(states.TRANSITIONS) == set(rules.TONES)
    for state in rules.OPEN:
        assert rules.may_become(state, "done") and rules.may_become(state, "conflict")
    assert not rules.may_become("done", "cancelled")
    back = {
        (crew, accepted, arrived): rules.state_after_return(has_crew=crew, accepted=accepted, arrived=arrived)
        for crew, accepted, arrived in [
            (False, False, False), (True, False, False), (True, True, False), (True, True, True),
        ]
    }  # fmt: skip
    assert list(back.values()) == ["waiting", "assigned", "accepted", "arrived"]


def test_names_fall_back_to_codes():
    assert rules.kind_label("nobody.named") == "nobody.named"
    rules.name_kind("tried.named", "Survey", {"result": "Result", "result.right": "It is right"})
    assert rules.field_label("tried.named", "result") == "Result"
    assert rules.option_label("tried.named", "result", "right") == "It is right"
    assert rules.option_label("tried.named", "result", "wrong") == "wrong"
    assert rules.typed(MUST, {"gone": "1"}) == {}
    assert rules.plain(KIND, {"load_kw": Decimal("1.50"), "other": 3}) == {"load_kw": "1.50", "other": 3}
