"""Speak with the customer: contact, answer, follow-up call; and ask colleagues for what is needed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.care.cases import events
from denghuo.care.cases.models import Case, CaseContact, CaseKind, CaseState, Outcome
from denghuo.care.cases.operations.intake import announce_closed
from denghuo.care.cases.operations.stepping import (
    CaseRefused,
    close,
    locked,
    note,
    open_case,
    save,
    say,
    step,
    waits_for,
)
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox

CALLED_BACK = (CaseKind.COMPLAINT, CaseKind.FAULT)
"""Kinds that end with a follow-up call; the others end with their answer."""
SATISFIED_FROM = 3


@transaction.atomic
def record_contact(
    *, case: Case, method: str, reached: bool, text: str, at: datetime, actor: Staff
) -> CaseContact:
    """Note that somebody spoke with the customer, or tried to. The first time counts for the contact limit.

    Raises:
        CaseRefused: the matter is over.
    """
    found = open_case(case)
    contact = CaseContact.objects.create(
        case=found, at=at, by=actor, method=method, reached=reached, note=text.strip()[:500]
    )
    if reached:
        if found.contacted_at is None:
            save(found, contacted_at=at)
        if waits_for(found, "contact"):
            step(found, "contact", at=at, actor=actor, result=text)
    note("case.contacted", found, at=at, actor=actor, reached=reached, method=method)
    return contact


@transaction.atomic
def reply(
    *,
    case: Case,
    answer: str,
    outcome: str,
    at: datetime,
    actor: Staff,
    accepted: bool | None = None,
) -> Case:
    """Give the customer the answer. ``accepted``: whether the customer agrees with what a complaint proposes.

    Raises:
        CaseRefused: no words, no outcome, or the process is not there yet.
    """
    if not answer.strip():
        raise CaseRefused(_("Write the answer."))
    if outcome not in Outcome.values:
        raise CaseRefused(_("Choose what came of it."))
    found = open_case(case)
    if found.kind == CaseKind.FAULT:
        raise CaseRefused(_("A fault ends with its repair and the follow-up call."))
    if waits_for(found, "answer"):
        step(found, "answer", at=at, actor=actor, data={"support_needed": False})
    step(found, "reply", at=at, actor=actor, result=answer)
    facts: dict[str, Any] = {
        "answer": answer.strip()[:2000],
        "outcome": outcome,
        "replied_at": at,
        "replied_by": actor,
    }
    if found.contacted_at is None:
        facts["contacted_at"] = at
    if found.kind == CaseKind.COMPLAINT:
        save(found.complaint, accepted=accepted)
    if found.kind in CALLED_BACK:
        save(found, state=CaseState.REPLIED, **facts)
    else:
        close(found, at=at, **facts)
    outbox.publish(
        events.CaseReplied(
            case_id=found.pk, number=found.number, kind=found.kind, customer_id=found.customer_id, at=at
        )
    )
    if found.state == CaseState.CLOSED:
        announce_closed(found, outcome, at)
    note("case.replied", found, at=at, actor=actor, outcome=outcome)
    return found


@transaction.atomic
def follow_up(*, case: Case, satisfaction: int, text: str, at: datetime, actor: Staff) -> Case:
    """The call afterwards: is it right now, and how content is the customer (1 to 5).

    Raises:
        CaseRefused: not answered or repaired yet, or no figure from 1 to 5.
    """
    if satisfaction not in range(1, 6):
        raise CaseRefused(_("Satisfaction is a figure from 1 to 5."))
    found = open_case(case)
    data = {"satisfied": satisfaction >= SATISFIED_FROM}
    step(found, "follow_up", at=at, actor=actor, data=data, result=text)
    CaseContact.objects.create(
        case=found, at=at, by=actor, method="phone", reached=True, note=text.strip()[:500]
    )
    facts: dict[str, Any] = {"followed_up_at": at, "followed_up_by": actor, "satisfaction": satisfaction}
    if not found.outcome:
        facts["outcome"] = Outcome.SOLVED
    close(found, at=at, **facts)
    announce_closed(found, found.outcome, at)
    note("case.followed_up", found, at=at, actor=actor, reason=text, satisfaction=satisfaction)
    return found


@transaction.atomic
def ask_support(*, case: Case, question: str, at: datetime, actor: Staff) -> Case:
    """An enquiry needs the business behind: ask it; the owner stays who took the matter in.

    Raises:
        CaseRefused: no question, or not at that step.
    """
    if not question.strip():
        raise CaseRefused(_("Write what is needed."))
    found = open_case(case)
    step(found, "answer", at=at, actor=actor, data={"support_needed": True}, result=question)
    say(found, question, at=at, actor=actor)
    note("case.support_asked", found, at=at, actor=actor, reason=question)
    return found


@transaction.atomic
def give_support(*, case: Case, findings: str, at: datetime, actor: Staff) -> Case:
    """What the business behind says. Raises as ``ask_support``."""
    return _found_out(case, "support", findings, "case.support_given", at, actor)


@transaction.atomic
def assess(*, case: Case, check_needed: bool, findings: str, at: datetime, actor: Staff) -> Case:
    """A supervisor reads a suggestion, praise or tip-off and says whether somebody must look.

    Raises:
        CaseRefused: not at that step.
    """
    found = open_case(case)
    step(found, "assess", at=at, actor=actor, data={"check_needed": check_needed}, result=findings)
    say(found, findings, at=at, actor=actor)
    note("case.assessed", found, at=at, actor=actor, reason=findings, check_needed=check_needed)
    return found


@transaction.atomic
def check(*, case: Case, findings: str, at: datetime, actor: Staff) -> Case:
    """What looking into it found. Raises as ``ask_support``."""
    return _found_out(case, "check", findings, "case.checked", at, actor)


def _found_out(case: Case, name: str, findings: str, action: str, at: datetime, actor: Staff) -> Case:
    if not findings.strip():
        raise CaseRefused(_("Write what was found."))
    found = open_case(case)
    step(found, name, at=at, actor=actor, result=findings)
    say(found, findings, at=at, actor=actor)
    note(action, found, at=at, actor=actor, reason=findings)
    return found


@transaction.atomic
def escalate(*, case: Case, reason: str, at: datetime, actor: Staff | None) -> Case:
    """Put a running matter before a higher level.

    Raises:
        CaseRefused: it is over, or no reason was given.
    """
    if not reason.strip():
        raise CaseRefused(_("Give the reason."))
    found = open_case(case)
    save(found, escalation=found.escalation + 1)
    outbox.publish(
        events.ComplaintEscalated(
            case_id=found.pk,
            number=found.number,
            unit_id=found.unit_id,
            level=found.escalation,
            reason=reason[:200],
            at=at,
        )
    )
    note("case.escalated", found, at=at, actor=actor, reason=reason, level=found.escalation)
    return locked(found)
