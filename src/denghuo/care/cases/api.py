"""Matters for other systems: the portal, the hotline and the regulator's line hand them in and follow them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from denghuo.care.cases import operations
from denghuo.care.cases.models import Case, CaseState, Topic
from denghuo.foundation.identity.api import Page, Paging, Problem, Token, idempotent, keyset_page
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers import queries as customers
from denghuo.records.supply import queries as supply

router = Router(tags=["cases"])

Kind = Literal[
    "enquiry", "fault", "complaint", "suggestion", "praise", "tip_off", "request", "meter_dispute", "damage"
]


class CaseIn(Schema):
    """What a customer brings. The supply point says who and where; without it the customer, or only a phone."""

    kind: Kind
    topic: str = Field(
        max_length=40, description="Code of a topic of the kind", examples=["fault.outage.single"]
    )
    text: str = Field(min_length=1, max_length=2000)
    channel: Literal["portal", "chat", "wechat", "phone", "12398"] = "portal"
    supply_point: str = Field("", max_length=13)
    customer: str = Field("", max_length=10)
    caller_name: str = Field("", max_length=40)
    caller_phone: str = Field("", max_length=20)
    address: str = Field("", max_length=200)
    external_number: str = Field(
        "", max_length=40, description="The number of the matter in the calling system"
    )
    occurred_at: datetime | None = Field(None, description="When appliances were damaged")


class CaseOut(Schema):
    number: str
    kind: str
    topic: str
    state: CaseState
    channel: str
    customer: str | None
    supply_point: str | None
    received_at: datetime
    contact_due_at: datetime | None
    answer_due_at: datetime | None
    replied_at: datetime | None
    answer: str
    closed_at: datetime | None


class CaseFilter(Paging):
    customer: str = Field("", max_length=10)
    kind: Kind | None = None
    state: CaseState | None = None
    since: date | None = Field(None, description="Received on this day or later")


def _case(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "kind": case.kind,
        "topic": case.topic.code,
        "state": case.state,
        "channel": case.channel,
        "customer": case.customer.number if case.customer else None,
        "supply_point": case.supply_point.number if case.supply_point else None,
        "received_at": case.received_at,
        "contact_due_at": case.contact_due_at,
        "answer_due_at": case.answer_due_at,
        "replied_at": case.replied_at,
        "answer": case.answer,
        "closed_at": case.closed_at,
    }


def _known(rows: Any, number: str, what: str) -> Any:
    """The row with this number inside the scope of the client; None where none was named."""
    if not number:
        return None
    found = rows.filter(number=number).first()
    if found is None:
        raise Problem(422, "invalid_request", f"there is no such {what}, or it is not yours to see")
    return found


@router.post("", response={201: CaseOut}, auth=Token("cases.intake"))
@idempotent
def take_in(request: HttpRequest, body: CaseIn) -> Any:
    """Take a matter in and begin its process."""
    client: Any = request.auth  # type: ignore[attr-defined]
    topic = Topic.objects.filter(code=body.topic, kind=body.kind, is_active=True).first()
    if topic is None:
        raise Problem(422, "invalid_request", "there is no such topic of this kind")
    now = timezone.now()
    if body.occurred_at is not None and body.occurred_at.tzinfo is None:
        raise Problem(422, "invalid_request", "occurred_at needs a time zone")
    points = supply.in_scope(client.scope).select_related("customer__unit", "account__customer", "unit")
    people = customers.in_scope(client.scope).select_related("unit")
    try:
        case = operations.receive(
            kind=body.kind,
            topic=topic,
            text=body.text,
            channel=body.channel,
            supply_point=_known(points, body.supply_point, "supply point"),
            customer=_known(people, body.customer, "customer"),
            unit=OrganisationUnit.objects.filter(code__startswith=client.scope).order_by("code").first(),
            caller_name=body.caller_name,
            caller_phone=body.caller_phone,
            address=body.address,
            external_number=body.external_number,
            occurred_at=body.occurred_at,
            at=now,
            actor=None,
        )
    except operations.CaseRefused as error:
        raise Problem(422, "invalid_request", str(error)) from error
    return 201, CaseOut(**_case(case))


@router.get("", response=Page[CaseOut], auth=Token("cases.view"))
def cases(request: HttpRequest, query: Query[CaseFilter]) -> Any:
    """Matters in the order they were taken in."""
    client: Any = request.auth  # type: ignore[attr-defined]
    rows = Case.objects.filter(unit__code__startswith=client.scope).select_related(
        "topic", "customer", "supply_point"
    )
    if query.customer:
        rows = rows.filter(customer__number=query.customer)
    if query.kind:
        rows = rows.filter(kind=query.kind)
    if query.state:
        rows = rows.filter(state=query.state)
    if query.since:
        rows = rows.filter(received_at__gte=_midnight(query.since))
    page = keyset_page(rows, query)
    return {"items": [_case(case) for case in page.rows], "next_cursor": page.next_cursor}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


@router.get("/{number}", response=CaseOut, auth=Token("cases.view"))
def case(request: HttpRequest, number: str) -> Any:
    """One matter."""
    client: Any = request.auth  # type: ignore[attr-defined]
    found = (
        Case.objects.select_related("topic", "customer", "supply_point")
        .filter(number=number, unit__code__startswith=client.scope)
        .first()
    )
    if found is None:
        raise Problem(404, "not_found", "there is no such matter, or it is not yours to see")
    return _case(found)
