"""Notices with their proof: the first, the copy to the power administration, the second, the report afterwards."""

from __future__ import annotations

from datetime import datetime

from denghuo.commerce.disconnection import events, queries, rules
from denghuo.commerce.disconnection.models import (
    DeliveryMethod,
    DisconnectionOrder,
    Notice,
    NoticeKind,
    OrderState,
    Step,
)
from denghuo.commerce.disconnection.operations.guarding import Refused, guarded, locked, move, note
from denghuo.commerce.disconnection.rules import Facts, Refusal
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.ui import formats
from denghuo.kernel.periods import day_of


def _judged(
    step: str, order: DisconnectionOrder, at: datetime, **paper: object
) -> tuple[Facts, list[Refusal]]:
    on = day_of(at)
    facts, limits = queries.facts_of(order, at=at), queries.limits(on)
    found = rules.refusals(step, facts, at, limits=limits, calendar=queries.calendar(on, order.unit_id))
    found += rules.paper_refusals(facts, at, limits=limits, **paper)  # type: ignore[arg-type]
    return facts, found


@guarded
def deliver_notice(
    *,
    order: DisconnectionOrder,
    delivered_at: datetime,
    method: str,
    recipient: str,
    evidence: str,
    at: datetime,
    actor: Staff | None,
) -> Notice | Refused:
    """Record that the notice (停电通知书) reached the customer. Delivered again, its days begin anew.

    Raises:
        StepRefused: not approved, the proof is incomplete, or the customer may no longer be cut off.
    """
    found = locked(order)
    paper = {"delivered_at": delivered_at, "method": method, "recipient": recipient, "evidence": evidence}
    _facts, refused = _judged(rules.FIRST_NOTICE, found, at, **paper)
    if refused:
        return Refused(Step.FIRST_NOTICE, found.account, found, refused, at, actor)
    made = _write(found, NoticeKind.FIRST, at, actor, **paper)
    before = found.state
    state = OrderState.NOTICED if before == OrderState.APPROVED else OrderState(before)
    move(found, state, notice_at=delivered_at, second_notice_at=None)
    note(
        "notice.delivered",
        found,
        at=at,
        actor=actor,
        before=before,
        delivered_at=formats.moment(delivered_at),
    )
    return made


@guarded
def copy_to_authority(
    *,
    order: DisconnectionOrder,
    delivered_at: datetime,
    authority: str,
    document_number: str,
    at: datetime,
    actor: Staff | None,
) -> Notice | Refused:
    """Record that the power administration got a copy of the notice to an important customer.

    Raises:
        StepRefused: no important customer, not approved, or no document number.
    """
    found = locked(order)
    paper = {
        "delivered_at": delivered_at,
        "method": DeliveryMethod.DOCUMENT,
        "recipient": authority,
        "evidence": document_number,
    }
    _facts, refused = _judged(rules.AUTHORITY_COPY, found, at, **paper)
    if refused:
        return Refused(Step.AUTHORITY_COPY, found.account, found, refused, at, actor)
    made = _write(found, NoticeKind.COPY, at, actor, document_number=document_number, **paper)
    move(found, found.state, authority_copied_at=delivered_at)
    note("notice.copied", found, at=at, actor=actor, before=found.state, document_number=document_number)
    return made


@guarded
def give_second_notice(
    *,
    order: DisconnectionOrder,
    method: str,
    recipient: str,
    evidence: str,
    at: datetime,
    actor: Staff | None,
) -> Notice | Refused:
    """The last warning, now; supply may be stopped when its minutes are over.

    Raises:
        StepRefused: a stop after these minutes would not be lawful; or the proof is incomplete.
    """
    found = locked(order)
    paper = {"delivered_at": at, "method": method, "recipient": recipient, "evidence": evidence}
    _facts, refused = _judged(rules.SECOND_NOTICE, found, at, **paper)
    if refused:
        return Refused(Step.SECOND_NOTICE, found.account, found, refused, at, actor)
    made = _write(found, NoticeKind.SECOND, at, actor, **paper)
    before = found.state
    move(found, OrderState.WARNED, second_notice_at=at)
    note("notice.second_given", found, at=at, actor=actor, before=before)
    return made


@guarded
def report_afterwards(
    *,
    order: DisconnectionOrder,
    authority: str,
    document_number: str,
    at: datetime,
    actor: Staff | None,
) -> Notice | Refused:
    """Record the report that follows a stop without notice (emergency, confirmed theft).

    Raises:
        StepRefused: no report is due, or no document number.
    """
    found = locked(order)
    missing = [
        Refusal("no_evidence", rules.chain.PROCEDURE, {"field": name})
        for name, value in (("recipient", authority), ("evidence", document_number))
        if not value.strip()
    ]
    if found.report_due_at is None or found.reported_at is not None:
        missing.append(Refusal("no_report_due", rules.chain.PROCEDURE))
    if missing:
        return Refused(Step.EXECUTE, found.account, found, missing, at, actor)
    made = _write(
        found,
        NoticeKind.REPORT,
        at,
        actor,
        delivered_at=at,
        method=DeliveryMethod.DOCUMENT,
        recipient=authority,
        evidence=document_number,
        document_number=document_number,
    )
    move(found, found.state, reported_at=at)
    note("order.reported", found, at=at, actor=actor, before=found.state, document_number=document_number)
    return made


def _write(
    order: DisconnectionOrder, kind: NoticeKind, at: datetime, actor: Staff | None, **paper: object
) -> Notice:
    made: Notice = Notice.objects.create(order=order, kind=kind, recorded_at=at, recorded_by=actor, **paper)
    if kind in (NoticeKind.FIRST, NoticeKind.SECOND):
        outbox.publish(
            events.NoticeDelivered(
                order_id=order.pk, account_id=order.account_id, kind=str(kind), delivered_at=made.delivered_at
            )
        )
    return made
