"""A hall and a crew that can be booked, made by the real operations."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from denghuo.care.appointments import operations
from denghuo.care.appointments.models import Appointment, Service
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Customer
from tests.cast import customers

AT = datetime(2026, 9, 7, 1, tzinfo=UTC)
"""Monday 7 September 2026, 9:00 in Beijing."""
TUESDAY = date(2026, 9, 8)


def beijing(day: date, hour: int, minute: int = 0) -> datetime:
    """An hour of a day in Beijing."""
    return datetime(day.year, day.month, day.day, hour - 8, minute, tzinfo=UTC)


def hall() -> OrganisationUnit:
    return customers.unit("4503")


def services() -> dict[str, Service]:
    operations.take_over_standard(at=AT, actor=None)
    return {service.code: service for service in Service.objects.all()}


def open_hall(service: Service, *, capacity: int = 1, weekdays=range(5), opens=9, closes=11) -> None:
    """The hall offers a service on weekdays in the morning."""
    for weekday in weekdays:
        operations.add_opening(
            unit=hall(), service=service, weekday=weekday, opens=time(opens), closes=time(closes),
            capacity=capacity, valid_from=date(2026, 9, 1), at=AT, actor=None,
        )  # fmt: skip


def open_crew(service: Service, *, capacity: int = 1, weekdays=(1, 3)) -> None:
    """The crew of 城东 comes on Tuesdays and Thursdays, from 9 to 12."""
    for weekday in weekdays:
        operations.add_opening(
            unit=customers.unit("4501"), service=service, weekday=weekday, opens=time(9), closes=time(12),
            capacity=capacity, valid_from=date(2026, 9, 1), at=AT, actor=None,
        )  # fmt: skip


def booked(service: Service, customer: Customer | None = None, **facts) -> Appointment:
    """Somebody who comes on Tuesday at nine."""
    return operations.book(
        **{
            "service": service,
            "unit": hall(),
            "starts_at": beijing(TUESDAY, 9),
            "channel": "counter",
            "at": AT,
            "customer": customer or customers.person(),
            **facts,
        }
    )
