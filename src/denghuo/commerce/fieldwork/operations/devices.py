"""Phones, their photos, and where they are – the last only with consent, and not for long."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from denghuo.commerce.fieldwork.models import Device, FieldPhoto, FieldTask, Position
from denghuo.commerce.fieldwork.operations.dispatching import SIX_PLACES
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.files import operations as files
from denghuo.foundation.identity.models import Staff


class ConsentMissing(Exception):
    """The person has not agreed to live location on this phone."""


@transaction.atomic
def meet(*, key: str, staff: Staff, at: datetime, name: str = "", waiting: int | None = None) -> Device:
    """The phone ``key`` in the hands of ``staff`` was heard of; ``waiting`` items are on it, if it said so."""
    device, made = Device.objects.get_or_create(
        key=key,
        staff=staff,
        defaults={"name": name[:80], "first_seen_at": at, "last_seen_at": at, "waiting": waiting or 0},
    )
    if not made:
        device.last_seen_at = max(at, device.last_seen_at)
        device.waiting = device.waiting if waiting is None else waiting
        device.name = name[:80] or device.name
        device.save(update_fields=["last_seen_at", "waiting", "name"])
    else:
        audit.record("fieldwork.device.met", subject=device, at=at, actor=staff, unit_id=staff.unit_id)
    return device


@transaction.atomic
def set_consent(*, device: Device, consented: bool, at: datetime, actor: Staff) -> Device:
    """Begin or end live location; what was collected goes with the consent."""
    if (device.consented_at is not None) == consented:
        return device
    device.consented_at = at if consented else None
    device.save(update_fields=["consented_at"])
    if not consented:
        device.positions.all().delete()
    audit.record(
        "fieldwork.consent.given" if consented else "fieldwork.consent.withdrawn",
        subject=device,
        at=at,
        actor=actor,
        unit_id=actor.unit_id,
    )
    return device


def keep_position(
    *,
    device: Device,
    longitude: Decimal | float | str,
    latitude: Decimal | float | str,
    at: datetime,
    accuracy_m: int | None = None,
) -> Position:
    """Where a consenting person is.

    Raises:
        ConsentMissing: see there.
    """
    if device.consented_at is None:
        raise ConsentMissing(_("Live location has not been agreed to."))
    return Position.objects.create(
        device=device,
        at=at,
        longitude=Decimal(str(longitude)).quantize(SIX_PLACES),
        latitude=Decimal(str(latitude)).quantize(SIX_PLACES),
        accuracy_m=accuracy_m,
    )


def forget_positions(*, at: datetime, days: int) -> int:
    """Throw away positions older than ``days``; answers how many."""
    return Position.objects.filter(at__lt=at - timedelta(days=days)).delete()[0]


def keep_photo(
    *,
    device: Device,
    client_id: str,
    content: bytes,
    taken_at: datetime,
    at: datetime,
    task: FieldTask | None = None,
    name: str = "",
) -> FieldPhoto:
    """Keep a photo or signature; the same ``client_id`` again gives the photo that is there.

    Raises:
        files.operations.FileRefused: it is no photo, or too large.
    """
    found = FieldPhoto.objects.filter(device=device, client_id=client_id).first()
    if found is not None:
        return found
    unit_id = task.unit_id if task else device.staff.unit_id
    try:
        with transaction.atomic():
            file = files.keep(
                name=name or f"{client_id[:8]}.jpg",
                content=content,
                unit_id=unit_id,
                at=at,
                actor=device.staff,
            )
            return FieldPhoto.objects.create(
                device=device,
                client_id=client_id,
                file=file,
                task=task,
                taken_at=min(taken_at, at),
                received_at=at,
            )
    except IntegrityError:
        return FieldPhoto.objects.get(device=device, client_id=client_id)
