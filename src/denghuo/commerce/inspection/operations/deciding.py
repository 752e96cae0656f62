"""Decide a case: the money becomes receivable, supply may be stopped, others are told; take it back on appeal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.corrections import operations as corrections
from denghuo.commerce.disconnection import operations as disconnection
from denghuo.commerce.inspection import events, queries
from denghuo.commerce.inspection.models import BreachCase, CaseState
from denghuo.commerce.inspection.operations.cases import CaseRefused, locked, move, note, step
from denghuo.commerce.inspection.queries.breaching import BACKBILL_DOCUMENT, BREACH_DOCUMENT, is_residential
from denghuo.commerce.inspection.rules import parameters
from denghuo.commerce.ledger.models import PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import REVENUE_BASIC, REVENUE_BREACH, REVENUE_ENERGY
from denghuo.commerce.receivables import operations as receivables
from denghuo.commerce.receivables.models import PayerClass, ReceivableKind
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.foundation.workflow import queries as workflow_queries
from denghuo.kernel.periods import Cycle, day_of
from denghuo.records.supply.queries import terms_on


def _second_person(case: BreachCase, actor: Staff) -> None:
    if actor.pk in (case.drafted_by_id, case.submitted_by_id):
        raise CaseRefused(_("Somebody else has to decide: you drew up this case."))


def _legs(case: BreachCase, sign: int) -> list[Leg]:
    """What explains the charge: energy or basic charge that was not paid, and the breach charge."""
    revenue = REVENUE_BASIC if case.kind in ("capacity", "sealed") else REVENUE_ENERGY
    legs = [
        Leg(revenue, sign * case.backbill_fen, detail=case.kind, unit_id=case.unit_id),
        Leg(REVENUE_BREACH, sign * case.breach_fen, unit_id=case.unit_id),
    ]
    return [leg for leg in legs if leg.amount_fen]


@transaction.atomic
def approve(*, case: BreachCase, reason: str, at: datetime, actor: Staff) -> BreachCase:
    """Decide that it is charged: the back-bill as electricity, the breach charge as its own debt, in one posting.

    Theft is noted as a correction (settled elsewhere) and told to those who keep credit.

    Raises:
        CaseRefused: one's own case, no reason, not submitted, or the figures changed since (a price was corrected).
    """
    found = locked(case)
    _second_person(found, actor)
    if not reason.strip():
        raise CaseRefused(_("Say why."))
    if found.state != CaseState.SUBMITTED:
        raise CaseRefused(_("This case does not wait for a decision."))
    on = day_of(at)
    due = on + timedelta(days=parameter_queries.value(parameters.PAY_DAYS, on=on))
    posting = receivables.charge(
        charges=_charges(found, due),
        against=_legs(found, -1),
        kind=PostingKind.FEE_CHARGED,
        on=on,
        at=at,
        unit_id=found.unit_id,
        actor=actor,
        key=f"inspection.case:{found.pk}",
        document_type="inspection.breachcase",
        document_id=found.pk,
        use_prepayments=False,
    )
    move(found, CaseState.CHARGED)
    found.decided_by, found.decided_at, found.decision_note = actor, at, reason.strip()[:300]
    found.posting, found.due_date = posting, due
    after = queries.breaching.aftermath(found, on)
    found.reward_fen = after.reward_fen
    if found.is_theft:
        found.correction_number = _noted(found, at, actor)
    found.save()
    step(found, "approve", at, actor, data={"approved": True}, result=reason[:200])
    _tell(found, after.credit, due, at)
    note(
        "approved",
        found,
        at,
        actor,
        reason=reason,
        backbill_fen=found.backbill_fen,
        breach_fen=found.breach_fen,
    )
    return found


def _charges(case: BreachCase, due: date) -> list[receivables.Charge]:
    point = case.supply_point
    terms = terms_on(point, day_of(case.found_at))
    payer = PayerClass.RESIDENTIAL if terms and is_residential(terms) else PayerClass.OTHER
    parts: Sequence[tuple[str, str, int]] = (
        (ReceivableKind.ENERGY.value, BACKBILL_DOCUMENT, case.backbill_fen),
        (ReceivableKind.BREACH.value, BREACH_DOCUMENT, case.breach_fen),
    )
    return [
        receivables.Charge(
            account_id=point.account_id,
            unit_id=case.unit_id,
            kind=kind,
            payer_class=payer.value,
            document_type=document,
            document_id=case.pk,
            document_number=case.number,
            cycle="",
            due_date=due,
            amount_fen=fen,
        )
        for kind, document, fen in parts
        if fen
    ]


def _noted(case: BreachCase, at: datetime, actor: Staff) -> str:
    """The months concerned carry a note among the corrections; bills are not changed."""
    trace = json.loads(case.trace)
    first = Cycle.of(date.fromisoformat(trace["start"]))
    last = Cycle.of(date.fromisoformat(trace["end"]) - timedelta(days=1))
    made = corrections.draft(
        supply_point=case.supply_point,
        reason="theft",
        explanation=case.description[:500],
        first=first,
        last=last,
        facts=[],
        document=case.number,
        actor=actor,
        at=at,
    )
    return made.number


def _tell(case: BreachCase, credit: bool, due: date, at: datetime) -> None:
    point = case.supply_point
    outbox.publish(
        events.BreachCharged(
            case_id=case.pk,
            kind=case.kind,
            customer_id=point.customer_id,
            account_id=point.account_id,
            backbill_fen=case.backbill_fen,
            breach_fen=case.breach_fen,
            due_date=due,
            charged_at=at,
        )
    )
    if case.is_theft:
        outbox.publish(
            events.TheftConfirmed(
                case_id=case.pk,
                customer_id=point.customer_id,
                account_id=point.account_id,
                supply_point_id=point.pk,
                amount_fen=case.backbill_fen,
                credit_report=credit,
                confirmed_at=at,
            )
        )


@transaction.atomic
def send_back(*, case: BreachCase, reason: str, at: datetime, actor: Staff) -> BreachCase:
    """Give the case back to who drew it up, with the reason.

    Raises:
        CaseRefused: one's own case, no reason, or not submitted.
    """
    found = locked(case)
    _second_person(found, actor)
    if not reason.strip():
        raise CaseRefused(_("Say why."))
    if found.state != CaseState.SUBMITTED:
        raise CaseRefused(_("This case does not wait for a decision."))
    found.state, found.submitted_by, found.submitted_at = CaseState.DRAFT, None, None
    found.decision_note = reason.strip()[:300]
    found.save(update_fields=["state", "submitted_by", "submitted_at", "decision_note"])
    step(found, "approve", at, actor, data={"approved": False}, result=reason[:200])
    note("sent_back", found, at, actor, reason=reason)
    return found


@transaction.atomic
def stop_supply(*, case: BreachCase, at: datetime, actor: Staff | None) -> BreachCase:
    """Stop supply at once on confirmed theft: lawful without notice, with evidence; the report follows afterwards.

    Raises:
        CaseRefused: no theft, no evidence or record on site, or the law of disconnection refuses it.
    """
    found = locked(case)
    if not found.is_theft:
        raise CaseRefused(_("Only theft lets supply be stopped without notice."))
    if found.state not in ("draft", "submitted", "charged") or found.stop_order_id:
        raise CaseRefused(_("Supply was stopped for this case already, or the case is over."))
    evidence = found.evidence.first()
    if evidence is None or not (found.record_signatory or found.record_refused):
        raise CaseRefused(_("Keep the evidence and the record on site first."))
    try:
        found.stop_order = disconnection.stop_at_once(
            account=found.supply_point.account,
            reason="theft",
            explanation=f"{found.number} {found.description}"[:300],
            evidence=f"{found.number} {evidence.note}"[:120],
            at=at,
            actor=actor,
            supply_points=[found.supply_point],
        )
    except disconnection.StepRefused as error:
        raise CaseRefused(_("Supply may not be stopped: see the disconnections of the account.")) from error
    found.save(update_fields=["stop_order"])
    note("supply_stopped", found, at, actor, order=found.stop_order.number if found.stop_order else "")
    return found


@transaction.atomic
def hand_to_police(*, case: BreachCase, document: str, at: datetime, actor: Staff) -> BreachCase:
    """The case was handed to the police with a document.

    Raises:
        CaseRefused: no document, no theft, or handed over already.
    """
    found = locked(case)
    if not document.strip():
        raise CaseRefused(_("Enter the number of the document."))
    if not found.is_theft or found.state != CaseState.CHARGED or found.police_at:
        raise CaseRefused(_("Only a theft that was charged is handed over, once."))
    found.police_document, found.police_at = document.strip()[:60], at
    found.save(update_fields=["police_document", "police_at"])
    note("handed_over", found, at, actor, police_document=found.police_document)
    return found


@transaction.atomic
def approve_reward(*, case: BreachCase, at: datetime, actor: Staff) -> BreachCase:
    """Approve the reward of who gave the tip; it is paid out by the cashier against this record.

    Raises:
        CaseRefused: nobody gave a tip, one's own case, or approved already.
    """
    found = locked(case)
    _second_person(found, actor)
    if not found.reward_fen or found.reward_approved_at or found.state not in ("charged", "closed"):
        raise CaseRefused(_("There is no reward to approve."))
    found.reward_approved_by, found.reward_approved_at = actor, at
    found.save(update_fields=["reward_approved_by", "reward_approved_at"])
    note("reward_approved", found, at, actor, reward_fen=found.reward_fen)
    return found


@transaction.atomic
def close(*, case: BreachCase, note_text: str, at: datetime, actor: Staff) -> BreachCase:
    """Everything that follows is done: the case is closed, its debts live on by themselves.

    Raises:
        CaseRefused: not charged, or it must be handed to the police first.
    """
    found = locked(case)
    if queries.breaching.aftermath(found, day_of(at)).police and not found.police_at:
        raise CaseRefused(_("A theft of this amount is handed to the police first."))
    move(found, CaseState.CLOSED)
    found.ended_at, found.end_note = at, note_text.strip()[:300]
    found.save(update_fields=["state", "ended_at", "end_note"])
    step(found, "settle", at, actor, result=found.end_note[:200])
    note("closed", found, at, actor, reason=note_text)
    return found


@transaction.atomic
def revoke(*, case: BreachCase, reason: str, at: datetime, actor: Staff) -> BreachCase:
    """Take a charged case back on appeal: the debts are reversed, what was paid becomes prepayment.

    Raises:
        CaseRefused: one's own case, no reason, or not charged.
    """
    found = locked(case)
    _second_person(found, actor)
    if not reason.strip():
        raise CaseRefused(_("Say why."))
    move(found, CaseState.REVOKED)
    account, on = found.supply_point.account_id, day_of(at)
    for document, fen, leg in (
        (BACKBILL_DOCUMENT, found.backbill_fen, 0),
        (BREACH_DOCUMENT, found.breach_fen, -1),
    ):
        if not fen:
            continue
        receivables.cancel(
            document_type=document,
            charges=[(found.pk, account, fen, found.number)],
            against=[_legs(found, 1)[leg]],
            on=on,
            at=at,
            unit_id=found.unit_id,
            reason=reason,
            actor=actor,
            key=f"{document}:{found.pk}:revoked",
            document_id=found.pk,
        )
    found.ended_at, found.end_note = at, reason.strip()[:300]
    found.save(update_fields=["state", "ended_at", "end_note"])
    if workflow_queries.open_task(found, "settle"):
        step(found, "settle", at, actor, result=reason[:200])
    outbox.publish(events.BreachRevoked(found.pk, found.kind, found.supply_point.customer_id, account, at))
    note("revoked", found, at, actor, reason=reason)
    return found
