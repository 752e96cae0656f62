"""One debt: its late fee day by day, what was waived, disputes; and asking for either."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.receivables import operations, queries, rules
from denghuo.commerce.receivables.models import DisputeHold, PlanState, Receivable, WaiverReason, WaiverState
from denghuo.commerce.receivables.queries.late_fees import FAR, LateFeeBasis
from denghuo.commerce.receivables.rules import parameters
from denghuo.commerce.receivables.web.common import (
    cashier_url,
    day_from,
    document_url,
    now,
    today,
    visible_receivable,
)
from denghuo.commerce.receivables.web.forms import DisputeForm, OutcomeForm, WaiverForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import charts
from denghuo.foundation.ui.access import require

CHART_DAYS = 400


@dataclass(frozen=True)
class SpanRow:
    """One line of the day-by-day table."""

    span: rules.Span
    per_day_yuan: Decimal
    amount_yuan: Decimal
    cumulative_yuan: Decimal
    permille: Decimal
    basis: str


@require("receivables.view")
@require_GET
def late_fee(request: StaffRequest, pk: int) -> HttpResponse:
    """The late fee of a debt, day by day; ``?on=`` asks what it would be on another day."""
    item = visible_receivable(request, pk)
    if item.principal_id is not None:
        return redirect("receivables:late-fee", item.principal_id)
    on = day_from(request.GET.get("on", ""), today())
    (basis,) = queries.late_fee_bases([item])
    fee = basis.accrued(on)
    allocations = list(item.allocations.select_related("posting"))
    return render(
        request,
        "receivables/late_fee.html",
        {
            "item": item,
            "fee": fee,
            "on": on,
            "what_if": on != today(),
            "open_that_day": open_on_day(basis, on),
            "rows": span_rows(fee.spans, item),
            "rounded_up_to_minimum": bool(fee.spans) and fee.total_fen == basis.minimum_fen > 0,
            "free": free_rows(item, on),
            "payment_day_counts": basis.payment_day_counts,
            "chart": late_fee_chart(fee.spans, on),
            "allocations": allocations,
            "fees": list(item.late_fees.order_by("id")),
            "waivers": list(item.waivers.select_related("requested_by", "decided_by")),
            "disputes": list(item.disputes.select_related("opened_by", "closed_by")),
            "plans": list(item.plans.all()),
            "document_url": document_url(item),
            "pay_url": cashier_url(item.account) if item.open_fen else "",
            "may_waive": _may_waive(request, item),
            "may_dispute": request.user.may("receivables.dispute")
            and item.open_fen > 0
            and not item.disputed,
            "may_close": request.user.may("receivables.dispute"),
            "is_energy": item.kind == "energy",
            "page_title": _("Late fee of %(number)s") % {"number": item.document_number},
            "breadcrumbs": _crumbs(item, (_("Late fee"), None)),
        },
    )


def _may_waive(request: StaffRequest, item: Receivable) -> bool:
    return (
        request.user.may("receivables.waive")
        and item.kind == "energy"
        and item.cancelled_at is None
        and item.due_date < today()
    )


def _crumbs(item: Receivable, *more: tuple[Any, str | None]) -> list[tuple[Any, str | None]]:
    return [
        (_("Arrears"), reverse("receivables:arrears")),
        (item.account.number, reverse("customers:account", args=[item.account_id])),
        *more,
    ]


def open_on_day(basis: LateFeeBasis, on: date) -> int:
    """What of the debt is open at the end of ``on``, by the value dates of what is known today."""
    return basis.receivable.amount_fen - sum(fen for day, fen in basis.paid if day <= on)


def span_rows(spans: Iterable[rules.Span], item: Receivable) -> list[SpanRow]:
    """The spans with what they add up to, exact to a hundredth of a fen."""
    rows = []
    total = Fraction(0)
    for span in spans:
        total += span.amount
        rows.append(
            SpanRow(
                span,
                _yuan(span.open_fen * Fraction(span.rate)),
                _yuan(span.amount),
                _yuan(total),
                (span.rate * 1000).normalize(),
                _basis(item, span),
            )
        )
    return rows


def _yuan(exact_fen: Fraction) -> Decimal:
    fen = Decimal(exact_fen.numerator) / Decimal(exact_fen.denominator)
    return (fen / 100).quantize(Decimal("0.0001"))


def _basis(item: Receivable, span: rules.Span) -> str:
    if item.payer_class == "residential":
        figure, why = parameters.RATE_RESIDENTIAL, _("residential")
    elif span.start.year == item.due_date.year:
        figure, why = parameters.RATE_OTHER, _("same year")
    else:
        figure, why = parameters.RATE_CROSS_YEAR, _("over the year end")
    return f"{figure.basis} · {why}"


def late_fee_chart(spans: list[rules.Span], on: date) -> dict[str, Any] | None:
    """The late fee as it grows, one point a day (a year at most)."""
    if not spans:
        return None
    first = max(spans[0].start, on - timedelta(days=CHART_DAYS))
    days, grown = [], []
    total = sum((span.amount for span in spans if span.end < first), Fraction(0))
    day = first
    while day <= on:
        for span in spans:
            if span.start <= day <= span.end:
                total += span.open_fen * Fraction(span.rate)
        days.append(day)
        grown.append(_yuan(total))
        day += timedelta(days=1)
    return charts.lines(days, {_("Late fee"): grown}, unit=_("yuan"), area=True)


def free_rows(item: Receivable, on: date) -> list[dict[str, Any]]:
    """Days on which the late fee did not run, and why."""
    rows: list[dict[str, Any]] = []
    for waiver in item.waivers.filter(state=WaiverState.APPROVED):
        rows.append(
            {
                "first": waiver.from_date,
                "last": waiver.to_date,
                "why": _("Waived: %(reason)s") % {"reason": waiver.get_reason_display()},
                "url": reverse("receivables:waiver", args=[waiver.pk]),
            }
        )
    for hold in item.disputes.all():
        last = hold.closed_date - timedelta(days=1) if hold.closed_date else None
        if last is None or last >= hold.opened_date:
            rows.append({"first": hold.opened_date, "last": last, "why": _("Under dispute"), "url": ""})
    ran = item.plans.filter(
        free_of_late_fee=True, state__in=[PlanState.ACTIVE, PlanState.KEPT, PlanState.BROKEN]
    )
    for plan in ran:
        rows.append(
            {
                "first": plan.agreed_date,
                "last": plan.ended_date - timedelta(days=1) if plan.ended_date else None,
                "why": _("Instalment plan free of late fee"),
                "url": reverse("receivables:plan", args=[plan.pk]),
            }
        )
    return sorted(rows, key=lambda row: row["first"] or FAR)


@require("receivables.waive")
def ask_waiver(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose days, see the effect, ask. ``preview`` only shows."""
    item = visible_receivable(request, pk)
    if item.principal_id is not None:
        return redirect("receivables:ask-waiver", item.principal_id)
    (basis,) = queries.late_fee_bases([item])
    first = item.due_date + timedelta(days=1)
    initial = {"from_date": first, "to_date": max(today(), first)}
    form = WaiverForm(request.POST or None, initial=initial)
    effect = None
    if request.method == "POST" and form.is_valid():
        days = (form.cleaned_data["from_date"], form.cleaned_data["to_date"])
        if "preview" in request.POST:
            if days[0] <= days[1]:
                effect = queries.waiver_effect(item, *days, on=today())
        else:
            try:
                asked = operations.ask_waiver(
                    receivable=item, **form.cleaned_data, actor=request.user, at=now()
                )
            except operations.WaiverRefused as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Another person must now approve the waiver."))
                return redirect("receivables:waiver", asked.pk)
    elif request.method == "GET":
        effect = queries.waiver_effect(item, initial["from_date"], initial["to_date"], on=today())
    return render(
        request,
        "receivables/ask_waiver.html",
        {
            "item": item,
            "form": form,
            "effect": effect,
            "charged_to": basis.charged_to if basis.charged_fen else None,
            "reasons": WaiverReason.choices,
            "page_title": _("Waive late fee of %(number)s") % {"number": item.document_number},
            "breadcrumbs": _crumbs(
                item, (_("Late fee"), reverse("receivables:late-fee", args=[pk])), (_("Waive"), None)
            ),
        },
        status=422 if form.errors else 200,
    )


