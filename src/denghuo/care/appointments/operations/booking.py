"""Booking, moving and cancelling: one row is locked for each time, so no place is given away twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.care.appointments import events, queries, rules
from denghuo.care.appointments.models import LIVE, Appointment, Channel, Series, Service, Slot, State
from denghuo.care.appointments.operations.telling import tell
from denghuo.care.appointments.queries import Offer
from denghuo.care.appointments.rules import parameters
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.numbering.operations import allocate
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.foundation.ui import formats
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Customer
from denghuo.records.supply.models import SupplyPoint


class AppointmentInvalid(Exception):
    """Nobody to expect, nowhere to go, no reason, a time that is past or too far ahead; the text says which."""


class NotOffered(Exception):
    """The place does not offer the service at that time."""


class SlotFull(Exception):
    """Everybody who fits into that time has booked."""


class AlreadyBooked(Exception):
    """The customer has this time already; ``appointment`` is it."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__(
            _("The customer has booked this time already: %(number)s.") % {"number": appointment}
        )
        self.appointment = appointment


@transaction.atomic
def book(
    *,
    service: Service,
    unit: OrganisationUnit,
    starts_at: datetime,
    channel: str,
    at: datetime,
    actor: Staff | None = None,
    customer: Customer | None = None,
    contact_name: str = "",
    contact_phone: str = "",
    supply_point: SupplyPoint | None = None,
    address: str = "",
    note: str = "",
    series: Series | None = None,
    series_date: date | None = None,
) -> Appointment:
    """Give somebody a time. The place in it is theirs when this returns.

    Raises:
        NotOffered: the place does not offer the service then.
        SlotFull: no room is left.
        AlreadyBooked: the customer has the same time already.
        AppointmentInvalid: nobody to expect, no address for a visit, or a time out of bounds.
    """
    address = address.strip() or (supply_point.address if supply_point else "")
    _refuse_incomplete(customer, contact_name, contact_phone, service, address, channel)
    offer = _offer(unit.code, service, starts_at, at)
    slot = _take_place(offer)
    if customer is not None:
        _refuse_double(customer, service, starts_at)
    made = Appointment.objects.create(
        number=_number(starts_at),
        slot=slot,
        unit=unit,
        service=service,
        customer=customer,
        contact_name=contact_name.strip(),
        contact_phone=contact_phone.strip(),
        supply_point=supply_point,
        address=address,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        channel=channel,
        note=note.strip(),
        series=series,
        series_date=series_date,
        booked_at=at,
        booked_by=actor,
    )
    tell(made, rules.BOOKED, at=at)
    _announce(made, at, actor)
    return made


def _refuse_incomplete(
    customer: Customer | None,
    contact_name: str,
    contact_phone: str,
    service: Service,
    address: str,
    channel: str,
) -> None:
    if customer is None and not (contact_name.strip() and contact_phone.strip()):
        raise AppointmentInvalid(_("Give the customer, or a name and a telephone number."))
    if service.where == "door" and not address:
        raise AppointmentInvalid(_("Give the address where the crew should come."))
    if channel not in Channel.values:
        raise AppointmentInvalid(_("Choose how it was booked."))


def _announce(made: Appointment, at: datetime, actor: Staff | None) -> None:
    outbox.publish(
        events.AppointmentBooked(
            appointment_id=made.pk,
            customer_id=made.customer_id,
            service=made.service.code,
            starts_at=made.starts_at,
            booked_at=at,
        )
    )
    audit.record(
        "appointments.appointment.booked",
        subject=made,
        at=at,
        actor=actor,
        changes={"starts_at": [None, formats.moment(made.starts_at)], "service": [None, made.service.code]},
        unit_id=made.unit_id,
    )


@transaction.atomic
def move(
    *,
    appointment: Appointment,
    starts_at: datetime,
    reason: str,
    at: datetime,
    actor: Staff | None = None,
    unit: OrganisationUnit | None = None,
) -> Appointment:
    """Give another time for the one that was booked; the old place is free again.

    Raises:
        NotOffered, SlotFull, AlreadyBooked: as for ``book``.
        AppointmentInvalid: no reason, it is over or somebody has come, or a time out of bounds.
    """
    found = locked(appointment)
    if found.state != State.BOOKED:
        raise AppointmentInvalid(_("Only an appointment that is still ahead can be moved."))
    if not reason.strip():
        raise AppointmentInvalid(_("Give the reason."))
    place = unit or found.unit
    offer = _offer(place.code, found.service, starts_at, at)
    before, left = found.starts_at, found.slot_id
    slot = _take_place(offer, leaving=left)
    if found.customer is not None:
        _refuse_double(found.customer, found.service, starts_at, but=found)
    found.slot, found.unit = slot, place
    found.starts_at, found.ends_at = offer.starts_at, offer.ends_at
    found.moved_times += 1
    found.reminded_day_at = found.reminded_soon_at = None
    found.save()
    tell(found, rules.MOVED, at=at)
    outbox.publish(
        events.AppointmentMoved(
            appointment_id=found.pk,
            customer_id=found.customer_id,
            before=before,
            starts_at=found.starts_at,
            moved_at=at,
        )
    )
    audit.record(
        "appointments.appointment.moved",
        subject=found,
        at=at,
        actor=actor,
        reason=reason.strip(),
        changes={"starts_at": [formats.moment(before), formats.moment(found.starts_at)]},
        unit_id=place.code,
    )
    return found


