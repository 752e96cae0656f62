"""Reading the audit trail, and checking that nobody touched it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.audit import rules
from denghuo.foundation.audit.models import Entry, Head
from denghuo.foundation.ui import formats

REVEALED = "audit.personal_data.revealed"


@dataclass(frozen=True)
class Verdict:
    """What checking the chain found: ``broken_at`` is the sequence of the first bad link, None when all hold."""

    checked: int
    broken_at: int | None
    why: str = ""

    @property
    def holds(self) -> bool:
        return self.broken_at is None


def visible(staff: Any) -> QuerySet[Entry]:
    """The entries a person may read: all of them with ``audit.verify``, else those of the person's units."""
    entries = Entry.objects.select_related("actor")
    return entries if staff.may("audit.verify") else entries.filter(unit_id__startswith=staff.scope)


def history(subject: models.Model) -> QuerySet[Entry]:
    """Everything that happened to a record, newest first."""
    return Entry.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
    ).select_related("actor")


def verify(since: int | None = None) -> Verdict:
    """Follow the chain from sequence ``since`` (default the beginning) to its end and find the first broken link.

    Found are entries changed, removed, inserted or reordered, and entries cut off the end.
    """
    start = since or 1
    before = Entry.objects.filter(sequence=start - 1).first()
    digest = before.digest if before else rules.GENESIS
    expected = start
    for entry in Entry.objects.filter(sequence__gte=start).order_by("sequence").iterator(2000):
        if entry.sequence != expected:
            return Verdict(expected - start, expected, "missing")
        if entry.previous_digest != digest:
            return Verdict(expected - start, expected, "not linked")
        if entry.digest != rules.seal(digest, {name: getattr(entry, name) for name in rules.SEALED}):
            return Verdict(expected - start, expected, "changed")
        digest, expected = entry.digest, expected + 1
    head = Head.objects.first()
    if head and (head.sequence, head.digest) != (expected - 1, digest):
        return Verdict(expected - start, expected, "cut off")
    return Verdict(expected - start, None)


@dataclass(frozen=True)
class Change:
    field: str
    old: str
    new: str


@dataclass(frozen=True)
class ShownEntry:
    """An entry as a page shows it."""

    entry: Entry
    action: str | Promise
    changes: list[Change]
    actor: str


def shown(entry: Entry) -> ShownEntry:
    """An entry with its action in words and its changes as old and new text."""
    changes = []
    for name, pair in json.loads(entry.changes).items():
        old, new = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        label, choices = _words(entry.subject_type, name)
        if name.endswith("_fen"):
            old, new = (formats.money(value) if isinstance(value, int) else value for value in (old, new))
        changes.append(Change(label, _text(old, choices), _text(new, choices)))
    return ShownEntry(entry, action_label(entry.action), changes, actor_text(entry))


def actor_text(entry: Entry) -> str:
    """Who did it, in words; nobody is the system itself."""
    return gettext("System") if entry.actor_label == "system" else entry.actor_label


def _words(subject_type: str, name: str) -> tuple[str, Mapping[Any, Any]]:
    """The translated name of a field and the words for its codes, as its room or its model gives them."""
    named = FIELD_LABELS.get(f"{subject_type}.{name}") or FIELD_LABELS.get(name)
    if named is not None:
        return str(named[0]), named[1]
    try:
        field = apps.get_model(subject_type)._meta.get_field(name.removesuffix("_id"))
    except (LookupError, ValueError, FieldDoesNotExist):
        return name, {}
    label = getattr(field, "verbose_name", name)
    return (str(label) if isinstance(label, Promise) else name), dict(getattr(field, "flatchoices", ()) or ())


def _text(value: object, choices: Mapping[Any, Any]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, str):
        return str(choices.get(value, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{choices.get(key, key)} {_text(item, choices)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_text(item, choices) for item in value)
    return str(value)


FIELD_LABELS: dict[str, tuple[str | Promise, Mapping[Any, Any]]] = {}


def name_fields(labels: Mapping[str, tuple[str | Promise, Mapping[Any, Any]]]) -> None:
    """Name fields in changes that are no fields of the model: ``{"role": (label, {code: word})}``.

    A key ``"supply.supplypoint.market"`` holds for records of that kind only. Amounts (``…_fen``) are shown in yuan.
    """
    FIELD_LABELS.update(labels)


ACTION_LABELS: dict[str, str | Promise] = {
    REVEALED: _("Personal data looked at"),
    "audit.chain.verified": _("Audit chain checked"),
}


def action_choices() -> list[tuple[str, str]]:
    """Every action that a room named, by code and words, in the order of the words."""
    return sorted(((code, str(label)) for code, label in ACTION_LABELS.items()), key=lambda pair: pair[1])


def name_actions(labels: Mapping[str, str | Promise]) -> None:
    """Teach the pages what actions are called; each room names its own in ``apps.py: ready()``."""
    ACTION_LABELS.update(labels)


SENSITIVE: set[str] = {REVEALED, "audit.chain.verified", "audit.list.exported"}


def mark_sensitive(*actions: str) -> None:
    """Actions that an auditor looks at first; each room marks its own in ``apps.py: ready()``."""
    SENSITIVE.update(actions)


def sensitive(staff: Any) -> QuerySet[Entry]:
    """The sensitive entries a person may read, newest first."""
    return visible(staff).filter(action__in=sorted(SENSITIVE)).order_by("-sequence")


def action_label(action: str) -> str | Promise:
    """The action in words, or its code where no room named it."""
    return ACTION_LABELS.get(action, action)


def reveals_on(actor: Any, start: datetime, end: datetime) -> int:
    """How many records a person unmasked in ``[start, end)``."""
    return Entry.objects.filter(actor=actor, action=REVEALED, at__gte=start, at__lt=end).count()
