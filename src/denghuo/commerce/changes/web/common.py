"""What the pages of this room share: the clock, what is visible, refusals as a page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.commerce.changes import queries
from denghuo.commerce.changes.models import Change
from denghuo.commerce.changes.rules import Refusal
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.workflow.web.forms import DOCUMENTS
from denghuo.kernel.periods import day_of
from denghuo.records.supply import queries as supply
from denghuo.records.supply.models import SupplyPoint

TONES = {
    "applied": "warning", "approved": "accent", "read": "accent", "settled": "accent", "effective": "success",
    "refused": "danger", "cancelled": "neutral",
}  # fmt: skip
ALERTS = {
    "soon": (pgettext_lazy("restriction", "Ends soon"), "warning"),
    "overdue": (pgettext_lazy("restriction", "Overdue"), "danger"),
    "too_old": (pgettext_lazy("restriction", "Older than two years"), "danger"),
    "fine": (pgettext_lazy("restriction", "Runs"), "accent"),
}
GROUPS = (
    (
        gettext_lazy("Capacity and seals"),
        ("suspend", "resume", "reduce", "restore", "exchange", "exchange_back"),
    ),
    (gettext_lazy("Who pays"), ("rename", "transfer", "split", "merge", "close")),
    (gettext_lazy("Place and meter"), ("relocate", "move_meter", "remove", "reinstall")),
    (gettext_lazy("Price and voltage"), ("tariff_class", "voltage")),
)
DOCUMENT_NAMES = dict(DOCUMENTS)


def now() -> datetime:
    return timezone.now()


def today() -> date:
    return day_of(now())


def visible_change(request: StaffRequest, pk: int) -> Change:
    """The change, or 404 outside the data scope."""
    found = (
        queries.visible_changes(request.user.scope)
        .select_related("new_customer", "new_account", "ends", "other_point", "final_bill", "unit")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def visible_point(request: StaffRequest, pk: int) -> SupplyPoint:
    """The supply point, or 404 outside the data scope."""
    found = (
        supply.in_scope(request.user.scope)
        .select_related("customer", "account", "unit")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class ShownRefusal:
    text: str
    basis: str


def shown(refusals: Iterable[Refusal]) -> list[ShownRefusal]:
    return [ShownRefusal(queries.sentence(item), item.basis) for item in refusals]