@require("receivables.dispute")
def open_dispute(request: StaffRequest, pk: int) -> HttpResponse:
    item = visible_receivable(request, pk)
    form = DisputeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            hold = operations.open_dispute(
                receivable=item, reason=form.cleaned_data["reason"], actor=request.user, at=now()
            )
        except operations.DisputeRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The debt is held until the dispute is closed."))
            return redirect("receivables:late-fee", hold.receivable_id)
    return render(
        request,
        "receivables/dispute.html",
        {
            "item": item,
            "form": form,
            "page_title": _("Dispute about %(number)s") % {"number": item.document_number},
            "breadcrumbs": _crumbs(item, (_("Dispute"), None)),
        },
        status=422 if form.errors else 200,
    )


@require("receivables.dispute")
@require_POST
def close_dispute(request: StaffRequest, pk: int) -> HttpResponse:
    hold = DisputeHold.objects.filter(
        pk=pk, receivable__account__unit__code__startswith=request.user.scope
    ).first()
    if hold is None:
        raise Http404
    form = OutcomeForm(request.POST)
    try:
        outcome = form.cleaned_data["outcome"] if form.is_valid() else ""
        operations.close_dispute(hold=hold, outcome=outcome, actor=request.user, at=now())
        messages.success(request, _("The dispute is closed."))
    except operations.DisputeRefused as error:
        messages.error(request, str(error))
    return redirect("receivables:late-fee", hold.receivable_id)
