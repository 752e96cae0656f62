"""Appointments for other systems: free times, booking, moving, cancelling."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from denghuo.care.appointments import operations, queries
from denghuo.care.appointments.models import Appointment, Service, State
from denghuo.foundation.identity.api import Problem, Token, idempotent
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.kernel.periods import day_of
from denghuo.records.customers import queries as customers
from denghuo.records.customers.models import Customer
from denghuo.records.supply.models import SupplyPoint

router = Router(tags=["appointments"])
MOST_DAYS = 31


class ServiceOut(Schema):
    code: str
    name: str
    minutes: int
    where: str
    places: list[str]


class FreeFilter(Schema):
    service: str = Field(max_length=30)
    place: str = Field(max_length=16, description="Code of the unit")
    since: date | None = Field(None, description="First day; today unless given")
    days: int = Field(7, ge=1, le=MOST_DAYS)


class FreeOut(Schema):
    starts_at: datetime
    ends_at: datetime
    left: int


class BookIn(Schema):
    service: str = Field(max_length=30)
    place: str = Field(max_length=16)
    starts_at: datetime = Field(description="One of the free times, with its zone")
    customer: str = Field("", max_length=10, description="Customer number; or give name and phone")
    name: str = Field("", max_length=40)
    phone: str = Field("", max_length=20)
    supply_point: str = Field("", max_length=13)
    address: str = Field("", max_length=200)
    channel: Literal["online", "phone"] = "online"
    note: str = Field("", max_length=300)


class MoveIn(Schema):
    starts_at: datetime
    reason: str = Field(min_length=1, max_length=200)


class CancelIn(Schema):
    reason: str = Field(min_length=1, max_length=200)


class AppointmentOut(Schema):
    number: str
    service: str
    place: str
    starts_at: datetime
    ends_at: datetime
    state: State
    customer: str | None


def _shown(row: Appointment) -> dict[str, Any]:
    return {
        "number": row.number,
        "service": row.service.code,
        "place": row.unit_id,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "state": row.state,
        "customer": row.customer.number if row.customer else None,
    }


def _scope(request: HttpRequest) -> str:
    client: Any = request.auth  # type: ignore[attr-defined]
    return str(client.scope)


def _service(code: str) -> Service:
    found = queries.services().filter(code=code).first()
    if found is None:
        raise Problem(404, "not_found", "there is no such service")
    return found


def _place(request: HttpRequest, code: str) -> OrganisationUnit:
    found = queries.places(_scope(request)).filter(code=code).first()
    if found is None:
        raise Problem(404, "not_found", "there is no such place, or it is not yours to see")
    return found


def _appointment(request: HttpRequest, number: str) -> Appointment:
    rows = queries.visible(_scope(request)).select_related("service", "unit", "customer")
    found = rows.filter(number=number).first()
    if found is None:
        raise Problem(404, "not_found", "there is no such appointment, or it is not yours to see")
    return found


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise Problem(422, "invalid_request", "give the time with its zone")
    return at


@router.get("/services", response=list[ServiceOut], auth=Token("appointments.view"))
def services(request: HttpRequest) -> Any:
    """What can be booked, and where."""
    places = {place.pk for place in queries.places(_scope(request))}
    return [
        {
            "code": row.code,
            "name": row.name,
            "minutes": row.minutes,
            "where": row.where,
            "places": sorted({opening.unit_id for opening in row.openings.all()} & places),
        }
        for row in queries.services().prefetch_related("openings")
    ]


@router.get("/free", response=list[FreeOut], auth=Token("appointments.view"))
def free(request: HttpRequest, query: Query[FreeFilter]) -> Any:
    """Times that can still be booked."""
    service, place = _service(query.service), _place(request, query.place)
    now = timezone.now()
    since = query.since or day_of(now)
    if not 2000 <= since.year <= 2200:
        raise Problem(422, "invalid_request", "the first day is out of bounds")
    found = queries.offers(
        units=[place.pk], services=[service.pk], start=since, end=since + timedelta(days=query.days)
    )
    return [
        {"starts_at": offer.starts_at, "ends_at": offer.ends_at, "left": offer.left}
        for offer in found
        if offer.left and offer.starts_at > now
    ]


def _customer(request: HttpRequest, number: str) -> Customer | None:
    if not number:
        return None
    found = customers.in_scope(_scope(request)).filter(number=number).first()
    if found is None:
        raise Problem(404, "not_found", "there is no such customer, or it is not yours to see")
    return found


@router.post("", response={201: AppointmentOut}, auth=Token("appointments.book"))
@idempotent
def book(request: HttpRequest, body: BookIn) -> Any:
    """Give somebody a time; 409 where it has been taken meanwhile."""
    customer = _customer(request, body.customer)
    point = None
    if body.supply_point:
        point = SupplyPoint.objects.filter(number=body.supply_point, customer=customer).first()
        if point is None or customer is None:
            raise Problem(404, "not_found", "there is no such supply point of this customer")
    try:
        made = operations.book(
            service=_service(body.service),
            unit=_place(request, body.place),
            starts_at=_aware(body.starts_at),
            channel=body.channel,
            customer=customer,
            supply_point=point,
            contact_name=body.name.replace("\x00", ""),
            contact_phone=body.phone.replace("\x00", ""),
            address=body.address.replace("\x00", ""),
            note=body.note.replace("\x00", ""),
            at=timezone.now(),
        )
    except operations.AppointmentInvalid as error:
        raise Problem(422, "invalid_request", str(error)) from error
    except (operations.NotOffered, operations.SlotFull, operations.AlreadyBooked) as error:
        raise Problem(409, "conflict", str(error)) from error
    return 201, AppointmentOut(**_shown(made))


@router.get("/{number}", response=AppointmentOut, auth=Token("appointments.view"))
def appointment(request: HttpRequest, number: str) -> Any:
    return _shown(_appointment(request, number))


@router.post("/{number}/move", response=AppointmentOut, auth=Token("appointments.book"))
@idempotent
def move(request: HttpRequest, number: str, body: MoveIn) -> Any:
    """Another time for the same service at the same place."""
    found = _appointment(request, number)
    try:
        moved = operations.move(
            appointment=found,
            starts_at=_aware(body.starts_at),
            reason=body.reason.replace("\x00", ""),
            at=timezone.now(),
        )
    except (
        operations.AppointmentInvalid,
        operations.NotOffered,
        operations.SlotFull,
        operations.AlreadyBooked,
    ) as error:
        raise Problem(409, "conflict", str(error)) from error
    return AppointmentOut(**_shown(moved))


@router.post("/{number}/cancel", response=AppointmentOut, auth=Token("appointments.book"))
@idempotent
def cancel(request: HttpRequest, number: str, body: CancelIn) -> Any:
    """Call an appointment off."""
    found = _appointment(request, number)
    try:
        done = operations.cancel(appointment=found, reason=body.reason.replace("\x00", ""), at=timezone.now())
    except operations.AppointmentInvalid as error:
        raise Problem(409, "conflict", str(error)) from error
    return AppointmentOut(**_shown(done))
