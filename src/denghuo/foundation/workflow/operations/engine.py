"""The only place that knows SpiffWorkflow. Everything else of this room works on the tables.

What is held against the library (each is tested):

* the state is text with the keys in their order: JSON of PostgreSQL reorders keys, and the library then loses data;
* conditions are walked by ``rules.expressions``, service tasks call a registered handler: nothing of a diagram is run;
* its timers ask the wall clock: ours are parked in the far future and fired by hand;
* completing a finished task raises nothing there: whoever calls looks at the task first, under the row lock.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from lxml import etree
from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter, WorkflowConverter
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.util.diff import diff_workflow, migrate_workflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from denghuo.foundation.workflow.rules import diagrams, expressions

logging.getLogger("spiff").setLevel(logging.WARNING)  # it tells of every token it moves
_FAR_FUTURE, _LONG_AGO = "9999-01-01T00:00:00+00:00", "2000-01-01T00:00:00+00:00"
_PARKED_FOR = "P365D"
Value = bool | int | str


class DataMissing(Exception):
    """A gateway asks for a name that nobody has set."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _StateConverter(BpmnWorkflowConverter):
    """Leaves the diagram out of the state: it is kept once with its definition."""

    def to_dict(self, workflow: BpmnWorkflow) -> dict[str, Any]:
        return WorkflowConverter.to_dict(self, workflow)

    def from_dict(self, dct: dict[str, Any]) -> BpmnWorkflow:
        workflow = self.target_class(dct.pop("spec"), {}, deserializing=True)
        workflow.tasks = self.mapping_from_dict(dct["tasks"], UUID, workflow=workflow)
        workflow.task_tree = workflow.tasks[UUID(dct["root"])]
        self.set_default_attributes(workflow, dct)
        return workflow


_SERIALIZER = BpmnWorkflowSerializer(
    BpmnWorkflowSerializer.configure({**DEFAULT_CONFIG, BpmnWorkflow: _StateConverter})
)


class _Judge(PythonScriptEngine):
    """What the library calls for conditions, timers and automatic steps."""

    def __init__(self, call: Callable[[str, Mapping[str, Any]], Mapping[str, Any] | None]) -> None:
        super().__init__()
        self.call = call

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        if expression == diagrams.PARKED:
            return _PARKED_FOR
        try:
            return expressions.holds(expression, task.data)
        except expressions.NameMissing as missing:
            raise DataMissing(missing.name) from missing

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        task.data.update(self.call(script.strip(), task.data) or {})
        return True


@dataclass(frozen=True)
class Token:
    """Where the case stands: a step that waits for a person, or a timer."""

    id: str
    element: str


def specification(root: etree._Element, process_id: str) -> str:
    """The parsed form of a diagram that ``rules.diagrams`` found nothing wrong with, as text."""
    parser = BpmnParser()
    parser.add_bpmn_xml(root)
    spec = parser.get_spec(process_id)
    return json.dumps(_SERIALIZER.to_dict(spec), ensure_ascii=False)


@lru_cache(maxsize=256)
def _restored(text: str) -> Any:
    return _SERIALIZER.from_dict(json.loads(text))


