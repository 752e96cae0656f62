"""What the pages of this room share: the clock, what is visible, refusals as a page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from denghuo.commerce.disconnection import queries
from denghuo.commerce.disconnection.models import DisconnectionOrder, Step
from denghuo.commerce.disconnection.queries import words
from denghuo.commerce.disconnection.queries.orders import Outlook
from denghuo.commerce.disconnection.rules import Refusal
from denghuo.foundation.identity.web.requests import StaffRequest


def now() -> datetime:
    return timezone.now()


def visible_order(request: StaffRequest, number: str) -> DisconnectionOrder:
    """The order, or 404 outside the data scope."""
    found = queries.visible_orders(request.user.scope).filter(number=number).first()
    if found is None:
        raise Http404
    return found


def next_url(request: HttpRequest, default: str) -> str:
    """Where the form asked to go back to, if that is one of our own pages."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and safe else default


@dataclass(frozen=True)
class ShownRefusal:
    text: str
    basis: str
    allowed_from: datetime | None


def shown(refusals: Iterable[Refusal]) -> list[ShownRefusal]:
    return [ShownRefusal(words.sentence(item), item.basis, item.allowed_from) for item in refusals]


@dataclass(frozen=True)
class Row:
    """An order on the board: its next step, whether it is allowed, from when, and what is in the way."""

    order: DisconnectionOrder
    step: str
    step_label: str
    ready: bool
    allowed_from: datetime | None
    refusals: list[ShownRefusal]


def row(outlook: Outlook) -> Row:
    return Row(
        outlook.order,
        outlook.step,
        str(Step(outlook.step).label) if outlook.step else "",
        outlook.is_ready,
        outlook.allowed_from,
        shown(outlook.refusals),
    )
