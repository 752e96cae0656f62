"""What corrections show on the pages of other rooms, in the menu and on the workbench."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.billing.models import Bill, BillKind, BillState
from denghuo.commerce.corrections.models import CorrectedBill, Correction, CorrectionState
from denghuo.commerce.corrections.rules import parameters as figures
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameters
from denghuo.foundation.ui import extensions, formats, navigation
from denghuo.foundation.ui.extensions import NotFoundHere, SearchHit, SearchQuery, Tile, TimelineItem

ACTIONS = {
    "corrections.correction.drafted": _("Correction drafted"),
    "corrections.correction.submitted": _("Correction submitted"),
    "corrections.correction.withdrawn": _("Correction withdrawn"),
    "corrections.correction.rejected": _("Correction rejected"),
    "corrections.correction.committed": _("Correction carried out"),
    "corrections.mass.started": _("Mass correction drafted"),
    "corrections.mass.submitted": _("Mass correction submitted"),
    "corrections.mass.rejected": _("Mass correction rejected"),
    "corrections.mass.approved": _("Mass correction approved"),
    "corrections.mass.done": _("Mass correction done"),
    "metering.ratio.corrected": _("Multiplier put right in the records"),
}
PANEL_ROWS = 8


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    audit.name_fields(
        {
            "corrections.correction.difference_fen": (_("Difference (yuan)"), {}),
            "corrections.correction.bills": (_("Bills"), {}),
            "corrections.masscorrection.scope": (_("Scope"), {}),
            "corrections.masscorrection.accounts": (_("Supply points"), {}),
        }
    )
    audit.mark_sensitive("corrections.correction.committed", "corrections.mass.approved")
    parameters.name(
        {
            figures.METER_ERROR_PERIOD_FACTOR.code: (_("Share of the time counted for a meter error"), ""),
            figures.BACKBILL_CAP_MONTHS.code: (_("Most months of a correction (0 = no limit)"), _("months")),
            figures.LIMITATION_YEARS.code: (_("Limitation of what may be collected"), _("years")),
        }
    )
    _menu()
    for page in ("account", "supply_point"):
        extensions.panel(
            page,
            "corrections",
            _("Corrections"),
            "corrections/parts/panel.html",
            _panel(page),
            permission="corrections.view",
            order=45,
        )
        extensions.timeline(page, _timeline(page))
    extensions.panel(
        "bill",
        "correction",
        _("Correction"),
        "corrections/parts/bill_panel.html",
        _bill_panel,
        permission="corrections.view",
        order=20,
    )
    new = "corrections:new"
    extensions.action(
        "supply_point", _("Correct bills"), lambda point: f"{reverse(new)}?number={point.number}",
        icon="adjustments", permission="corrections.draft", order=60,
    )  # fmt: skip
    extensions.action(
        "account", _("Correct bills"), lambda account: f"{reverse(new)}?number={account.number}",
        icon="adjustments", permission="corrections.draft", order=60,
    )  # fmt: skip
    extensions.action(
        "bill",
        _("Correct this bill"),
        _correct_bill,
        icon="adjustments",
        permission="corrections.draft",
        order=60,
    )
    extensions.workbench("corrections.approve", _tile, order=42)
    extensions.search(_search, permission="corrections.view", order=60)


def _menu() -> None:
    for order, (label, url_name, icon) in enumerate(
        (
            (_("Corrections"), "corrections:corrections", "adjustments"),
            (_("Mass corrections"), "corrections:mass-list", "users"),
            (_("Correction calculators"), "corrections:calculators", "calculator"),
        )
    ):
        navigation.register(
            navigation.NavItem(
                "commerce", label, url_name, icon=icon, permission="corrections.view", order=490 + order
            )
        )


def _correct_bill(bill: Bill) -> str | None:
    if bill.state != BillState.ISSUED or bill.kind == BillKind.REVERSAL:
        return None
    return f"{reverse('corrections:new')}?number={bill.number}"


def _condition(page: str, subject: Any) -> Q:
    return Q(**{f"{page}_id": getattr(subject, "pk", subject)})


def _panel(page: str) -> Any:
    def provider(request: StaffRequest, subject: Any) -> dict[str, Any]:
        rows = list(
            Correction.objects.filter(_condition(page, subject), unit__code__startswith=request.user.scope)
            .order_by("-id")
            .only("number", "reason", "first_cycle", "last_cycle", "state", "difference_fen", "drafted_at")[
                :PANEL_ROWS
            ]
        )
        if not rows:
            raise NotFoundHere
        return {"corrections": rows}

    return provider


def _timeline(page: str) -> Any:
    def provider(subject_id: Any, before: datetime | None, limit: int) -> Iterable[TimelineItem]:
        rows = Correction.objects.filter(_condition(page, subject_id), state=CorrectionState.COMMITTED)
        if before is not None:
            rows = rows.filter(decided_at__lt=before)
        return [
            TimelineItem(
                at=row.decided_at,
                icon="adjustments",
                title=_("Bills corrected: %(reason)s") % {"reason": row.get_reason_display()},
                text=f"{row.first_cycle} – {row.last_cycle} · {formats.money(row.difference_fen)}",
                tone="warning",
                url=reverse("corrections:correction", args=[row.number]),
            )
            for row in rows.order_by("-decided_at")[:limit]
            if row.decided_at
        ]

    return provider


def _bill_panel(request: StaffRequest, bill: Bill) -> dict[str, Any]:
    """On a bill that a correction cancelled, or that took the place of one."""
    found = (
        CorrectedBill.objects.filter(Q(bill=bill) | Q(replacement=bill) | Q(reversal=bill))
        .select_related("correction", "bill", "replacement")
        .first()
    )
    if found is None:
        raise NotFoundHere
    return {"found": found, "bill": bill}


def _tile(request: StaffRequest) -> Tile | None:
    waiting = Correction.objects.filter(
        unit__code__startswith=request.user.scope, state=CorrectionState.SUBMITTED
    ).count()
    return Tile(
        title=_("Corrections to decide"),
        value=waiting,
        url=f"{reverse('corrections:corrections')}?state=submitted",
        icon="adjustments",
        tone="warning" if waiting else "accent",
    )


def _search(query: SearchQuery, scope: str) -> Iterable[SearchHit]:
    """Corrections by their whole number."""
    text = query.text.strip().upper()
    if not text.startswith("TB"):
        return
    row = (
        Correction.objects.filter(number=text, unit__code__startswith=scope)
        .select_related("account__customer")
        .first()
    )
    if row is not None:
        yield SearchHit(
            kind=_("Corrections"),
            title=row.number,
            subtitle=f"{row.get_reason_display()} · {row.account.number}",
            url=reverse("corrections:correction", args=[row.number]),
            icon="adjustments",
        )
