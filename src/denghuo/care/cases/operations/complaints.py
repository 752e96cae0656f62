"""Look into a complaint, propose a compromise, decide on it by a second person, make it good, get better."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.care.cases import events, queries
from denghuo.care.cases.models import Case, CaseKind, Cause, Complaint, ImprovementItem, ImprovementState
from denghuo.care.cases.operations.stepping import CaseRefused, locked, note, open_case, save, step
from denghuo.care.cases.rules import parameters
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Refund
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import day_of


@transaction.atomic
def investigate(
    *,
    case: Case,
    cause: Cause,
    findings: str,
    admitted: bool,
    proposal: str,
    at: datetime,
    actor: Staff,
    apology: bool = False,
    gift: str = "",
    gift_value_fen: int = 0,
    refund_fen: int = 0,
) -> Complaint:
    """What a complaint came from and what we propose to the customer; a second person decides.

    Raises:
        CaseRefused: no complaint, no words, money without an account, or not at that step.
    """
    found = open_case(case)
    if found.kind != CaseKind.COMPLAINT:
        raise CaseRefused(_("Only a complaint is investigated."))
    if not findings.strip() or not proposal.strip():
        raise CaseRefused(_("Write what was found and what is proposed."))
    if min(refund_fen, gift_value_fen) < 0 or (gift_value_fen and not gift.strip()):
        raise CaseRefused(_("Name the gift, and give amounts that are not below zero."))
    if refund_fen and found.account_id is None:
        raise CaseRefused(_("Money goes back to an account: link the customer first."))
    complaint = found.complaint
    step(found, "investigate", at=at, actor=actor, result=findings)
    save(
        complaint,
        cause=cause,
        findings=findings.strip(),
        admitted=admitted,
        proposal=proposal.strip(),
        apology=apology,
        gift=gift.strip(),
        gift_value_fen=gift_value_fen,
        refund_fen=refund_fen,
        investigated_by=actor,
        investigated_at=at,
        decided_by=None,
        decided_at=None,
        decision_note="",
    )
    note("complaint.investigated", found, at=at, actor=actor, cause=cause.name, admitted=admitted)
    return complaint


@transaction.atomic
def decide(
    *,
    case: Case,
    approved: bool,
    reason: str,
    at: datetime,
    actor: Staff,
    measure: str = "",
    measure_owner: Staff | None = None,
    measure_due: date | None = None,
) -> Complaint:
    """Approve what is proposed, or send it back. An admitted complaint gets its measure; money is asked for.

    Raises:
        CaseRefused: one's own investigation, no reason, no measure for an admitted complaint, or not at that step.
    """
    found = open_case(case)
    complaint: Complaint = found.complaint
    if complaint.investigated_by_id == actor.pk:
        raise CaseRefused(_("Another person must decide: you investigated it."))
    if not reason.strip():
        raise CaseRefused(_("Give the reason."))
    if approved and complaint.admitted and not measure.strip():
        raise CaseRefused(
            _("An admitted complaint needs a measure: what is done so that it does not happen again?")
        )
    step(found, "approve", at=at, actor=actor, data={"approved": approved}, result=reason)
    if not approved:
        save(complaint, decision_note=reason.strip()[:300])
        note("complaint.sent_back", found, at=at, actor=actor, reason=reason)
        return complaint
    save(complaint, decided_by=actor, decided_at=at, decision_note=reason.strip()[:300])
    if complaint.refund_fen:
        why = _("Complaint %(number)s") % {"number": found.number}
        save(complaint, refund=ask_money(found, complaint.refund_fen, why, complaint.investigated_by, at))
    if complaint.admitted:
        open_improvement(
            case=found,
            measure=measure,
            owner=measure_owner or actor,
            due_date=measure_due,
            at=at,
            actor=actor,
        )
    outbox.publish(
        events.ComplaintDecided(
            case_id=found.pk,
            number=found.number,
            unit_id=found.unit_id,
            customer_id=found.customer_id,
            admitted=bool(complaint.admitted),
            cause=complaint.cause.code if complaint.cause else "",
            at=at,
        )
    )
    note("complaint.decided", found, at=at, actor=actor, reason=reason, admitted=complaint.admitted)
    return complaint


def ask_money(case: Case, amount_fen: int, why: str, asker: Staff | None, at: datetime) -> Refund:
    """Ask commerce/payments for a compensation in cash; the refund has its own second person.

    Raises:
        CaseRefused: the account cannot be paid.
    """
    if case.account is None or asker is None:
        raise CaseRefused(_("Money goes back to an account: link the customer first."))
    try:
        return payments.ask_refund(
            account=case.account,
            amount_fen=amount_fen,
            source="compensation",
            channel="cash",
            reason=why,
            at=at,
            actor=asker,
            beneficiary=case.caller_name,
        )
    except payments.RefundImpossible as error:
        raise CaseRefused(str(error)) from error


@transaction.atomic
def give_gift(*, case: Case, at: datetime, actor: Staff) -> Complaint:
    """The gift of an approved proposal was handed over.

    Raises:
        CaseRefused: none was approved, or it was given already.
    """
    found = locked(case)
    complaint: Complaint = found.complaint
    if not complaint.gift or complaint.decided_at is None or complaint.gift_given_at is not None:
        raise CaseRefused(_("There is no approved gift to hand over."))
    save(complaint, gift_given_at=at)
    note("complaint.gift_given", found, at=at, actor=actor, gift=complaint.gift)
    return complaint


@transaction.atomic
def open_improvement(
    *, case: Case, measure: str, owner: Staff, at: datetime, actor: Staff, due_date: date | None = None
) -> ImprovementItem:
    """Something is to become better because of a complaint."""
    if not measure.strip():
        raise CaseRefused(_("Write the measure."))
    days = queries.figure(parameters.IMPROVEMENT_DAYS, on=day_of(at))
    item = ImprovementItem.objects.create(
        case=case,
        measure=measure.strip()[:300],
        owner=owner,
        due_date=due_date or day_of(at) + timedelta(days=days),
        opened_at=at,
    )
    outbox.publish(
        events.ImprovementOpened(
            item_id=item.pk,
            case_id=case.pk,
            owner_id=owner.pk,
            due_date=item.due_date.isoformat(),
            at=at,
        )
    )
    note("improvement.opened", case, at=at, actor=actor, measure=item.measure, owner=owner.name)
    return item


def _item(item: ImprovementItem) -> ImprovementItem:
    return ImprovementItem.objects.select_for_update(of=("self",)).select_related("case").get(pk=item.pk)


@transaction.atomic
def finish_improvement(*, item: ImprovementItem, text: str, at: datetime, actor: Staff) -> ImprovementItem:
    """The owner says what was done.

    Raises:
        CaseRefused: done already, not the owner's word, or no words.
    """
    found = _item(item)
    if found.state != ImprovementState.OPEN:
        raise CaseRefused(_("This measure is done already."))
    if found.owner_id != actor.pk and not actor.may("cases.approve"):
        raise CaseRefused(_("The owner of the measure says when it is done."))
    if not text.strip():
        raise CaseRefused(_("Write what was done."))
    save(found, state=ImprovementState.DONE, done_at=at, done_note=text.strip()[:300])
    note("improvement.done", found.case, at=at, actor=actor, reason=text)
    return found


@transaction.atomic
def verify_improvement(*, item: ImprovementItem, text: str, at: datetime, actor: Staff) -> ImprovementItem:
    """Somebody else asked the customer whether it is better now.

    Raises:
        CaseRefused: not done yet, one's own measure, or no words.
    """
    found = _item(item)
    if found.state != ImprovementState.DONE:
        raise CaseRefused(_("Only a measure that is done and not yet verified can be verified."))
    if found.owner_id == actor.pk:
        raise CaseRefused(_("Another person verifies: it is your measure."))
    if not text.strip():
        raise CaseRefused(_("Write what the customer says."))
    save(
        found,
        state=ImprovementState.VERIFIED,
        verified_at=at,
        verified_by=actor,
        verified_note=text.strip()[:300],
    )
    note("improvement.verified", found.case, at=at, actor=actor, reason=text)
    return found
