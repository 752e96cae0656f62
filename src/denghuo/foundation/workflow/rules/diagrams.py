"""Read a BPMN 2.0 file and say, element by element, what is wrong with it or not supported. Nothing is ignored.

Supported: one process (in one pool or none) with lanes; one start event; end events, also terminating ones; user and
manual tasks; service tasks with ``denghuo:handler``; exclusive gateways with conditions and a default; parallel gateways;
timers with a duration, as intermediate events or on the border of a task. Everything needs its place in the drawing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from lxml import etree

from denghuo.foundation.workflow.rules import expressions
from denghuo.foundation.workflow.rules.processes import UNITS

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
OURS = "https://denghuo.example/bpmn"
LARGEST_BYTES = 2 * 1024 * 1024
PARKED = "PARKED"
"""What a timer says to the engine: wait until you are told."""

HUMAN = frozenset({"userTask", "manualTask"})
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway"})
TIMED = frozenset({"intermediateCatchEvent", "boundaryEvent"})
NODES = HUMAN | GATEWAYS | TIMED | {"startEvent", "endEvent", "serviceTask"}
_WITHOUT_MEANING = frozenset(
    {
        "sequenceFlow", "laneSet", "documentation", "extensionElements", "textAnnotation", "association", "dataObject",
        "dataObjectReference", "dataStoreReference", "category", "group", "ioSpecification",
    }
)  # fmt: skip
_INSIDE = frozenset({"incoming", "outgoing", "documentation", "extensionElements"})
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,79}")
_RESERVED = frozenset({"Start", "End", "Root", "start", "end"})
_RESERVED_ENDINGS = ("EndJoin", "BoundaryEventSplit", "BoundaryEventJoin", "StartEventJoin")
_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


@dataclass(frozen=True)
class Problem:
    """``code`` says what is wrong, ``detail`` with what; the pages have the words."""

    element: str
    code: str
    detail: str = ""


@dataclass(frozen=True)
class Wait:
    """How long a timer waits: a duration of calendar time, or a limit in business time."""

    duration: timedelta | None = None
    amount: int = 0
    unit: str = ""


@dataclass(frozen=True)
class Node:
    """One element. ``lane`` is its name as drawn; ``role`` what a person must hold to do it."""

    id: str
    kind: str
    name: str = ""
    lane: str = ""
    role: str = ""
    handler: str = ""
    default: str = ""
    attached_to: str = ""
    wait: Wait | None = None


@dataclass(frozen=True)
class Flow:
    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""


@dataclass
class Diagram:
    """A diagram as read, with all that is wrong with it."""

    process_id: str = ""
    name: str = ""
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def leaving(self, node: str) -> list[Flow]:
        return [flow for flow in self.flows.values() if flow.source == node]

    def after(self, node: str) -> Iterator[str]:
        """The elements one step further, the borders of a task included."""
        for flow in self.leaving(node):
            yield flow.target
        for other in self.nodes.values():
            if other.attached_to == node:
                yield other.id

    def reachable(self, start: str) -> set[str]:
        found, todo = set(), [start]
        while todo:
            for following in self.after(todo.pop()):
                if following not in found:
                    found.add(following)
                    todo.append(following)
        return found

    def next_steps(self, step: str) -> list[str]:
        """The human steps and ends that may come directly after ``step``."""
        found, seen, todo = [], set(), [step]
        while todo:
            for flow in self.leaving(todo.pop(0)):
                if flow.target in seen:
                    continue
                seen.add(flow.target)
                node = self.nodes[flow.target]
                if node.kind in HUMAN or node.kind == "endEvent":
                    found.append(node.id)
                else:
                    todo.append(node.id)
        return found

    def decisions(self, step: str) -> dict[str, list[tuple[expressions.Value, str]]]:
        """What must be known when ``step`` is done: name → the values the gateways after it speak of, with the name of
        the flow that each alone would take. A default flow is offered where it is named after nothing else."""
        found: dict[str, list[tuple[expressions.Value, str]]] = {}
        seen, todo = set(), [step]
        while todo:
            here = todo.pop(0)
            for flow in self.leaving(here):
                if flow.condition:
                    self._offer(found, here, flow)
                if flow.target not in seen and self.nodes[flow.target].kind not in HUMAN:
                    seen.add(flow.target)
                    todo.append(flow.target)
        return found

    def _offer(self, found: dict[str, list[tuple[expressions.Value, str]]], gateway: str, flow: Flow) -> None:
        fallback = self.flows.get(self.nodes[gateway].default)
        for name, value in expressions.offered(flow.condition):
            known = [known for known, _words in found.setdefault(name, [])]
            if value in known and type(value) is type(known[known.index(value)]):
                continue
            try:
                taken = expressions.holds(flow.condition, {name: value})
            except (expressions.NameMissing, expressions.NotACondition):
                taken = False
            words = flow.name if taken else (fallback.name if fallback else "")
            found[name].append((value, words))


def parse(
    content: bytes,
    *,
    lanes: Mapping[str, str],
    roles: Mapping[str, str],
    handlers: frozenset[str],
) -> tuple[Diagram, etree._Element | None]:
    """Read a file; the tree comes back only where nothing is wrong.

    ``lanes``: name of a lane → role code, as declared; ``roles``: code and every name of a role → code.
    """
    diagram = Diagram()
    root = _tree(content, diagram)
    if root is None:
        return diagram, None
    process = _process(root, diagram)
    if process is not None:
        diagram.process_id, diagram.name = process.get("id", ""), process.get("name", "")
        _ids(root, diagram)
        lane_of = _lanes(process, diagram)
        for element in process:
            if isinstance(element.tag, str):
                _element(element, diagram, lane_of, lanes, roles, handlers)
        _flows(process, diagram)
        _shape(diagram)
        _drawing(root, diagram)
    return diagram, root if not diagram.problems else None


def _tree(content: bytes, diagram: Diagram) -> etree._Element | None:
    if len(content) > LARGEST_BYTES:
        diagram.problems.append(Problem("", "too_large"))
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        diagram.problems.append(Problem("", "not_xml", str(error)[:160]))
        return None
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        diagram.problems.append(Problem("", "doctype"))
        return None
    if root.tag != f"{{{BPMN}}}definitions":
        diagram.problems.append(Problem("", "not_bpmn", str(root.tag)[:80]))
        return None
    return root


def _process(root: etree._Element, diagram: Diagram) -> etree._Element | None:
    processes = root.findall(f"{{{BPMN}}}process")
    if len(processes) != 1:
        diagram.problems.append(Problem("", "one_process", str(len(processes))))
        return None
    for element in root:
        kind = _kind(element)
        if kind not in {"process", "collaboration", "BPMNDiagram", "documentation", "extensionElements", ""}:
            diagram.problems.append(Problem(element.get("id", ""), "unsupported", kind))
    pools = root.findall(f".//{{{BPMN}}}participant")
    if len(pools) > 1 or root.find(f".//{{{BPMN}}}messageFlow") is not None:
        diagram.problems.append(Problem(pools[-1].get("id", ""), "one_pool"))
    return processes[0]


def _kind(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _ids(root: etree._Element, diagram: Diagram) -> None:
    counts = Counter(element.get("id") for element in root.iter() if isinstance(element.tag, str))
    for element in root.find(f"{{{BPMN}}}process").iter():
        if _kind(element) in NODES | {"sequenceFlow", "process"}:
            name = element.get("id") or ""
            if not _ID.fullmatch(name):
                diagram.problems.append(Problem(name, "id_form", _kind(element)))
            elif name in _RESERVED or name.endswith(_RESERVED_ENDINGS):
                diagram.problems.append(Problem(name, "id_reserved"))
            elif counts[name] > 1:
                diagram.problems.append(Problem(name, "id_twice"))


def _lanes(process: etree._Element, diagram: Diagram) -> dict[str, tuple[str, str]]:
    """Element id → (name, own role) of its lane."""
    found = {}
    for lane in process.iter(f"{{{BPMN}}}lane"):
        if lane.find(f"{{{BPMN}}}childLaneSet") is not None:
            diagram.problems.append(Problem(lane.get("id", ""), "unsupported", "childLaneSet"))
        for reference in lane.findall(f"{{{BPMN}}}flowNodeRef"):
            found[(reference.text or "").strip()] = (
                lane.get("name", "").strip(),
                lane.get(f"{{{OURS}}}role", ""),
            )
    return found


def _element(
    element: etree._Element,
    diagram: Diagram,
    lane_of: Mapping[str, tuple[str, str]],
    lanes: Mapping[str, str],
    roles: Mapping[str, str],
    handlers: frozenset[str],
) -> None:
    kind, name = _kind(element), element.get("id", "")
    if kind in _WITHOUT_MEANING:
        return
    if kind not in NODES:
        diagram.problems.append(Problem(name, "unsupported", kind))
        return
    lane, own_role = lane_of.get(name, ("", ""))
    handler = element.get(f"{{{OURS}}}handler", "")
    role = ""
    if kind in HUMAN:
        wanted = element.get(f"{{{OURS}}}role") or own_role or lanes.get(lane) or lane
        role = roles.get(wanted, "")
        if not role:
            diagram.problems.append(Problem(name, "no_role", lane))
    if kind == "serviceTask" and handler not in handlers:
        diagram.problems.append(Problem(name, "no_handler", handler))
    wait = _details(element, kind, name, diagram)
    diagram.nodes[name] = Node(
        id=name,
        kind=kind,
        name=" ".join(element.get("name", "").split()),
        lane=lane,
        role=role,
        handler=handler,
        default=element.get("default", ""),
        attached_to=element.get("attachedToRef", ""),
        wait=wait,
    )


def _details(element: etree._Element, kind: str, name: str, diagram: Diagram) -> Wait | None:
    """Look at what lies inside an element; the wait of a timer."""
    wait = None
    for child in element:
        inner = _kind(child)
        if inner in _INSIDE or not inner:
            continue
        if inner == "timerEventDefinition" and kind in TIMED:
            wait = _wait(element, child)
            if wait is None:
                diagram.problems.append(Problem(name, "timer", "".join(child.itertext()).strip()[:60]))
        elif not (inner == "terminateEventDefinition" and kind == "endEvent"):
            diagram.problems.append(Problem(name, "unsupported", inner))
    if kind in TIMED and wait is None and not any(p.element == name for p in diagram.problems):
        diagram.problems.append(Problem(name, "timer", ""))
    return wait


def _wait(element: etree._Element, definition: etree._Element) -> Wait | None:
    limit = element.get(f"{{{OURS}}}limit", "").split()
    if limit:
        if len(limit) == 2 and limit[0].isdecimal() and int(limit[0]) > 0 and limit[1] in UNITS:
            return Wait(amount=int(limit[0]), unit=limit[1])
        return None
    text = (definition.findtext(f"{{{BPMN}}}timeDuration") or "").strip().strip("\"'")
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return Wait(timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds))


def _flows(process: etree._Element, diagram: Diagram) -> None:
    for element in process.findall(f"{{{BPMN}}}sequenceFlow"):
        name, source, target = (
            element.get("id", ""),
            element.get("sourceRef", ""),
            element.get("targetRef", ""),
        )
        missing = [end for end in (source, target) if end not in diagram.nodes]
        if missing:
            diagram.problems.append(Problem(name, "leads_nowhere", ", ".join(missing)))
            continue
        condition = " ".join((element.findtext(f"{{{BPMN}}}conditionExpression") or "").split())
        condition = (
            condition.removeprefix("${").removesuffix("}") if condition.startswith("${") else condition
        )
        if condition:
            try:
                expressions.parsed(condition)
            except expressions.NotACondition as error:
                diagram.problems.append(Problem(name, "condition", str(error)[:160]))
                continue
        diagram.flows[name] = Flow(name, source, target, " ".join(element.get("name", "").split()), condition)


def _shape(diagram: Diagram) -> None:
    """How the elements hang together."""
    kinds = defaultdict(list)
    for node in diagram.nodes.values():
        kinds[node.kind].append(node.id)
    if len(kinds["startEvent"]) != 1:
        diagram.problems.append(Problem("", "one_start", str(len(kinds["startEvent"]))))
    if not kinds["endEvent"]:
        diagram.problems.append(Problem("", "no_end"))
    for node in diagram.nodes.values():
        leaving = diagram.leaving(node.id)
        if node.kind == "endEvent":
            if leaving:
                diagram.problems.append(Problem(node.id, "after_the_end"))
        elif not leaving:
            diagram.problems.append(Problem(node.id, "dead_end"))
        elif len(leaving) > 1 and node.kind not in GATEWAYS:
            diagram.problems.append(Problem(node.id, "splits"))
        if node.attached_to and diagram.nodes.get(node.attached_to, node).kind not in HUMAN:
            diagram.problems.append(Problem(node.id, "border", node.attached_to))
        _conditions(node, leaving, diagram)
    if len(kinds["startEvent"]) == 1:
        reached = diagram.reachable(kinds["startEvent"][0]) | set(kinds["startEvent"])
        for name in diagram.nodes:
            if name not in reached:
                diagram.problems.append(Problem(name, "not_reached"))
    _loops(diagram)


def _conditions(node: Node, leaving: list[Flow], diagram: Diagram) -> None:
    if node.kind == "exclusiveGateway" and len(leaving) > 1:
        if node.default not in {flow.id for flow in leaving}:
            diagram.problems.append(Problem(node.id, "no_default"))
        for flow in leaving:
            if flow.id != node.default and not flow.condition:
                diagram.problems.append(Problem(flow.id, "no_condition", node.id))
    elif node.kind != "exclusiveGateway":
        for flow in leaving:
            if flow.condition:
                diagram.problems.append(Problem(flow.id, "condition_here", node.id))


def _loops(diagram: Diagram) -> None:
    """A loop without a person or a timer in it would never end."""
    automatic = {node.id for node in diagram.nodes.values() if node.kind not in HUMAN | TIMED}
    for name in sorted(automatic):
        seen, todo = set(), [name]
        while todo:
            for flow in diagram.leaving(todo.pop()):
                if flow.target == name:
                    diagram.problems.append(Problem(name, "endless"))
                    todo = []
                    break
                if flow.target in automatic and flow.target not in seen:
                    seen.add(flow.target)
                    todo.append(flow.target)


def _drawing(root: etree._Element, diagram: Diagram) -> None:
    drawn = {
        element.get("bpmnElement") for element in root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")
    }
    for name in [*diagram.nodes, *diagram.flows]:
        if name not in drawn:
            diagram.problems.append(Problem(name, "not_drawn"))


def for_engine(root: etree._Element) -> etree._Element:
    """The tree as the engine takes it: a service task is a script whose text is its handler, a timer waits for us."""
    for element in root.iter(f"{{{BPMN}}}serviceTask"):
        element.tag = f"{{{BPMN}}}scriptTask"
        script = etree.SubElement(element, f"{{{BPMN}}}script")
        script.text = element.get(f"{{{OURS}}}handler", "")
    for element in root.iter(f"{{{BPMN}}}timerEventDefinition"):
        for child in list(element):
            element.remove(child)
        etree.SubElement(element, f"{{{BPMN}}}timeDuration").text = PARKED
    return root