class Walk:
    """One case inside the engine, for the length of one transaction."""

    def __init__(self, workflow: BpmnWorkflow, call: Callable[..., Mapping[str, Any] | None]) -> None:
        self._workflow = workflow
        workflow.script_engine = _Judge(call)

    @classmethod
    def begun(cls, specification: str, data: Mapping[str, Value], call: Callable[..., Any]) -> Walk:
        """A new case, walked to where it first waits."""
        workflow = BpmnWorkflow(_restored(specification))
        walk = cls(workflow, call)
        workflow.task_tree.data.update(data)
        for task in workflow.get_tasks(state=TaskState.READY):
            task.data.update(data)
        walk._advance()
        return walk

    @classmethod
    def resumed(cls, specification: str, state: str, call: Callable[..., Any]) -> Walk:
        """A case as it was left."""
        dct = json.loads(state)
        _SERIALIZER.migrate(dct)
        dct["spec"] = _restored(specification)
        return cls(_SERIALIZER.from_dict(dct), call)

    def state(self) -> str:
        """The case as text; the order of the keys matters."""
        dct = _SERIALIZER.to_dict(self._workflow)
        dct[_SERIALIZER.VERSION_KEY] = _SERIALIZER.VERSION
        return json.dumps(dct, ensure_ascii=False)

    def human(self) -> list[Token]:
        """The steps that wait for a person, oldest first."""
        return [
            Token(str(task.id), task.task_spec.bpmn_id)
            for task in self._workflow.get_tasks(state=TaskState.READY, manual=True)
        ]

    def timers(self) -> list[Token]:
        """The timers that wait."""
        return [Token(str(task.id), task.task_spec.bpmn_id) for task in self._waiting()]

    def _waiting(self) -> list[Any]:
        return [
            task
            for task in self._workflow.get_tasks(state=TaskState.WAITING)
            if isinstance(getattr(task.task_spec, "event_definition", None), TimerEventDefinition)
        ]

    def complete(self, token: str, data: Mapping[str, Value]) -> bool:
        """Do a step; False where it does not wait any more.

        Raises:
            DataMissing: see there; the transaction must be given up.
        """
        task = self._workflow.tasks.get(UUID(token))
        if task is None or task.state != TaskState.READY:
            return False
        task.data.update(data)
        self._guarded(task.run)
        self._advance()
        return True

    def fire(self, token: str) -> bool:
        """The time of a timer has come; False where it does not wait any more."""
        task = self._workflow.tasks.get(UUID(token))
        if task is None or task.state != TaskState.WAITING:
            return False
        task._set_internal_data(event_value=_LONG_AGO)
        self._guarded(self._workflow.refresh_timers)
        self._advance()
        return True

    def _advance(self) -> None:
        self._guarded(self._workflow.do_engine_steps)
        for task in self._waiting():
            task._set_internal_data(event_value=_FAR_FUTURE)

    @staticmethod
    def _guarded(step: Callable[[], Any]) -> None:
        try:
            step()
        except WorkflowTaskException as error:
            cause = error.__cause__ or getattr(error, "exception", None)
            raise cause if isinstance(cause, Exception) else error from error

    @property
    def ended(self) -> bool:
        return bool(self._workflow.completed)

    @property
    def outcome(self) -> str:
        """The id of the end event reached last, empty where none was."""
        ends = [
            task
            for task in self._workflow.get_tasks(state=TaskState.COMPLETED)
            if type(task.task_spec).__name__ == "EndEvent" and task.task_spec.bpmn_id
        ]
        return max(ends, key=lambda task: task.last_state_change).task_spec.bpmn_id if ends else ""

    def passed(self) -> list[str]:
        """The elements that were walked through, in order of their completion, each once."""
        done = sorted(
            self._workflow.get_tasks(state=TaskState.COMPLETED), key=lambda task: task.last_state_change
        )
        return list(dict.fromkeys(task.task_spec.bpmn_id for task in done if task.task_spec.bpmn_id))

    def data(self) -> dict[str, Any]:
        """What is known where the case stands now."""
        found: dict[str, Any] = {}
        for task in self._workflow.get_tasks(state=TaskState.READY | TaskState.WAITING | TaskState.COMPLETED):
            found.update(task.data)
        return found

    def moved(self, specification: str) -> str:
        """Put the case on another version of its diagram; the answer says what is in the way, or is empty.

        It is moved only where everything it has walked through is the same in both versions.
        """
        spec = _restored(specification)
        difference, _inner = diff_workflow(_SERIALIZER.registry, self._workflow, spec, {})
        walked = TaskState.COMPLETED | TaskState.READY | TaskState.WAITING | TaskState.STARTED
        gone = [task for task in difference.removed if task.has_state(walked)]
        if gone:
            return str(gone[0].task_spec.bpmn_id or gone[0].task_spec.name)
        changed = {"typename", "bpmn_id", "manual", "lane"}
        for task in difference.changed:
            other = difference.alignment.get(task)
            if task.has_state(walked) and other is not None:
                before = _SERIALIZER.registry.convert(task.task_spec)
                after = _SERIALIZER.registry.convert(other)
                if any(before.get(key) != after.get(key) for key in changed):
                    return str(task.task_spec.bpmn_id or task.task_spec.name)
        migrate_workflow(difference, self._workflow, spec)
        self._advance()
        return ""
