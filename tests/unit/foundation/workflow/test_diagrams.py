"""A diagram is taken whole or refused element by element."""

from __future__ import annotations

from datetime import timedelta

import pytest

from denghuo.foundation.workflow.rules import diagrams
from tests.cast.processes import REQUEST, bpmn

ROLES = {role: role for role in ("counter_clerk", "connection_engineer", "supervisor")}


def read(xml, lanes=None):
    return diagrams.parse(xml, lanes=lanes or {}, roles=ROLES, handlers=frozenset({"test.write"}))


def problems(xml):
    diagram, root = read(xml)
    assert (root is None) == bool(diagram.problems)
    return {(problem.element, problem.code) for problem in diagram.problems}


def small(*, nodes=(), arrows=(("b", "t"), ("t", "e")), lane="counter_clerk", **more):
    base = [("startEvent", "b", ""), ("userTask", "t", ""), ("endEvent", "e", "")]
    return bpmn("small", {lane: [*base, *nodes]}, arrows, **more)


def test_the_town_process_is_read():
    diagram, root = read(REQUEST)
    assert root is not None and diagram.name == "测试申请"
    survey, late = diagram.nodes["survey"], diagram.nodes["late"]
    assert (survey.kind, survey.name, survey.role) == ("userTask", "现场勘查", "connection_engineer")
    assert late.attached_to == "survey" and late.wait == diagrams.Wait(timedelta(days=2))
    assert diagram.nodes["write"].handler == "test.write"
    assert diagram.next_steps("survey") == ["refused", "finished"] or set(diagram.next_steps("survey")) == {
        "refused",
        "finished",
    }


@pytest.mark.parametrize("text, wait", [
    ("P3D", diagrams.Wait(timedelta(days=3))),
    ("PT4H30M", diagrams.Wait(timedelta(hours=4, minutes=30))),
    ('"P1W"', diagrams.Wait(timedelta(weeks=1))),
])  # fmt: skip
def test_durations(text, wait):
    xml = small(
        nodes=[("intermediateCatchEvent", "w", f"|{text}")], arrows=(("b", "t"), ("t", "w"), ("w", "e"))
    )
    assert read(xml)[0].nodes["w"].wait == wait


def test_a_limit_in_business_time():
    xml = small(
        nodes=[("intermediateCatchEvent", "w", 'denghuo:limit="3 working_days"|')],
        arrows=(("b", "t"), ("t", "w"), ("w", "e")),
    )
    assert read(xml)[0].nodes["w"].wait == diagrams.Wait(amount=3, unit="working_days")


def test_a_lane_is_a_role_by_the_rooms_own_table():
    diagram, _root = read(small(lane="前台"), {"前台": "counter_clerk"})
    assert not diagram.problems and diagram.nodes["t"].role == "counter_clerk"


@pytest.mark.parametrize(
    "xml, expected",
    [
        (b"<a", ("", "not_xml")),
        (b"<a/>", ("", "not_bpmn")),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', ("", "doctype")),
        (b" " * (2 * 2**20 + 1), ("", "too_large")),
        (small(lane="nobody"), ("t", "no_role")),
        (small(drawn=False), ("t", "not_drawn")),
        (small(arrows=(("b", "t"), ("t", "gone"))), ("t_gone", "leads_nowhere")),
        (small(arrows=(("b", "t"),)), ("t", "dead_end")),
        (small(arrows=(("b", "e"), ("t", "e"))), ("t", "not_reached")),
        (small(nodes=[("scriptTask", "s", "")]), ("s", "unsupported")),
        (small(nodes=[("inclusiveGateway", "g", "")]), ("g", "unsupported")),
        (small(nodes=[("callActivity", "c", "")]), ("c", "unsupported")),
        (small(nodes=[("task", "n", "")]), ("n", "unsupported")),
        (small(extra='<subProcess id="sub"/>'), ("sub", "unsupported")),
        (small().replace(b'"t"', b'"Start"').replace(b"b_t", b"b_s"), ("Start", "id_reserved")),
        (small().replace(b'id="t"', b'id="t e"'), ("t e", "id_form")),
        (small(nodes=[("userTask", "t", "")]), ("t", "id_twice")),
        (small(nodes=[("startEvent", "b2", "")]), ("", "one_start")),
        (small(arrows=(("b", "t"), ("t", "e"), ("t", "b"))), ("t", "splits")),
        (small(arrows=(("b", "t", "x > 1"), ("t", "e"))), ("b_t", "condition")),
        (small(arrows=(("b", "t", "x"), ("t", "e"))), ("b_t", "condition_here")),
        (small(nodes=[("serviceTask", "s", 'denghuo:handler="os.system"')]), ("s", "no_handler")),
        (
            small(
                nodes=[("exclusiveGateway", "g", "")],
                arrows=(("b", "g"), ("g", "t", "x"), ("g", "e", "y"), ("t", "e")),
            ),
            ("g", "no_default"),
        ),
        (
            small(
                nodes=[("exclusiveGateway", "g", 'default="g_t"')],
                arrows=(("b", "g"), ("g", "t"), ("g", "e"), ("t", "e")),
            ),
            ("g_e", "no_condition"),
        ),
        (
            small(
                nodes=[("exclusiveGateway", "g", 'default="g_t"'), ("parallelGateway", "p", "")],
                arrows=(("b", "g"), ("g", "p", "x"), ("p", "g"), ("g", "t"), ("t", "e")),
            ),
            ("g", "endless"),
        ),
        (small(nodes=[("intermediateCatchEvent", "w", "|soon")], arrows=(("b", "t"), ("t", "w"), ("w", "e"))), ("w", "timer")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_element(xml, expected):
    if expected[1] in {"condition"}:
        xml = xml.replace(b"x > 1", b"__import__('os')")
    assert expected in problems(xml)


def test_no_entity_is_ever_resolved(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("lamp")
    xml = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]><d>&x;</d>'.encode()
    assert problems(xml) == {("", "doctype")}
