"""Bring in diagrams: read, refuse with words, draft, put into force; move running cases to another version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.workflow import rules
from denghuo.foundation.workflow.models import (
    DefinitionState,
    InstanceState,
    ProcessDefinition,
    ProcessInstance,
)
from denghuo.foundation.workflow.operations import engine, reading, walking
from denghuo.foundation.workflow.rules import diagrams

WORDS: dict[str, str | Promise] = {
    "too_large": gettext_lazy("The file is larger than 2 MB."),
    "not_xml": gettext_lazy("This is not XML: %(detail)s"),
    "doctype": gettext_lazy("A document type declaration is not allowed."),
    "not_bpmn": gettext_lazy("This is not a BPMN 2.0 file; it begins with %(detail)s."),
    "one_process": gettext_lazy("A file must hold exactly one process; this one holds %(detail)s."),
    "one_pool": gettext_lazy("Several pools and messages between them are not supported."),
    "unsupported": gettext_lazy("“%(detail)s” is not supported."),
    "id_form": gettext_lazy("The id must be of letters, digits, “_” and “-”."),
    "id_reserved": gettext_lazy("This id is reserved; choose another."),
    "id_twice": gettext_lazy("This id is used twice."),
    "no_role": gettext_lazy("The lane “%(detail)s” is not a role of this system, so nobody would be asked."),
    "no_handler": gettext_lazy("No automatic step is called “%(detail)s”."),
    "timer": gettext_lazy(
        "A timer needs a duration such as P3D or PT4H, or a limit such as “3 working_days”."
    ),
    "leads_nowhere": gettext_lazy("This arrow leads to something that is not there: %(detail)s."),
    "condition": gettext_lazy("This condition cannot be read: %(detail)s"),
    "one_start": gettext_lazy("A process needs exactly one start; this one has %(detail)s."),
    "no_end": gettext_lazy("A process needs an end."),
    "after_the_end": gettext_lazy("Nothing may follow an end."),
    "dead_end": gettext_lazy("Nothing follows here: a case would hang."),
    "splits": gettext_lazy("Several arrows leave here: use a gateway."),
    "border": gettext_lazy("A timer may sit on the border of a user task only."),
    "not_reached": gettext_lazy("No way leads here from the start."),
    "no_default": gettext_lazy("This gateway needs a default arrow for what no condition covers."),
    "no_condition": gettext_lazy("This arrow needs a condition, or must be the default of its gateway."),
    "condition_here": gettext_lazy("A condition is allowed only behind an exclusive gateway."),
    "endless": gettext_lazy("This loop holds neither a person nor a timer: it would never end."),
    "not_drawn": gettext_lazy("This has no place in the drawing."),
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with one element (its id; empty for the file), in words."""

    element: str
    text: str


class DiagramRefused(Exception):
    """The file cannot be used; ``problems`` says why, element by element."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.element} {problem.text}".strip() for problem in problems))
        self.problems = problems


class ApprovalRefused(Exception):
    """It is in force already, or the one who drew it wants to approve it."""


class NoSuchProcess(Exception):
    """Nothing is in force under this key."""


def draft(
    *, xml: bytes, at: datetime, actor: Staff | None = None, key: str = "", name: str = ""
) -> ProcessDefinition:
    """Take a diagram in as the next version of ``key`` (default: the id of its process).

    Raises:
        DiagramRefused: see there.
    """
    diagram, root = reading.parsed(xml, key)
    if root is None:
        raise DiagramRefused(
            [Problem(p.element, str(WORDS[p.code]) % {"detail": p.detail}) for p in diagram.problems]
        )
    key = key or diagram.process_id
    specification = engine.specification(diagrams.for_engine(root), diagram.process_id)
    with transaction.atomic():
        last = ProcessDefinition.objects.filter(key=key).aggregate(last=Max("version"))["last"]
        definition = ProcessDefinition.objects.create(
            key=key,
            version=(last or 0) + 1,
            name=name or diagram.name or key,
            xml=xml.decode("utf-8", "replace"),
            specification=specification,
            digest=hashlib.sha256(xml).hexdigest(),
            drafted_by=actor,
            drafted_at=at,
        )
        audit.record("workflow.definition.drafted", subject=definition, actor=actor, at=at)
    return definition


@transaction.atomic
def approve(*, definition: ProcessDefinition, at: datetime, actor: Staff | None) -> ProcessDefinition:
    """Put a version into force; new cases begin with it, running ones keep theirs.

    Raises:
        ApprovalRefused: see there.
    """
    found = ProcessDefinition.objects.select_for_update().get(pk=definition.pk)
    if found.state == DefinitionState.ACTIVE:
        raise ApprovalRefused(_("This version is in force already."))
    if actor is not None and actor.pk == found.drafted_by_id:
        raise ApprovalRefused(_("Who uploaded a diagram cannot put it into force."))
    ProcessDefinition.objects.filter(key=found.key, state=DefinitionState.ACTIVE).update(
        state=DefinitionState.RETIRED
    )
    found.state, found.approved_by, found.approved_at = DefinitionState.ACTIVE, actor, at
    found.save(update_fields=["state", "approved_by", "approved_at"])
    audit.record("workflow.definition.approved", subject=found, actor=actor, at=at)
    return found


def in_force(key: str, *, at: datetime) -> ProcessDefinition:
    """The version that new cases begin with; a shipped diagram is brought in on first use and after an upgrade.

    Raises:
        NoSuchProcess: see there.
    """
    found = ProcessDefinition.objects.filter(key=key, state=DefinitionState.ACTIVE).first()
    declared = rules.declared().get(key)
    if declared and (found is None or (found.drafted_by_id is None and found.digest != _digest(key))):
        try:
            with transaction.atomic():
                made = draft(xml=declared.xml(), key=key, at=at, name=_shipped_name(key))
                return approve(definition=made, at=at, actor=None)
        except IntegrityError:  # somebody else brought it in at this very moment
            found = ProcessDefinition.objects.filter(key=key, state=DefinitionState.ACTIVE).first()
    if found is None:
        raise NoSuchProcess(_("No process “%(key)s” is in force.") % {"key": key})
    return found


def _shipped_name(key: str) -> str:
    with translation.override("zh-hans"):
        return str(rules.label(key, otherwise="")) if (key, "") in rules.named() else ""


@cache
def _digest(key: str) -> str:
    return hashlib.sha256(rules.declared()[key].xml()).hexdigest()


@dataclass(frozen=True)
class Moved:
    """What became of one case: ``obstacle`` is the element that is in the way, empty where it was moved."""

    instance: ProcessInstance
    obstacle: str = ""


def migrate(
    *, instances: Iterable[ProcessInstance], to: ProcessDefinition, at: datetime, actor: Staff | None
) -> list[Moved]:
    """Move running cases to another version of their diagram; a case that cannot follow stays as it is."""
    report = []
    for instance in instances:
        with transaction.atomic():
            found = walking.locked(instance.pk)
            if found.state != InstanceState.RUNNING or found.definition.key != to.key:
                continue
            if found.definition_id == to.pk:
                continue
            walk = walking.resume(found, at=at, actor=actor)
            obstacle = walk.moved(to.specification)
            if not obstacle:
                before, found.definition = found.definition.version, to
                walking.settle(found, walk, at=at, actor=actor)
                walking.happened(found, "migrated", at, actor, text=f"v{before} → v{to.version}")
                audit.record(
                    "workflow.case.migrated",
                    subject=found,
                    actor=actor,
                    at=at,
                    changes={"version": [before, to.version]},
                )
            report.append(Moved(found, obstacle))
    return report
