"""The story of a case in words: what each kind of event is called and looks like."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.foundation.identity.models import Role
from denghuo.foundation.ui.extensions import TimelineItem
from denghuo.foundation.workflow import rules
from denghuo.foundation.workflow.models import PauseReason, ProcessEvent, ProcessInstance
from denghuo.foundation.workflow.rules.diagrams import Diagram

KINDS: dict[str, tuple[str | Promise, str, str]] = {
    "started": (gettext_lazy("Case opened"), "player-play", "accent"),
    "opened": (pgettext_lazy("process event", "Step opened"), "circle-dot", "info"),
    "done": (pgettext_lazy("process event", "Step done"), "check", "success"),
    "taken_back": (gettext_lazy("Step taken back"), "arrow-back-up", "neutral"),
    "automatic": (gettext_lazy("Done automatically"), "robot", "neutral"),
    "timer": (gettext_lazy("A timer ran out"), "clock", "warning"),
    "ended": (gettext_lazy("Case ended"), "flag", "success"),
    "cancelled": (gettext_lazy("Case cancelled"), "x", "danger"),
    "claimed": (gettext_lazy("Step taken"), "hand-grab", "info"),
    "assigned": (gettext_lazy("Step given"), "user-check", "info"),
    "transferred": (gettext_lazy("Step passed on"), "arrows-exchange", "warning"),
    "handed_over": (gettext_lazy("Owner changed"), "user-share", "warning"),
    "paused": (gettext_lazy("Clock stopped"), "player-pause", "info"),
    "resumed": (gettext_lazy("Clock runs again"), "player-play", "info"),
    "warned": (gettext_lazy("The limit is nearly used up"), "bell", "warning"),
    "broken": (gettext_lazy("The limit is broken"), "alert-triangle", "danger"),
    "migrated": (gettext_lazy("Moved to another version of the process"), "git-branch", "neutral"),
    "attached": (gettext_lazy("Document added"), "paperclip", "neutral"),
    "asked": (gettext_lazy("Another department asked"), "message-circle", "info"),
    "answered": (gettext_lazy("Another department answered"), "message-check", "success"),
}


def story(instance: ProcessInstance, events: Iterable[ProcessEvent], diagram: Diagram) -> list[TimelineItem]:
    """Events as the timeline shows them, in the given order."""
    return [_item(instance, event, diagram) for event in events]


def _item(instance: ProcessInstance, event: ProcessEvent, diagram: Diagram) -> TimelineItem:
    title, icon, tone = KINDS.get(event.kind, (event.kind, "point", "neutral"))
    step = rules.label(instance.process, event.task.step, otherwise=event.task.name) if event.task else ""
    text = _text(event, diagram)
    who = event.actor.name if event.actor else ""
    parts = [str(part) for part in (text, who) if part]
    return TimelineItem(event.at, icon, f"{title}: {step}" if step else title, " · ".join(parts), tone)


def _text(event: ProcessEvent, diagram: Diagram) -> str:
    if event.kind == "paused":
        reason, _, note = event.text.partition(" ")
        label = str(PauseReason(reason).label) if reason in PauseReason.values else reason
        return f"{label}: {note}" if note else label
    if event.kind == "ended":
        return end_label(diagram, event.text)
    if event.kind == "broken" and event.text in Role.values:
        return str(Role(event.text).label)
    if event.kind in ("automatic", "timer"):
        node = diagram.nodes.get(event.text) or next(
            (node for node in diagram.nodes.values() if node.handler and node.handler == event.text), None
        )
        return node.name if node and node.name else event.text
    return event.text


def end_label(diagram: Diagram, outcome: str) -> str:
    node = diagram.nodes.get(outcome)
    return node.name if node and node.name else outcome