@transaction.atomic
def cancel(*, appointment: Appointment, reason: str, at: datetime, actor: Staff | None = None) -> Appointment:
    """Call an appointment off; its place is free again.

    Raises:
        AppointmentInvalid: no reason, or it is over.
    """
    found = locked(appointment)
    if found.state not in LIVE:
        raise AppointmentInvalid(_("This appointment is over."))
    if not reason.strip():
        raise AppointmentInvalid(_("Give the reason."))
    slot = Slot.objects.select_for_update().get(pk=found.slot_id)
    slot.booked -= 1
    slot.save(update_fields=["booked"])
    before = found.state
    found.state, found.ended_at, found.end_reason = State.CANCELLED, at, reason.strip()[:200]
    found.save(update_fields=["state", "ended_at", "end_reason"])
    tell(found, rules.CANCELLED, at=at)
    ended(found, at)
    audit.record(
        "appointments.appointment.cancelled",
        subject=found,
        at=at,
        actor=actor,
        reason=reason.strip(),
        changes={"state": [before, found.state]},
        unit_id=found.unit_id,
    )
    return found


def locked(appointment: Appointment) -> Appointment:
    """The appointment as it is now, nobody else's until the transaction ends."""
    return (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("service", "unit", "customer")
        .get(pk=appointment.pk)
    )


def ended(appointment: Appointment, at: datetime) -> None:
    outbox.publish(
        events.AppointmentEnded(
            appointment_id=appointment.pk,
            customer_id=appointment.customer_id,
            outcome=appointment.state,
            ended_at=at,
        )
    )


def _offer(unit_id: str, service: Service, starts_at: datetime, at: datetime) -> Offer:
    limits = parameter_queries.values([parameters.DAYS_AHEAD, parameters.LEAD_MINUTES], on=day_of(at))
    lead = timedelta(minutes=limits[parameters.LEAD_MINUTES.code])
    ahead = limits[parameters.DAYS_AHEAD.code]
    if starts_at < at + lead:
        raise AppointmentInvalid(_("This time is past, or too near to be booked."))
    if (day_of(starts_at) - day_of(at)).days > ahead:
        raise AppointmentInvalid(_("Appointments are given at most %(days)d days ahead.") % {"days": ahead})
    offer = queries.offer_at(unit_id=unit_id, service_id=service.pk, starts_at=starts_at)
    if offer is None:
        raise NotOffered(_("This service is not offered there at that time."))
    return offer


def _refuse_double(
    customer: Customer, service: Service, starts_at: datetime, but: Appointment | None = None
) -> None:
    found = Appointment.objects.filter(
        customer=customer, service=service, starts_at=starts_at, state__in=LIVE
    ).exclude(pk=but.pk if but else 0)
    if (first := found.first()) is not None:
        raise AlreadyBooked(first)


def _take_place(offer: Offer, leaving: int | None = None) -> Slot:
    """One more in the slot, its row locked; one fewer in the slot that is left. Rows are locked in one order."""
    made, _new = Slot.objects.get_or_create(
        unit_id=offer.unit_id,
        service_id=offer.service_id,
        starts_at=offer.starts_at,
        defaults={"ends_at": offer.ends_at, "capacity": offer.capacity},
    )
    ids = [made.pk] if leaving is None else [made.pk, leaving]
    rows = {slot.pk: slot for slot in Slot.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    slot = rows[made.pk]
    if leaving == made.pk:
        raise AppointmentInvalid(_("The appointment is at that time already."))
    if slot.booked >= offer.capacity:
        raise SlotFull(_("This time has just been taken; please choose another."))
    slot.capacity, slot.booked, slot.ends_at = offer.capacity, slot.booked + 1, offer.ends_at
    slot.save(update_fields=["capacity", "booked", "ends_at"])
    if leaving is not None:
        old = rows[leaving]
        old.booked -= 1
        old.save(update_fields=["booked"])
    return slot


def _number(starts_at: datetime) -> str:
    day = day_of(starts_at)
    (serial,) = allocate(f"appointment:{day.isoformat()}", 1)
    return f"AP{day:%y%m%d}{serial:04d}"
