"""A new correction: whose bills and why, the right facts, the dry run, then a draft or a submission."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from denghuo.commerce.billing.models import Bill
from denghuo.commerce.corrections import operations
from denghuo.commerce.corrections.models import Reason
from denghuo.commerce.corrections.queries import words
from denghuo.commerce.corrections.rules import OUR_FAULT
from denghuo.commerce.corrections.rules.facts import Fact, FactsInvalid, SwapMeters
from denghuo.commerce.corrections.web.common import (
    book_of,
    fact_rows,
    now,
    shown,
    tariff_names,
    visible_point,
)
from denghuo.commerce.corrections.web.forms import FactsForm, StartForm, latest_bill
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.records.supply.models import SupplyPoint

CARRIED = ("factor", "energy_kwh", "from_multiplier", "to_multiplier")


@require("corrections.draft")
def start(request: StaffRequest) -> HttpResponse:
    """Step one; ``?supply_point=``, ``?account=`` or ``?bill=`` fill the number in."""
    initial = {"reason": request.GET.get("reason", Reason.WRONG_MULTIPLIER)}
    for name in ("number", "supply_point", "account", "bill"):
        if request.GET.get(name):
            initial["number"] = request.GET[name]
    form = StartForm(request.POST or None, initial=initial)
    points: list[SupplyPoint] = []
    if request.method == "POST" and form.is_valid():
        number, reason = form.cleaned_data["number"].strip(), form.cleaned_data["reason"]
        points = _points(request, number)
        cycle = _cycle(request, number)
        if not points:
            form.add_error("number", _("There is no such number in your area."))
        elif len(points) == 1:
            return redirect(_facts_url(points[0], reason, cycle, request.POST.get("carry", "")))
    return render(
        request,
        "corrections/start.html",
        {
            "form": form,
            "carry": urlencode({k: v for k, v in request.GET.items() if k in CARRIED}),
            "choices": [(point, _facts_url(point, form.cleaned_data["reason"], "")) for point in points]
            if len(points) > 1
            else [],
            "page_title": _("New correction"),
            "breadcrumbs": [
                (_("Corrections"), reverse("corrections:corrections")),
                (_("New correction"), None),
            ],
        },
        status=422 if form.errors else 200,
    )


def _facts_url(point: SupplyPoint, reason: str, cycle: str, carry: str = "") -> str:
    """The second step, with the month of a bill and the figures of a calculator filled in."""
    given = {name: value for name, value in parse_qsl(carry) if name in CARRIED}
    if cycle:
        given["first"] = cycle
    url = reverse("corrections:facts", args=[point.pk, reason])
    return f"{url}?{urlencode(given)}" if given else url


def _points(request: StaffRequest, number: str) -> list[SupplyPoint]:
    """Supply points that a number means: its own, its account's or its bill's."""
    mine = SupplyPoint.objects.filter(unit__code__startswith=request.user.scope).select_related(
        "account__customer"
    )
    for condition in (
        {"number": number},
        {"account__number": number},
        {"bill_sections__bill__number": number},
    ):
        found = list(mine.filter(**condition).distinct().order_by("number"))
        if found:
            return found
    return []


def _cycle(request: StaffRequest, number: str) -> str:
    bill = Bill.objects.filter(number=number, unit__code__startswith=request.user.scope).first()
    return bill.cycle if bill else ""


@require("corrections.draft")
def facts(request: StaffRequest, pk: int, reason: str) -> HttpResponse:
    """Step two: the facts; ``preview`` shows the dry run below, ``draft`` and ``submit`` record the correction."""
    point = visible_point(request, pk)
    if reason not in Reason.values:
        raise Http404
    names = tariff_names(book_of(point))
    form = FactsForm(point, reason, names, request.POST or None, initial=_initial(request, point, reason))
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            found = form.facts()
            _only_visible(request, found)
            wanted = request.POST.get("act", "preview")
            if wanted == "preview" and reason != Reason.THEFT:
                effect = operations.effect_of(
                    supply_point=point, facts=found, first=form.cleaned_data["first"], last=form.cleaned_data["last"]
                )  # fmt: skip
                context = {
                    **shown(effect),
                    "facts": fact_rows(found, names),
                    "reminders": sorted(
                        {str(words.REMINDERS[f.kind]) for f in found if f.kind in words.REMINDERS}
                    ),
                }
            else:
                return _record(request, form, point, reason, found, submit=wanted == "submit")
        except (FactsInvalid, operations.CorrectionRefused) as error:
            form.add_error(None, str(error))
    return render(
        request,
        "corrections/facts.html",
        {
            "form": form,
            "point": point,
            "reason": reason,
            "reason_label": Reason(reason).label,
            "theft": reason == Reason.THEFT,
            "latest": latest_bill(point),
            "page_title": _("Correct %(number)s") % {"number": point.number},
            "breadcrumbs": [
                (_("Corrections"), reverse("corrections:corrections")),
                (_("New correction"), reverse("corrections:new") + f"?number={point.number}&reason={reason}"),
                (point.number, None),
            ],
            **context,
        },
        status=422 if form.errors else 200,
    )


def _only_visible(request: StaffRequest, facts: list[Fact]) -> None:
    """A swapped meter of a customer whom this person may not see is as unknown as any other number."""
    others = [fact.other_supply_point_id for fact in facts if isinstance(fact, SwapMeters)]
    seen = SupplyPoint.objects.filter(pk__in=others, unit__code__startswith=request.user.scope).count()
    if seen != len(others):
        raise FactsInvalid(_("There is no such supply point."))


def _initial(request: StaffRequest, point: SupplyPoint, reason: str) -> dict[str, Any]:
    bill = latest_bill(point)
    last = bill.cycle if bill else ""
    initial: dict[str, Any] = {
        "first": last, "last": last, "correct_record": True, "apology": reason in OUR_FAULT,
        "in_power_factor": True, "in_loss": True, "settlement": "prepayment",
    }  # fmt: skip
    if reason in (Reason.WRONG_MULTIPLIER, Reason.OTHER):
        hanging = point.metering_points.filter(installations__removed_date__isnull=True).values_list(
            "installations__multiplier", flat=True
        )
        initial["from_multiplier"] = next((value for value in hanging if value), None)
    if reason == Reason.WRONG_TARIFF:
        initial["from_tariff"] = point.terms.order_by("-valid_from").values_list("tariff", flat=True).first()
    return initial | {name: value for name, value in request.GET.items() if value}


def _record(
    request: StaffRequest, form: FactsForm, point: SupplyPoint, reason: str, found: list[Any], *, submit: bool
) -> HttpResponse:
    data = form.cleaned_data
    made = operations.draft(
        supply_point=point,
        reason=reason,
        explanation=data["explanation"],
        document=data["document"],
        first=data["first"],
        last=data["last"],
        facts=found,
        correct_record=data.get("correct_record", False),
        settlement=data.get("settlement") or "prepayment",
        settlement_terms=form.settlement_terms(),
        apology=data.get("apology", False),
        actor=request.user,
        at=now(),
    )
    if submit and reason != Reason.THEFT:
        try:
            operations.submit(correction=made, actor=request.user, at=now())
            messages.success(request, _("Another person must now approve the correction."))
        except operations.CorrectionRefused as error:
            messages.error(request, str(error))
    else:
        messages.success(request, _("The correction is recorded."))
    return redirect("corrections:correction", made.number)
