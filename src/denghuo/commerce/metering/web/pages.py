"""What this room adds to shared pages: the meters of a supply point, search hits, names of its actions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.metering import queries
from denghuo.foundation.ui.extensions import SearchHit, SearchQuery, Tile

_SOON = timedelta(days=90)

FIELDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "metering.meter.meter": (_("Meter"), {}),
    "metering.meter.metering_point": (_("Metering point"), {}),
    "metering.meter.multiplier": (_("Multiplier"), {}),
}
ACTIONS = {
    "metering.meter.registered": _("Meter taken into stock"),
    "metering.meter.installed": _("Meter installed"),
    "metering.meter.exchanged": _("Meter exchanged"),
    "metering.meter.removed": _("Meter taken down"),
    "metering.meter.verified": _("Meter verified"),
    "metering.meter.scrapped": _("Meter scrapped"),
    "metering.meter.returned": _("Meter back in stock"),
    "metering.ratio.changed": _("Ratio changed"),
    "metering.point.opened": _("Metering point opened"),
    "metering.point.closed": _("Metering point closed"),
}


def supply_panel(request: HttpRequest, supply_point: Any) -> dict[str, Any]:
    """Metering points of a supply point with what hangs there and what hung there."""
    return {
        "points": queries.points_of(supply_point),
        "history": list(queries.history_of(supply_point).filter(removed_date__isnull=False)[:10]),
        "supply_point": supply_point,
        "may_edit": request.user.may("metering.edit"),  # type: ignore[union-attr]
    }


def search_meters(query: SearchQuery, scope: str) -> Iterator[SearchHit]:
    """By asset number, communication address, factory number, or the number of the metering point."""
    text = query.text.strip()
    if not (text.isascii() and text.replace("-", "").isalnum() and any(c.isdigit() for c in text)):
        return
    for meter in queries.found_meters(text, scope=scope, limit=query.limit):
        yield SearchHit(
            kind=_("Meters"),
            title=meter.asset_number,
            subtitle=f"{meter.model} · {meter.get_state_display()}",
            url=reverse("metering:meter", args=[meter.pk]),
            icon="gauge",
        )
    for point in queries.found_points(text, scope=scope, limit=query.limit):
        yield SearchHit(
            kind=_("Metering points"),
            title=point.number,
            subtitle=point.supply_point.customer.masked_name,
            url=reverse("metering:point", args=[point.pk]),
            icon="plug",
        )


def verification_tile(request: HttpRequest) -> Tile | None:
    """Meters whose verification ends within three months."""
    before = timezone.localdate() + _SOON
    due = queries.due_for_verification(request.user.scope, before).count()  # type: ignore[union-attr]
    if not due:
        return None
    return Tile(
        title=_("Verification due"),
        value=due,
        hint=_("Installed meters, within 90 days"),
        url=f"{reverse('metering:meters')}?state=installed&due_to={before.isoformat()}",
        icon="clipboard-check",
        tone="warning",
    )
