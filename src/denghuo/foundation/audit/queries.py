"""Reading the audit trail, and checking that nobody touched it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import QuerySet

from denghuo.foundation.audit import rules
from denghuo.foundation.audit.models import Entry, Head


@dataclass(frozen=True)
class Verdict:
    """What checking the chain found: ``broken_at`` is the sequence of the first bad link, None when all hold."""

    checked: int
    broken_at: int | None
    why: str = ""

    @property
    def holds(self) -> bool:
        return self.broken_at is None


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
