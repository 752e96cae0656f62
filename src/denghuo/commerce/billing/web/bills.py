"""The page of a bill: why this number, what changed, the PDF; and its reversal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.billing import operations, queries
from denghuo.commerce.billing.models import Bill, BillLine, Reversal, ReversalState
from denghuo.commerce.billing.queries import words
from denghuo.commerce.billing.queries.bills import cancellable
from denghuo.commerce.billing.queries.document import bill_document
from denghuo.commerce.billing.queries.trace import ExplainedSection, explained
from denghuo.commerce.billing.web.common import due_rule, now, today
from denghuo.commerce.billing.web.forms import ReversalForm
from denghuo.foundation.documents import pdf
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import charts
from denghuo.foundation.ui.access import require

GROUP_COLOURS = {
    "list": "@accent", "energy": "@accent", "loss": "@valley", "transmission": "@flat", "basic": "@peak",
    "system": "@deep", "fund": "@sharp",
}  # fmt: skip


def visible_bill(request: StaffRequest, number: str) -> Bill:
    """The bill, or 404 outside the data scope."""
    try:
        return queries.bill_by_number(number, visible=request.user.scope)
    except Bill.DoesNotExist as error:
        raise Http404 from error


@require("billing.view")
@require_GET
def bill_page(request: StaffRequest, number: str) -> HttpResponse:
    bill = visible_bill(request, number)
    sections = explained(bill)
    lines = [item.line for section in sections for group in section.groups for item in group.lines]
    months = queries.months_of_use([bill.account_id], until=bill.cycle, months=13)[bill.account_id]
    comparison = queries.comparison(bill, lines)
    return render(
        request,
        "billing/bill.html",
        {
            "bill": bill,
            "sections": sections,
            "page_title": _("Bill %(number)s") % {"number": bill.number},
            "average_price": _average(bill),
            "composition": _composition(sections),
            "use_chart": charts.bars(
                [month.cycle for month in months],
                {_("Energy"): [month.energy_kwh for month in months]},
                unit="kWh",
            ),
            "months": months,
            "comparison": comparison,
            "causes": [_cause(cause.code, cause.amount_fen) for cause in comparison.causes]
            if comparison
            else [],
            "reversals": list(bill.reversals.all()),
            "replacements": list(bill.replacements.exclude(state="cancelled")),
            "asked": bill.reversal_requests.filter(state=ReversalState.REQUESTED).first(),
            "exceptions": [
                (found, words.reason(found.rule))
                for found in bill.exceptions.filter(state__in=queries.WAITING_STATES).order_by("id")
            ],
            "may_reverse": request.user.may("billing.reverse") and cancellable(bill),
            "breadcrumbs": [(_("Bills"), reverse("billing:bills")), (bill.number, None)],
        },
    )


def _average(bill: Bill) -> Decimal | None:
    if not bill.energy_kwh:
        return None
    return (Decimal(bill.total_fen) / 100 / bill.energy_kwh).quantize(Decimal("0.00001"))


def _composition(sections: list[ExplainedSection]) -> dict[str, Any] | None:
    shares: dict[str, Decimal] = {}
    colours: dict[str, str] = {}
    for section in sections:
        for group in section.groups:
            if group.total_fen > 0:
                name = str(group.label)
                shares[name] = shares.get(name, Decimal(0)) + Decimal(group.total_fen) / 100
                if group.code in GROUP_COLOURS:
                    colours[name] = GROUP_COLOURS[group.code]
    return charts.ring(shares, unit=_("yuan"), colours=colours) if len(shares) > 1 else None


def _cause(code: str, amount_fen: int) -> dict[str, Any]:
    label, up, down = words.CAUSES[code]
    return {"code": code, "label": label, "text": up if amount_fen > 0 else down, "amount_fen": amount_fen}


@require("billing.view")
@require_GET
def bill_pdf(request: StaffRequest, number: str) -> HttpResponse:
    """The printed bill, one A4 page."""
    bill = visible_bill(request, number)
    body = pdf.render(
        "billing/bill.typ", {"bills": bill_document([bill])}, created_at=bill.issued_at or now()
    )
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{bill.number}.pdf"'
    return response


@require("billing.reverse")
def reverse_bill(request: StaffRequest, number: str) -> HttpResponse:
    """Preview of the effect; posting asks for the reversal."""
    bill = visible_bill(request, number)
    form = ReversalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = operations.ask_reversal(
                bill=bill,
                reason=form.cleaned_data["reason"],
                rebill=form.cleaned_data["rebill"],
                actor=request.user,
                at=now(),
            )
        except operations.BillCannotBeReversed as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Another person must now approve the reversal."))
            return redirect("billing:reversal", asked.pk)
    return render(
        request,
        "billing/reverse.html",
        {
            "bill": bill,
            "form": form,
            "effect": _effect(operations.preview(bill=bill), bill),
            "page_title": _("Reverse bill %(number)s") % {"number": bill.number},
            "breadcrumbs": [
                (_("Bills"), reverse("billing:bills")),
                (bill.number, reverse("billing:bill", args=[bill.number])),
                (_("Reverse"), None),
            ],
        },
        status=422 if form.errors else 200,
    )


def _effect(effect: operations.Effect, bill: Bill) -> dict[str, Any]:
    names = {line.component: line.component for line in BillLine.objects.filter(bill=bill).only("component")}
    for section in explained(bill):
        if section.trace:
            names.update({line.component: line.names.zh for line in section.trace.lines})
    return {
        "effect": effect,
        "lines": [
            {
                "label": " · ".join(
                    filter(
                        None,
                        (
                            str(names.get(line.component, line.component)),
                            str(_("tier %(tier)s") % {"tier": line.tier}) if line.tier else "",
                            str(words.PERIODS.get(line.tou, "")),
                        ),
                    )
                ),
                "line": line,
                "changed": line.difference_fen != 0 or line.before_quantity != line.after_quantity,
                "unit": words.UNITS.get(line.unit, ""),
            }
            for line in effect.lines
        ],
        "problems": [words.reason(problem["code"]) for problem in effect.problems],
    }


def _visible_reversal(request: StaffRequest, pk: int) -> Reversal:
    found = (
        Reversal.objects.select_related("bill__account__customer", "requested_by", "decided_by")
        .filter(pk=pk, bill__unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require("billing.view")
@require_GET
def reversal_page(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible_reversal(request, pk)
    waiting = found.state == ReversalState.REQUESTED
    return render(
        request,
        "billing/reversal.html",
        {
            "reversal": found,
            "effect": _effect(operations.Effect.from_json(found.effect), found.bill),
            "waiting": waiting,
            "own": found.requested_by_id == request.user.pk,
            "may_decide": waiting and request.user.may("billing.approve"),
            "made": Bill.objects.filter(reverses=found.bill).first(),
            "replacement": Bill.objects.filter(replaces=found.bill).exclude(state="cancelled").first(),
            "page_title": _("Reversal of bill %(number)s") % {"number": found.bill.number},
            "breadcrumbs": [(_("Reversals"), reverse("billing:reversals")), (found.bill.number, None)],
        },
    )


@require("billing.approve")
@require_POST
def decide_reversal(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible_reversal(request, pk)
    note = request.POST.get("reason", "")[:300]
    try:
        if request.POST.get("decision") == "approve":
            made = operations.approve_reversal(
                reversal=found, actor=request.user, at=now(), due_date=due_rule().of(today()), note=note
            )
            messages.success(request, _("The bill is cancelled."))
            if found.rebill and made.replacement is None:
                messages.warning(request, _("It could not be billed again: see the exceptions."))
        else:
            operations.reject_reversal(reversal=found, actor=request.user, at=now(), note=note)
            messages.success(request, _("The bill stays as it is."))
    except (operations.ReversalCannotBeDecided, operations.BillCannotBeReversed) as error:
        messages.error(request, str(error))
    return redirect("billing:reversal", pk)
