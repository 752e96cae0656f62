"""Writing the audit trail. Every ``operations`` verb of the system records here, inside its own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction

from denghuo.foundation.audit import queries, rules
from denghuo.foundation.audit.models import Entry, Head

_address: ContextVar[str] = ContextVar("audit_address", default="")
_machine: ContextVar[str] = ContextVar("audit_machine", default="")
HEAD = 1
BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Fact:
    """One thing to record; see ``record`` for the meaning of the fields."""

    action: str
    subject: models.Model | None = None
    subject_type: str = ""
    subject_id: str = ""
    subject_label: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    unit_id: str = ""


@contextmanager
def acting_from(address: str) -> Iterator[None]:
    """Everything recorded inside this block came from this network address."""
    tokens = _address.set(address), _machine.set("")
    try:
        yield
    finally:
        _address.reset(tokens[0])
        _machine.reset(tokens[1])


def acting_for(machine: str) -> None:
    """What is recorded without an actor until the end of the request was done for this machine."""
    _machine.set(machine)


def present_address() -> str:
    """The network address that this code acts for, empty outside a request."""
    return _address.get()


def record(
    action: str,
    *,
    subject: models.Model | None = None,
    at: datetime,
    actor: Any = None,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
    unit_id: str = "",
    subject_type: str = "",
    subject_id: str | int = "",
    subject_label: str = "",
) -> Entry:
    """Add one sealed entry to the trail, in the caller's transaction.

    The end of the chain stays locked until that transaction ends: record last, and keep such transactions short.

    Args:
        action: ``app.thing.past_participle``, as in ``billing.bill.issued``.
        subject: the record it happened to; or give ``subject_type`` (``app.model``) and ``subject_id``.
        at: when.
        actor: the Staff who did it; None when the system did.
        changes: ``{"field": [old, new]}``. Never personal data in clear: mask it.
        reason: why, as the person wrote it.
        unit_id: the organisation unit it concerns; default the subject's, else the actor's.
    """
    fact = Fact(action, subject, subject_type, str(subject_id), subject_label, changes or {}, reason, unit_id)
    return record_many([fact], at=at, actor=actor)[0]


@transaction.atomic
def record_many(facts: Iterable[Fact], *, at: datetime, actor: Any = None) -> list[Entry]:
    """Add many entries with one lock and one bulk insert; the order of ``facts`` is the order of the chain."""
    facts = list(facts)
    if not facts:
        return []
    head = _locked_head()
    entries = []
    for fact in facts:
        entry = _entry(fact, at, actor)
        entry.sequence = head.sequence + 1
        entry.previous_digest = head.digest
        entry.digest = rules.seal(head.digest, {name: getattr(entry, name) for name in rules.SEALED})
        head.sequence, head.digest = entry.sequence, entry.digest
        entries.append(entry)
    Entry.objects.bulk_create(entries, batch_size=500)
    head.save(update_fields=["sequence", "digest"])
    return entries


def _locked_head() -> Head:
    head = Head.objects.select_for_update().filter(pk=HEAD).first()
    if head is None:
        Head.objects.get_or_create(pk=HEAD)
        head = Head.objects.select_for_update().get(pk=HEAD)
    return head


def _entry(fact: Fact, at: datetime, actor: Any) -> Entry:
    subject = fact.subject
    return Entry(
        at=at,
        actor=actor,
        actor_label=(str(actor) if actor is not None else _machine.get() or "system")[:80],
        action=fact.action,
        subject_type=fact.subject_type or (subject._meta.label_lower if subject is not None else ""),
        subject_id=fact.subject_id or (str(subject.pk) if subject is not None else ""),
        subject_label=(fact.subject_label or (str(subject) if subject is not None else ""))[:120],
        unit_id=fact.unit_id or getattr(subject, "unit_id", None) or getattr(actor, "unit_id", None) or "",
        changes=rules.changes_text(fact.changes),
        reason=fact.reason,
        address=_address.get(),
    )


class ReasonMissing(Exception):
    """Personal data is unmasked only with a reason."""


class QuotaUsedUp(Exception):
    """The person unmasked as many records today as a day allows (``settings.REVEALS_A_DAY``)."""

    def __init__(self, quota: int) -> None:
        super().__init__(f"{quota} records a day")
        self.quota = quota


@dataclass(frozen=True)
class Allowance:
    """Unmasked records of one person on one day, this one included."""

    used: int
    quota: int


@transaction.atomic
def record_view(
    *,
    subject: models.Model,
    fields: Iterable[str],
    reason: str,
    at: datetime,
    actor: Any,
    subject_label: str = "",
) -> Allowance:
    """Note that ``actor`` sees the named ``fields`` of ``subject`` in clear; call it before showing them.

    The customer can later be told who looked, when and why (个人信息保护法). The day is Beijing's.

    Raises:
        ReasonMissing: ``reason`` is shorter than two characters.
        QuotaUsedUp: the day's quota of the person is spent.
    """
    if len(reason.strip()) < 2:
        raise ReasonMissing
    _locked_head()
    start = at.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    quota = settings.REVEALS_A_DAY
    used = queries.reveals_on(actor, start, start + timedelta(days=1))
    if used >= quota:
        raise QuotaUsedUp(quota)
    record(
        queries.REVEALED,
        subject=subject,
        subject_label=subject_label,
        at=at,
        actor=actor,
        reason=reason.strip(),
        changes={"fields": [None, sorted(fields)]},
    )
    return Allowance(used + 1, quota)
