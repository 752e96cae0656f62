"""What billing shows on the pages of lower rooms, in the menu, on the workbench and in the search."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.commerce.billing import queries
from denghuo.commerce.billing.models import Bill, BillState, Reversal, ReversalState
from denghuo.commerce.billing.queries.components import component_names
from denghuo.commerce.billing.web import workbench
from denghuo.commerce.ledger import queries as ledger
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import extensions, formats, navigation
from denghuo.foundation.ui.extensions import Counter, SearchHit, SearchQuery, Tile, TimelineItem
from denghuo.kernel.identifiers import NumberKind, classify

PANEL_BILLS = 13
ACTIONS = {
    "billing.run.started": gettext_lazy("Billing run started"),
    "billing.run.approved": gettext_lazy("Bills approved"),
    "billing.run.discarded": gettext_lazy("Billing run taken back"),
    "billing.bills.issued": gettext_lazy("Bills issued"),
    "billing.bill.reversed": gettext_lazy("Bill reversed"),
    "billing.reversal.asked": gettext_lazy("Reversal asked for"),
    "billing.reversal.rejected": gettext_lazy("Reversal rejected"),
    "billing.exception.claimed": gettext_lazy("Billing exception taken"),
    "billing.exception.released": gettext_lazy("Billing exception released"),
    "billing.exception.reread_asked": gettext_lazy("Re-read asked for"),
    "billing.exception.bill_again": gettext_lazy("Bill taken back to be billed again"),
    "billing.gate.changed": gettext_lazy("Gate rule changed"),
    "billing.print.started": gettext_lazy("Print of bills started"),
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    audit.name_fields(
        {
            "billing.billingrun.scope": (gettext_lazy("Scope"), {}),
            "billing.billingrun.bills": (gettext_lazy("Bills"), {}),
            "billing.billingrun.bill_ids": (gettext_lazy("Internal numbers of the bills"), {}),
            "billing.billingrun.total_fen": (gettext_lazy("Amount (yuan)"), {}),
            "billing.billingrun.due_date": (gettext_lazy("Due date"), {}),
        }
    )
    audit.mark_sensitive(
        "billing.bill.reversed", "billing.exception.released", "billing.gate.changed", "billing.run.discarded"
    )
    for order, (label, url_name, icon) in enumerate(
        (
            (gettext_lazy("Billing runs"), "billing:runs", "report-money"),
            (gettext_lazy("Billing exceptions"), "billing:exceptions", "alert-octagon"),
            (gettext_lazy("Bills"), "billing:bills", "receipt"),
            (gettext_lazy("Reversals"), "billing:reversals", "arrow-back-up"),
            (gettext_lazy("Print bills"), "billing:prints", "printer"),
            (gettext_lazy("Plausibility gate"), "billing:gate", "adjustments"),
        )
    ):
        navigation.register(
            navigation.NavItem(
                "commerce", label, url_name, icon=icon, permission="billing.view", order=300 + order
            )
        )
    for page in ("customer", "account", "supply_point"):
        extensions.panel(
            page,
            "bills",
            gettext_lazy("Bills"),
            "billing/parts/bills_panel.html",
            PANELS[page],
            permission="billing.view",
            order=30,
        )
        extensions.timeline(page, TIMELINES[page])
    extensions.counter("customer", _customer_counter)
    extensions.workbench("billing.release", _exceptions_tile, order=20)
    extensions.workbench("billing.approve", _approve_tile, order=21)
    extensions.workbench("billing.issue", _issue_tile, order=22)
    extensions.search(_search, permission="billing.view", order=40)
    workbench.register()
    ledger.link_documents(
        {
            "billing.billingrun": lambda posting: reverse("billing:run", args=[posting.document_id]),
            "billing.bill": _bill_of_posting,
        }
    )
    ledger.link_numbers(_bill_url)
    ledger.ask_for_details(component_names)


def _bill_of_posting(posting: Any) -> str | None:
    number = Bill.objects.filter(pk=posting.document_id).values_list("number", flat=True).first()
    return _bill_url(number or "")


def _bill_url(number: str) -> str | None:
    return reverse("billing:bill", args=[number]) if classify(number) is NumberKind.BILL else None


def _of_customer(customer: Any) -> Q:
    return Q(account__customer_id=getattr(customer, "pk", customer))


def _of_account(account: Any) -> Q:
    return Q(account_id=getattr(account, "pk", account))


def _of_supply_point(point: Any) -> Q:
    return Q(sections__supply_point_id=getattr(point, "pk", point))


CONDITIONS = {"customer": _of_customer, "account": _of_account, "supply_point": _of_supply_point}


def _newest(page: str, subject: Any) -> list[Bill]:
    """What the counter and the panel of one page both show, asked once."""
    if not hasattr(subject, "_newest_bills"):
        subject._newest_bills = list(
            Bill.objects.filter(CONDITIONS[page](subject))
            .select_related("account")
            .order_by("-cycle", "-id")[:PANEL_BILLS]
        )
    return subject._newest_bills


def _panel(page: str) -> Any:
    def provider(request: StaffRequest, subject: Any) -> dict[str, Any]:
        bills = [bill for bill in _newest(page, subject) if bill.unit_id.startswith(request.user.scope)]
        number = getattr(subject, "number", "")
        more = f"{reverse('billing:bills')}?q={number}" if page != "customer" else ""
        return {"bills": bills, "more_url": more}

    return provider


def _timeline(page: str) -> Any:
    def provider(subject_id: Any, before: datetime | None, limit: int) -> Iterable[TimelineItem]:
        bills = Bill.objects.filter(CONDITIONS[page](subject_id), issued_at__isnull=False)
        if before is not None:
            bills = bills.filter(issued_at__lt=before)
        return [_happening(bill) for bill in bills.order_by("-issued_at")[:limit]]

    return provider


PANELS = {page: _panel(page) for page in CONDITIONS}
TIMELINES = {page: _timeline(page) for page in CONDITIONS}


def _happening(bill: Bill) -> TimelineItem:
    reversal = bill.kind == "reversal"
    title = _("Bill of %(cycle)s reversed") if reversal else _("Bill of %(cycle)s issued")
    return TimelineItem(
        at=bill.issued_at or datetime.combine(bill.period_end, time(), UTC),
        icon="arrow-back-up" if reversal else "receipt",
        tone="warning" if reversal else "accent",
        title=title % {"cycle": bill.cycle},
        text=_("%(energy)s kWh, %(amount)s yuan, due %(due)s")
        % {
            "energy": formats.energy(bill.energy_kwh),
            "amount": formats.money(bill.total_fen),
            "due": bill.due_date,
        },
        url=reverse("billing:bill", args=[bill.number]),
    )


def _customer_counter(customer: Any) -> Iterable[Counter]:
    shown = (
        bill
        for bill in _newest("customer", customer)
        if bill.state == BillState.ISSUED and bill.kind != "reversal"
    )
    last = next(shown, None)
    if last is None:
        return []
    return [
        Counter(
            _("Last bill"),
            formats.money(last.total_fen),
            url=reverse("billing:bill", args=[last.number]),
            hint=last.cycle,
        )
    ]


def _exceptions_tile(request: StaffRequest) -> Tile | None:
    waiting = queries.open_exceptions(request.user.scope).aggregate(
        count=Count("id"), fen=Sum("money_at_risk_fen")
    )
    money, count = waiting["fen"] or 0, waiting["count"]
    return Tile(
        title=_("Billing exceptions"),
        value=count,
        hint=_("%(amount)s yuan at risk") % {"amount": formats.money(money)} if count else _("All decided"),
        url=f"{reverse('billing:exceptions')}?state=waiting",
        icon="alert-triangle",
        tone="warning" if count else "success",
    )


def _approve_tile(request: StaffRequest) -> Tile | None:
    drafts = Bill.objects.filter(unit__code__startswith=request.user.scope, state=BillState.DRAFT).exclude(
        run__created_by=request.user
    )
    reversals = Reversal.objects.filter(
        bill__unit__code__startswith=request.user.scope, state=ReversalState.REQUESTED
    ).exclude(requested_by=request.user)
    asked = reversals.count()
    return Tile(
        title=_("Bills to approve"),
        value=drafts.count(),
        hint=_("%(n)s reversals wait too") % {"n": asked} if asked else "",
        url=reverse("billing:runs"),
        icon="clipboard-check",
    )


def _issue_tile(request: StaffRequest) -> Tile | None:
    approved = Bill.objects.filter(
        unit__code__startswith=request.user.scope, state=BillState.APPROVED
    ).count()
    return Tile(title=_("Bills to issue"), value=approved, url=reverse("billing:runs"), icon="send")


def _search(query: SearchQuery, scope: str) -> Iterable[SearchHit]:
    """Bills by their whole number."""
    if query.number is not NumberKind.BILL:
        return
    found = (
        Bill.objects.filter(number=query.text, unit__code__startswith=scope)
        .select_related("account__customer")
        .first()
    )
    if found is not None:
        yield SearchHit(
            kind=gettext_lazy("Bills"),
            title=found.number,
            subtitle=f"{found.cycle} · {found.account.number} · {formats.money(found.total_fen)}",
            url=reverse("billing:bill", args=[found.number]),
            icon="receipt",
        )
