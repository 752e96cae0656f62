"""Diagrams for tests, drawn from a few lines: nodes by lane, arrows, and a simple drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    'xmlns:denghuo="https://denghuo.example/bpmn"'
)
Node = tuple[str, str, str]
"""(kind, id, what stands inside or behind the id), for example ("userTask", "survey", 'name="现场勘查"')."""
Arrow = tuple[str, str] | tuple[str, str, str]


def bpmn(
    key: str,
    lanes: Mapping[str, Sequence[Node]],
    arrows: Sequence[Arrow],
    *,
    name: str = "",
    extra: str = "",
    drawn: bool = True,
) -> bytes:
    """A BPMN file. An arrow is (source, target) or (source, target, condition); ``default=`` names go in a node's text
    as ``default="source_target"``. A timer's duration follows its attributes after ``|``."""
    nodes = [node for members in lanes.values() for node in members]
    body = "".join(_node(*node) for node in nodes)
    flows = ""
    for source, target, *condition in arrows:
        inner = f"<conditionExpression>{condition[0]}</conditionExpression>" if condition else ""
        flows += f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
    lane_set = "".join(
        f'<lane id="lane{place}" name="{lane}">'
        + "".join(f"<flowNodeRef>{node[1]}</flowNodeRef>" for node in members)
        + "</lane>"
        for place, (lane, members) in enumerate(lanes.items())
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><definitions {NAMESPACES} id="defs" targetNamespace="t">'
        f'<process id="{key}" name="{name or key}" isExecutable="true"><laneSet id="set">{lane_set}</laneSet>'
        f"{body}{flows}{extra}</process>{_drawing(lanes, arrows) if drawn else ''}</definitions>"
    ).encode()


def _node(kind: str, name: str, rest: str = "") -> str:
    attributes, _, wait = rest.partition("|")
    inner = ""
    if kind in ("intermediateCatchEvent", "boundaryEvent"):
        inner = f'<timerEventDefinition id="{name}_timer"><timeDuration>{wait}</timeDuration></timerEventDefinition>'
    return f'<{kind} id="{name}" {attributes}>{inner}</{kind}>'


def _drawing(lanes: Mapping[str, Sequence[Node]], arrows: Sequence[Arrow]) -> str:
    places = {
        node[1]: (80 + 150 * column, 40 + 160 * row)
        for row, members in enumerate(lanes.values())
        for column, node in enumerate(members)
    }
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{name}_di" bpmnElement="{name}">'
        f'<dc:Bounds x="{x}" y="{y}" width="100" height="80"/></bpmndi:BPMNShape>'
        for name, (x, y) in places.items()
    )
    edges = "".join(
        f'<bpmndi:BPMNEdge id="{source}_{target}_di" bpmnElement="{source}_{target}">'
        + "".join(
            f'<di:waypoint x="{places.get(end, (0, 0))[0]}" y="{places.get(end, (0, 0))[1]}"/>'
            for end in (source, target)
        )
        + "</bpmndi:BPMNEdge>"
        for source, target, *_condition in arrows
    )
    return f'<bpmndi:BPMNDiagram id="dia"><bpmndi:BPMNPlane id="plane">{shapes}{edges}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'


REQUEST = bpmn(
    "test.request",
    {
        "counter_clerk": [("startEvent", "begin", ""), ("userTask", "accept", 'name="受理"')],
        "connection_engineer": [
            ("userTask", "survey", 'name="现场勘查"'),
            ("exclusiveGateway", "feasible", 'default="feasible_refused"'),
            ("serviceTask", "write", 'denghuo:handler="test.write"'),
            ("boundaryEvent", "late", 'attachedToRef="survey" cancelActivity="false"|P2D'),
        ],
        "supervisor": [("userTask", "hurry", 'name="督办"'), ("endEvent", "refused", ""), ("endEvent", "finished", ""), ("endEvent", "hurried", "")],
    },
    [
        ("begin", "accept"),
        ("accept", "survey"),
        ("survey", "feasible"),
        ("feasible", "write", "feasible == true and headroom &gt; 0"),
        ("feasible", "refused"),
        ("write", "finished"),
        ("late", "hurry"),
        ("hurry", "hurried"),
    ],
    name="测试申请",
)  # fmt: skip
"""Accept, survey with a timer that calls the supervisor after two days, decide, write; the town's smallest process."""


def handlers() -> None:
    """The automatic step of ``test.request``, known once."""
    from denghuo.foundation.workflow import rules

    if rules.handler_of("test.write") is None:
        rules.handler("test.write", lambda instance, *, at, actor: {"written": True})


def in_force(at: datetime = datetime(2026, 1, 5, 4, tzinfo=UTC)) -> None:
    """Put ``test.request`` into force."""
    from denghuo.foundation.workflow import operations

    handlers()
    operations.approve(definition=operations.draft(xml=REQUEST, at=at), at=at, actor=None)


def case_of(subject: Any) -> Any:
    from denghuo.foundation.workflow import queries

    return queries.instance_of(subject)


def begin(subject: Any, *, at: datetime) -> Any:
    from denghuo.foundation.workflow import operations

    return operations.start(
        process="test.request", subject=subject, title="申请", unit_id=subject.unit_id, at=at, actor=None
    )


def go_on(case: Any, *, at: datetime) -> None:
    """Do the next open step of a case, where there is one."""
    from denghuo.foundation.workflow import operations

    if task := case.tasks.filter(state="open").order_by("id").first():
        operations.complete(task=task, at=at, actor=None, data={"feasible": True, "headroom": 5})


def books() -> list[tuple[Any, ...]]:
    """How every case stands; none may have more or fewer steps and events than its state says."""
    from django.db.models import Count

    from denghuo.foundation.workflow.models import ProcessInstance

    return list(
        ProcessInstance.objects.annotate(
            steps=Count("tasks", distinct=True), happenings=Count("events", distinct=True)
        )
        .order_by("subject_id")
        .values_list("state", "outcome", "version", "steps", "happenings")
    )
