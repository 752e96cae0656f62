"""Diagrams for tests, drawn from a few lines: nodes by lane, arrows, and a simple drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
