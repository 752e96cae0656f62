"""What is known about the security of an important customer: sources, security load, own emergency power."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.inspection.models import (
    EmergencyKind,
    EmergencySource,
    SecurityProfile,
    SupplyFeed,
)
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.records.supply.models import SupplyPoint

FIELDS = (
    "security_load_kw",
    "allowed_break_seconds",
    "switching_mode",
    "approval_document",
    "valid_year",
    "contact_name",
    "contact_phone",
)


class ProfileRefused(Exception):
    """The profile cannot be kept like that; the text says why."""


@transaction.atomic
def set_profile(
    *,
    supply_point: SupplyPoint,
    at: datetime,
    actor: Staff | None,
    feeds: Sequence[Mapping[str, Any]] | None = None,
    sources: Sequence[Mapping[str, Any]] | None = None,
    version: int | None = None,
    **facts: Any,
) -> SecurityProfile:
    """Keep the security facts of a supply point; ``feeds`` and ``sources`` replace what there was where they are given.

    Raises:
        ProfileRefused: a load below zero, a source without power, an unknown kind, or a colleague was quicker.
    """
    found, made = SecurityProfile.objects.select_for_update().get_or_create(
        supply_point=supply_point, defaults={"updated_at": at, "updated_by": actor}
    )
    if version is not None and not made and found.version != version:
        raise ProfileRefused(_("A colleague changed this meanwhile. Look at it again."))
    unknown = set(facts) - set(FIELDS)
    if unknown:
        raise TypeError(f"no such facts: {', '.join(sorted(unknown))}")
    changes = {}
    for name, value in facts.items():
        if getattr(found, name) != value:
            changes[name] = [str(getattr(found, name) or ""), str(value or "")]
            setattr(found, name, value)
    if Decimal(found.security_load_kw) < 0:
        raise ProfileRefused(_("The security load is not below zero."))
    found.updated_at, found.updated_by = at, actor
    if not made:
        found.version += 1
    found.save()
    if feeds is not None:
        found.feeds.all().delete()
        SupplyFeed.objects.bulk_create(
            SupplyFeed(profile=found, position=position, **feed) for position, feed in enumerate(feeds, 1)
        )
    if sources is not None:
        _check(sources)
        found.sources.all().delete()
        EmergencySource.objects.bulk_create(EmergencySource(profile=found, **source) for source in sources)
    audit.record(
        "inspection.profile.set",
        subject=found,
        at=at,
        actor=actor,
        unit_id=supply_point.unit_id,
        changes=changes,
    )
    return found


def _check(sources: Sequence[Mapping[str, Any]]) -> None:
    for source in sources:
        if Decimal(source.get("capacity_kw") or 0) <= 0:
            raise ProfileRefused(_("An emergency source has a capacity above zero."))
        if source.get("kind") not in EmergencyKind.values:
            raise ProfileRefused(_("Choose the type of the emergency source."))


@transaction.atomic
def tested(*, supply_point: SupplyPoint, on: date, at: datetime, actor: Staff | None) -> int:
    """The own emergency power was started for a test on ``on``; returns how many sources it was."""
    found = EmergencySource.objects.filter(profile__supply_point=supply_point, removed_date__isnull=True)
    count = found.update(last_test_date=on)
    if count:
        audit.record(
            "inspection.profile.tested",
            subject=supply_point,
            at=at,
            actor=actor,
            unit_id=supply_point.unit_id,
            changes={"last_test_date": [None, on.isoformat()]},
        )
    return count
