"""Customer plates: references are made, sheets printed and counted, scanned codes looked up."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from denghuo.care.desk import rules
from denghuo.care.desk.models import Plate, PlatePrint
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.records.supply.models import SupplyPoint

MOST_LABELS = 600


class NothingToPrint(Exception):
    """No supply point in use hangs there, or more than one sheet run holds; the text says which."""


class PlateUnknown(Exception):
    """The scanned code is not one of ours, was revoked, or lies outside the data scope. The try is on record."""


@dataclass(frozen=True)
class Printed:
    """What was printed: the log entry, and the code text by supply point id."""

    entry: PlatePrint
    codes: dict[int, str]


def keys() -> list[bytes]:
    """The plate key of the installation, and those that plates on the walls still carry. The first one signs."""
    texts = getattr(settings, "PLATE_KEYS", None) or [settings.SECRET_KEY]
    return [f"denghuo.plate:{text}".encode() for text in texts]


@transaction.atomic
def print_sheet(
    *,
    kind: str,
    code: str,
    name: str,
    unit: OrganisationUnit,
    points: Sequence[SupplyPoint],
    at: datetime,
    actor: Staff,
) -> Printed:
    """Make what is missing, count every label, and answer what each code says.

    Raises:
        NothingToPrint: see the class.
    """
    if not points:
        raise NothingToPrint(_("No supply point in use hangs there."))
    if len(points) > MOST_LABELS:
        raise NothingToPrint(_("At most %(count)d labels are printed at once.") % {"count": MOST_LABELS})
    ids = [point.pk for point in points]
    known = {
        plate.supply_point_id: plate
        for plate in Plate.objects.select_for_update(of=("self",))
        .filter(supply_point_id__in=ids, revoked_at__isnull=True)
        .order_by("supply_point_id")
    }
    repeated = sum(plate.printed_times > 0 for plate in known.values())
    missing = [Plate(supply_point_id=pk, reference=_reference(), made_at=at) for pk in ids if pk not in known]
    Plate.objects.bulk_create(missing)
    known.update((plate.supply_point_id, plate) for plate in missing)
    Plate.objects.filter(supply_point_id__in=ids, revoked_at__isnull=True).update(
        printed_times=F("printed_times") + 1, printed_at=at
    )
    entry = PlatePrint.objects.create(
        kind=kind,
        code=code,
        name=name,
        unit=unit,
        count=len(ids),
        repeated=repeated,
        printed_at=at,
        printed_by=actor,
    )
    audit.record(
        "desk.plates.printed",
        subject=entry,
        subject_label=f"{code} {name}",
        at=at,
        actor=actor,
        changes={"count": [None, len(ids)]},
        unit_id=unit.code,
    )
    key = keys()[0]
    return Printed(entry, {pk: rules.plate_text(known[pk].reference, key) for pk in ids})


def _reference() -> str:
    return base64.b32encode(secrets.token_bytes(10)).decode()


def resolve(*, text: str, scope: str, at: datetime, actor: Staff) -> Plate:
    """The plate behind a scanned code; a code that is not ours is refused and the try put on record.

    Raises:
        PlateUnknown: see the class.
    """
    try:
        reference = rules.read_plate(text, keys())
    except rules.BadPlate as error:
        _refused(str(error), text, at, actor)
        raise PlateUnknown(_("This is not a customer plate of ours.")) from error
    found = (
        Plate.objects.select_related("supply_point__customer", "supply_point__account", "supply_point__unit")
        .filter(reference=reference)
        .first()
    )
    if found is None or found.revoked_at is not None:
        _refused("unknown" if found is None else "revoked", text, at, actor)
        raise PlateUnknown(_("This plate is no longer valid; please have a new one printed."))
    if not found.supply_point.unit_id.startswith(scope):
        _refused("scope", text, at, actor)
        raise PlateUnknown(_("This is not a customer plate of ours."))
    return found


@transaction.atomic
def _refused(why: str, text: str, at: datetime, actor: Staff) -> None:
    audit.record(
        "desk.plate.refused",
        subject_type="desk.plate",
        subject_id="-",
        subject_label=text.strip()[:8],
        at=at,
        actor=actor,
        changes={"why": [None, why]},
    )


@transaction.atomic
def revoke(*, plate: Plate, reason: str, at: datetime, actor: Staff) -> None:
    """A plate is lost, damaged or misused: its code opens nothing any more.

    Raises:
        PlateUnknown: no reason, or it was revoked before.
    """
    found = Plate.objects.select_for_update(of=("self",)).select_related("supply_point").get(pk=plate.pk)
    if not reason.strip():
        raise PlateUnknown(_("Give the reason."))
    if found.revoked_at is not None:
        raise PlateUnknown(_("This plate is no longer valid; please have a new one printed."))
    found.revoked_at = at
    found.save(update_fields=["revoked_at"])
    audit.record(
        "desk.plate.revoked",
        subject=found,
        subject_label=found.supply_point.number,
        at=at,
        actor=actor,
        reason=reason.strip(),
        unit_id=found.supply_point.unit_id,
    )
