"""Take a matter in: one call, whoever the caller is and whatever is known about them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.care.cases import events, queries, rules
from denghuo.care.cases.models import (
    Case,
    CaseKind,
    CaseState,
    Complaint,
    DamageClaim,
    MeterDispute,
    Priority,
    Repair,
    Topic,
)
from denghuo.care.cases.operations.repairing import join_outage
from denghuo.care.cases.operations.stepping import CaseRefused, close, end_process, note, open_case
from denghuo.care.cases.rules import parameters
from denghuo.commerce.outages import operations as outages
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.workflow import operations as workflow
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account, Customer
from denghuo.records.grid.models import TransformerArea
from denghuo.records.supply import queries as supply
from denghuo.records.supply.models import SupplyPoint

NO_SUPPLY = "fault.outage."
"""Topics that may be an outage of common equipment."""


@transaction.atomic
def receive(
    *,
    kind: str,
    topic: Topic,
    text: str,
    channel: str,
    at: datetime,
    actor: Staff | None,
    unit: OrganisationUnit | None = None,
    customer: Customer | None = None,
    account: Account | None = None,
    supply_point: SupplyPoint | None = None,
    area: TransformerArea | None = None,
    caller_name: str = "",
    caller_phone: str = "",
    address: str = "",
    priority: int | None = None,
    occurred_at: datetime | None = None,
    key: str | None = None,
    **links: Any,
) -> Case:
    """Take a matter in and begin its process; ``actor`` answers for it from now on (首问负责制).

    What is known leads to the rest (``_known``). The same ``key`` gives the same matter. ``links``: bill,
    reading_exception, external_number, outage_id. ``occurred_at``: when appliances were damaged.

    Raises:
        CaseRefused: nothing said, a topic of another kind, or no supply point where the kind needs one.
    """
    if key and (known := Case.objects.filter(key=key).first()):
        return known
    _check(kind, topic, text, supply_point)
    on = day_of(at)
    account, customer, area, address = _known(supply_point, account, customer, area, address, on)
    unit = _unit(supply_point, area, account, customer, unit, actor)
    case = Case.objects.create(
        number=f"GD{on:%Y%m}{numbering.allocate(f'cases.case.{on:%Y%m}', 1)[0]:06d}",
        kind=kind,
        channel=channel,
        topic=topic,
        text=text.strip(),
        priority=priority or topic.priority,
        unit=unit,
        customer=customer,
        account=account,
        supply_point=supply_point,
        area=area,
        caller_name=caller_name or (customer.name if customer else ""),
        caller_phone=caller_phone or (customer.phone if customer else ""),
        address=address,
        owner=actor,
        received_at=at,
        key=key or None,
        **_deadlines(kind, at),
        **links,
    )
    _second_complaint(case, at)
    _extend(case, occurred_at or at, at)
    _begin(case, at, actor)
    return case


def _known(
    point: SupplyPoint | None,
    account: Account | None,
    customer: Customer | None,
    area: TransformerArea | None,
    address: str,
    on: date,
) -> tuple[Account | None, Customer | None, TransformerArea | None, str]:
    """What follows from what is known: whose supply point it is, where it lies, who pays for it."""
    if point is not None:
        account, customer = account or point.account, customer or point.customer
        terms = supply.terms_on(point, on) if area is None else None
        area, address = area or (terms.area if terms else None), address or point.address
    if account is not None:
        customer = customer or account.customer
    return account, customer, area, address


def _check(kind: str, topic: Topic, text: str, point: SupplyPoint | None) -> None:
    if not text.strip():
        raise CaseRefused(_("Write down what was said."))
    if topic.kind != kind:
        raise CaseRefused(_("This topic belongs to another kind of matter."))
    if kind in (CaseKind.METER_DISPUTE, CaseKind.DAMAGE) and point is None:
        raise CaseRefused(_("Choose the supply point: this matter is about its meter or its supply."))


def _begin(case: Case, at: datetime, actor: Staff | None) -> None:
    """Start the process and tell everybody who listens."""
    workflow.start(
        process=rules.processes.OF_KIND[case.kind],
        subject=case,
        title=case.title,
        unit_id=case.unit_id,
        at=at,
        actor=actor,
        customer_id=case.customer_id,
        priority=case.priority,
    )
    _announce(case, at)
    _report(case, at, actor)
    note(
        "case.received", case, at=at, actor=actor, kind=case.kind, channel=case.channel, topic=case.topic.name
    )


def _unit(
    point: SupplyPoint | None,
    area: TransformerArea | None,
    account: Account | None,
    customer: Customer | None,
    unit: OrganisationUnit | None,
    actor: Staff | None,
) -> OrganisationUnit:
    """Who works on it: the unit of the place, else of the customer, else what the caller said or where it was heard."""
    for place in (point, area, account, customer):
        if place is not None:
            return place.unit
    if unit is not None:
        return unit
    if actor is None:
        raise CaseRefused(_("Say which unit is responsible."))
    return OrganisationUnit.objects.get(pk=actor.scope)


def _deadlines(kind: str, at: datetime) -> dict[str, Any]:
    on = day_of(at)
    found: dict[str, Any] = {}
    if kind in parameters.ANSWER_DAYS:
        found["answer_due_at"] = queries.working_days_later(
            at, queries.figure(parameters.ANSWER_DAYS[kind], on=on)
        )
    if kind == CaseKind.COMPLAINT:
        hours = queries.figure(parameters.CONTACT_HOURS, on=on)
        found["contact_due_at"] = at + timedelta(hours=hours)
    return found


def _second_complaint(case: Case, at: datetime) -> None:
    """The same customer complains of the same matter again within the window: a higher level takes it."""
    if case.kind != CaseKind.COMPLAINT:
        return
    before = queries.earlier_complaint(case)
    if before is None:
        return
    case.previous, case.escalation, case.priority = before, before.escalation + 1, Priority.URGENT
    case.save(update_fields=["previous", "escalation", "priority"])
    outbox.publish(
        events.ComplaintEscalated(
            case_id=case.pk,
            number=case.number,
            unit_id=case.unit_id,
            level=case.escalation,
            reason="second_complaint",
            at=at,
        )
    )


def _extend(case: Case, occurred_at: datetime, at: datetime) -> None:
    """The row that this kind of matter adds."""
    on = day_of(at)
    if case.kind == CaseKind.COMPLAINT:
        Complaint.objects.create(case=case)
    elif case.kind == CaseKind.METER_DISPUTE and case.supply_point is not None:
        MeterDispute.objects.create(case=case, supply_point=case.supply_point)
    elif case.kind == CaseKind.DAMAGE:
        days = queries.figure(parameters.CLAIM_DAYS, on=on)
        DamageClaim.objects.create(
            case=case,
            occurred_at=min(occurred_at, at),
            within_time=rules.damage.within_time(occurred_at=occurred_at, claimed_at=at, days=days),
            visit_due_at=at + timedelta(hours=queries.figure(parameters.VISIT_HOURS, on=on)),
        )
    elif case.kind == CaseKind.FAULT:
        settlement = queries.settlement_of(case.unit_id)
        due = rules.arrival.deadlines(
            settlement=settlement, called_at=at, limits=queries.arrival_limits(on=on)
        )
        Repair.objects.create(
            case=case,
            station=case.unit,
            settlement=settlement,
            arrive_due_at=due.arrive_due_at,
            legal_due_at=due.legal_due_at,
        )


def _announce(case: Case, at: datetime) -> None:
    outbox.publish(
        events.CaseReceived(
            case_id=case.pk,
            number=case.number,
            kind=case.kind,
            unit_id=case.unit_id,
            customer_id=case.customer_id,
            received_at=at,
        )
    )
    if case.kind == CaseKind.FAULT:
        outbox.publish(
            events.FaultReported(
                case_id=case.pk,
                transformer_area_id=case.area_id,
                supply_point_id=case.supply_point_id,
                at=at,
            )
        )


def _report(case: Case, at: datetime, actor: Staff | None) -> None:
    """Tell the outages of a call without supply; where one is running there already, the matter waits for its end."""
    if case.kind != CaseKind.FAULT or not case.topic.code.startswith(NO_SUPPLY):
        return
    signal = outages.report_fault(
        key=f"case:{case.pk}",
        at=at,
        supply_point_id=case.supply_point_id,
        transformer_area_id=case.area_id,
        case_id=case.pk,
    )
    if signal is not None and signal.outage_id is not None:
        join_outage(case_ids=[case.pk], outage_id=signal.outage_id, at=at, actor=actor)
        case.refresh_from_db(fields=["outage_id"])


@transaction.atomic
def join(*, case: Case, main: Case, at: datetime, actor: Staff | None, reason: str = "") -> Case:
    """Join a matter to another that is about the same: it ends, and the other one goes on for both.

    Raises:
        CaseRefused: one of them is over, they are one and the same, or of different kinds.
    """
    found = open_case(case)
    other = open_case(main)
    if found.pk == other.pk or found.kind != other.kind:
        raise CaseRefused(_("Only two running matters of one kind can be joined."))
    why = reason.strip() or _("The same as %(number)s.") % {"number": other.number}
    end_process(found, why, at=at, actor=actor)
    close(found, CaseState.MERGED, at=at, main=other, end_note=why)
    announce_closed(found, "merged", at)
    note("case.joined", found, at=at, actor=actor, reason=why, main=other.number)
    return found


@transaction.atomic
def withdraw(*, case: Case, reason: str, at: datetime, actor: Staff | None) -> Case:
    """The customer takes the matter back.

    Raises:
        CaseRefused: it is over, or no reason was given.
    """
    if not reason.strip():
        raise CaseRefused(_("Give the reason."))
    found = open_case(case)
    end_process(found, reason, at=at, actor=actor)
    close(found, CaseState.WITHDRAWN, at=at, end_note=reason.strip()[:300])
    announce_closed(found, "withdrawn", at)
    note("case.withdrawn", found, at=at, actor=actor, reason=reason)
    return found


def announce_closed(case: Case, outcome: str, at: datetime) -> None:
    outbox.publish(
        events.CaseClosed(
            case_id=case.pk,
            number=case.number,
            kind=case.kind,
            unit_id=case.unit_id,
            customer_id=case.customer_id,
            outcome=outcome,
            satisfaction=case.satisfaction,
            closed_at=at,
        )
    )


@transaction.atomic
def link(*, case: Case, at: datetime, actor: Staff | None, **links: Any) -> Case:
    """Say what a matter is about, found out later: customer, account, supply_point, area, bill, reading_exception.

    Raises:
        CaseRefused: it is over.
    """
    found = open_case(case)
    for name, value in links.items():
        setattr(found, name, value)
    if found.supply_point is not None and found.customer is None:
        found.customer, found.account = found.supply_point.customer, found.supply_point.account
        links |= {"customer": found.customer, "account": found.account}
    found.save(update_fields=list(links))
    note("case.linked", found, at=at, actor=actor, **{name: str(value) for name, value in links.items()})
    return found
