"""The life of a price book version: drafted, decided by a second person, put in force."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from denghuo.commerce.tariffs import events, frames, rules
from denghuo.commerce.tariffs.models import BookState, PriceBookVersion
from denghuo.engine.pricing.book import PriceBook
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox


class StateForbids(Exception):
    """The version's state does not allow this step."""


class SamePerson(Exception):
    """Who drafted a version tried to decide it."""


class OtherBook(Exception):
    """The document belongs to another price book."""


class NothingChanged(Exception):
    """The document is the same as the version it would replace."""


class DraftChanged(Exception):
    """The draft was amended after the decider read it."""


@transaction.atomic
def draft_version(*, book: PriceBook, note: str, drafted_by: Staff, at: datetime) -> PriceBookVersion:
    """Store a checked book as a new draft version.

    Raises:
        NothingChanged: the book's version in force has exactly this text.
    """
    text = frames.document_text(book)
    digest = digest_of(text)
    current = PriceBookVersion.objects.filter(book=book.code, state=BookState.IN_FORCE).first()
    if current is not None and current.digest == digest:
        raise NothingChanged(f"{book.code} is already in force with this text as version {current.number}")
    last = PriceBookVersion.objects.filter(book=book.code).aggregate(Max("number"))["number__max"] or 0
    version = PriceBookVersion.objects.create(
        book=book.code,
        number=last + 1,
        name=book.name.zh[:80],
        document=text,
        digest=digest,
        note=note,
        drafted_by=drafted_by,
        drafted_at=at,
    )
    audit.record("tariffs.version.drafted", subject=version, at=at, actor=drafted_by, reason=note)
    return version


@transaction.atomic
def amend(
    *, version: PriceBookVersion, book: PriceBook, note: str, amended_by: Staff, at: datetime
) -> PriceBookVersion:
    """Replace the text of a draft; its author becomes whoever amended it last.

    Raises:
        StateForbids: it is no longer a draft.
        OtherBook: the document has another code.
    """
    version = _locked(version)
    if version.state != BookState.DRAFT:
        raise StateForbids(f"{version} is {version.state}")
    if book.code != version.book:
        raise OtherBook(f"{version} cannot become {book.code}")
    before = version.digest
    version.document = frames.document_text(book)
    version.digest = digest_of(version.document)
    version.name, version.note = book.name.zh[:80], note
    version.drafted_by, version.drafted_at = amended_by, at
    version.save(update_fields=["document", "digest", "name", "note", "drafted_by", "drafted_at"])
    changes = {"digest": [before, version.digest]}
    audit.record(
        "tariffs.version.amended", subject=version, at=at, actor=amended_by, changes=changes, reason=note
    )
    return version


@transaction.atomic
def approve(
    *, version: PriceBookVersion, digest: str, approved_by: Staff, note: str, at: datetime
) -> PriceBookVersion:
    """Approve a draft; ``digest`` is the text that the approver read.

    Raises:
        StateForbids: it is not a draft.
        SamePerson: the approver drafted it.
        DraftChanged: it was amended since the approver read it.
    """
    version = _locked(version)
    _decide(version, BookState.APPROVED, approved_by)
    if version.digest != digest:
        raise DraftChanged(f"{version} was amended")
    version.state = BookState.APPROVED
    version.approved_by, version.approved_at, version.decision_note = approved_by, at, note
    version.save(update_fields=["state", "approved_by", "approved_at", "decision_note"])
    _record(version, "tariffs.version.approved", "draft", approved_by, note, at)
    return version


@transaction.atomic
def reject(*, version: PriceBookVersion, rejected_by: Staff, reason: str, at: datetime) -> PriceBookVersion:
    """Turn down a draft, or an approved version that is not yet in force.

    Raises:
        StateForbids: it is in force, superseded or rejected already.
        SamePerson: a draft is turned down by its author.
        ValueError: no reason given.
    """
    if not reason.strip():
        raise ValueError("a rejection needs a reason")
    version = _locked(version)
    before = version.state
    _decide(version, BookState.REJECTED, rejected_by)
    version.state, version.rejected_by, version.decision_note = BookState.REJECTED, rejected_by, reason
    version.save(update_fields=["state", "rejected_by", "decision_note"])
    _record(version, "tariffs.version.rejected", before, rejected_by, reason, at)
    return version


@transaction.atomic
def put_in_force(*, version: PriceBookVersion, actor: Staff, at: datetime) -> PriceBookVersion:
    """Make an approved version the one that bills are priced with; the one before is superseded.

    The actor must not be the author of the version.

    Raises:
        StateForbids: it is not approved.
        SamePerson: the actor drafted it.
    """
    version = _locked(version)
    _decide(version, BookState.IN_FORCE, actor)
    previous = (
        PriceBookVersion.objects.select_for_update()
        .filter(book=version.book, state=BookState.IN_FORCE)
        .first()
    )
    if previous is not None:
        previous.state, previous.superseded_at = BookState.SUPERSEDED, at
        previous.save(update_fields=["state", "superseded_at"])
        _record(previous, "tariffs.version.superseded", "in_force", actor, str(version), at)
    version.state, version.in_force_at = BookState.IN_FORCE, at
    version.save(update_fields=["state", "in_force_at"])
    _record(version, "tariffs.version.put_in_force", "approved", actor, "", at)
    outbox.publish(events.BookInForce(book=version.book, version_id=version.pk, number=version.number, at=at))
    return version


def digest_of(text: str) -> str:
    """SHA-256 of a document's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _locked(version: PriceBookVersion) -> PriceBookVersion:
    return PriceBookVersion.objects.select_for_update().get(pk=version.pk)


def _decide(version: PriceBookVersion, wanted: str, actor: Staff) -> None:
    if not rules.may_become(version.state, wanted):
        raise StateForbids(f"{version} is {version.state} and cannot become {wanted}")
    if not rules.may_decide(drafted_by_id=version.drafted_by_id, decider_id=actor.pk):
        raise SamePerson(f"{actor} drafted {version}")


def _record(
    version: PriceBookVersion, action: str, before: str, actor: Staff, reason: str, at: datetime
) -> None:
    changes = {"state": [str(before), str(version.state)]}
    audit.record(action, subject=version, at=at, actor=actor, changes=changes, reason=reason)
