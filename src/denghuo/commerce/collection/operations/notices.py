"""The list of penalties: drafted, reviewed by a lawyer, published for a while, withdrawn."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.collection.models import LegalReview, PenaltyNotice
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff


class NoticeCannotChange(Exception):
    """The entry is in a state that does not allow this; the text says why."""


@transaction.atomic
def draft_notice(
    *, publish_from: date, publish_to: date, actor: Staff, at: datetime, **facts: Any
) -> PenaltyNotice:
    """Draft an entry; nobody sees it before the legal review has approved it.

    Raises:
        NoticeCannotChange: days in the wrong order, or the decision has an entry already.
    """
    if publish_to < publish_from:
        raise NoticeCannotChange(_("The last day lies before the first."))
    if PenaltyNotice.objects.filter(decision_number=facts["decision_number"]).exists():
        raise NoticeCannotChange(_("This decision has an entry already."))
    made = PenaltyNotice.objects.create(
        publish_from=publish_from,
        publish_to=publish_to,
        created_by=actor,
        created_at=at,
        unit_id=facts["customer"].unit_id,
        **facts,
    )
    audit.record("collection.notice.drafted", subject=made, actor=actor, at=at)
    return made


def _locked(notice: PenaltyNotice) -> PenaltyNotice:
    return PenaltyNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)


@transaction.atomic
def ask_review(*, notice: PenaltyNotice, actor: Staff, at: datetime) -> PenaltyNotice:
    """Give the entry to the legal review.

    Raises:
        NoticeCannotChange: it has been given there before, or is withdrawn.
    """
    found = _locked(notice)
    if found.legal_review != LegalReview.NONE or found.withdrawn_at:
        raise NoticeCannotChange(_("This entry has been given to the legal review already."))
    found.legal_review = LegalReview.PENDING
    found.save(update_fields=["legal_review"])
    audit.record("collection.notice.review_asked", subject=found, actor=actor, at=at)
    return found


@transaction.atomic
def review(*, notice: PenaltyNotice, approve: bool, note: str, actor: Staff, at: datetime) -> PenaltyNotice:
    """The legal review decides, by a person who did not draft the entry.

    Raises:
        NoticeCannotChange: it is not there for review, one's own, or no note says on what the decision rests.
    """
    found = _locked(notice)
    if found.legal_review != LegalReview.PENDING or found.withdrawn_at:
        raise NoticeCannotChange(_("This entry is not waiting for the legal review."))
    if found.created_by_id == actor.pk:
        raise NoticeCannotChange(_("Another person must decide: you drafted it."))
    if not note.strip():
        raise NoticeCannotChange(_("Say on what the decision rests."))
    found.legal_review = LegalReview.APPROVED if approve else LegalReview.REFUSED
    found.reviewed_by, found.reviewed_at, found.review_note = actor, at, note
    found.save(update_fields=["legal_review", "reviewed_by", "reviewed_at", "review_note"])
    audit.record(
        "collection.notice.approved" if approve else "collection.notice.refused",
        subject=found,
        actor=actor,
        at=at,
        reason=note,
    )
    return found


@transaction.atomic
def withdraw(*, notice: PenaltyNotice, reason: str, actor: Staff, at: datetime) -> PenaltyNotice:
    """Take an entry down at once.

    Raises:
        NoticeCannotChange: withdrawn before, or no reason is given.
    """
    found = _locked(notice)
    if found.withdrawn_at:
        raise NoticeCannotChange(_("This entry has been withdrawn already."))
    if not reason.strip():
        raise NoticeCannotChange(_("Give the reason."))
    found.withdrawn_at, found.withdrawal_reason = at, reason
    found.save(update_fields=["withdrawn_at", "withdrawal_reason"])
    audit.record("collection.notice.withdrawn", subject=found, actor=actor, at=at, reason=reason)
    return found
