"""Customer plates: choose a route or an area, print, see what was printed; look up a scanned code."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from denghuo.care.desk import operations, queries
from denghuo.care.desk.models import Plate, PlatePrint, PrintKind
from denghuo.care.desk.queries import Label
from denghuo.care.desk.rules import parameters
from denghuo.care.desk.web.common import now
from denghuo.commerce.readings.models import ReadingRoute
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.documents import pdf, qr
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    TextFilter,
    UnitFilter,
)
from denghuo.foundation.ui.navigation import crumb
from denghuo.kernel import masking
from denghuo.kernel.periods import day_of
from denghuo.records.grid.models import TransformerArea
from denghuo.records.supply.models import SupplyPoint

SHOWN = 200
SCANNERS = ("fieldwork.work", "desk.plates", "desk.serve")
REVEALED = ("name", "phone", "address")


@require("desk.plates")
@require_GET
def plates(request: StaffRequest) -> HttpResponse:
    """Routes and areas of the data scope, with a button that prints each."""
    scope = request.user.scope
    typed = request.GET.get("q", "").strip()[:40]
    routes = ReadingRoute.objects.filter(unit__code__startswith=scope)
    areas = TransformerArea.objects.filter(unit__code__startswith=scope)
    if typed:
        routes, areas = routes.filter(name__contains=typed), areas.filter(name__contains=typed)
    context = {
        "page_title": _("Customer plates"),
        "breadcrumbs": [
            crumb(pgettext("menu", "Counter"), reverse("desk:counter")),
            crumb(_("Customer plates")),
        ],
        "typed": typed,
        "routes": routes.select_related("unit").order_by("code")[:SHOWN],
        "areas": areas.select_related("unit").order_by("code")[:SHOWN],
        "prints": PlatePrint.objects.filter(unit__code__startswith=scope).select_related(
            "printed_by", "unit"
        )[:12],
    }
    return render(request, "desk/plates.html", context)


@require("desk.plates")
class PrintList(ListPage):
    title = gettext_lazy("Printed plates")
    pretitle = gettext_lazy("Customer plates")
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "printed-plates"
    empty_title = gettext_lazy("Nothing has been printed")
    empty_text = gettext_lazy("Every sheet of plates that is printed is counted here.")
    columns = [
        Column("printed_at", pgettext_lazy("plate", "Printed"), kind="moment"),
        Column("kind", pgettext_lazy("plate", "By")),
        Column("code", gettext_lazy("Code")),
        Column("name", gettext_lazy("Name")),
        Column("count", pgettext_lazy("plate", "Labels"), kind="number"),
        Column("repeated", pgettext_lazy("plate", "Printed before"), kind="number"),
        Column("printed_by", pgettext_lazy("plate", "Printed by"), value="printed_by__name"),
        Column("unit", gettext_lazy("Unit"), value="unit__name"),
    ]
    filters = [
        TextFilter("q", gettext_lazy("Code"), lookups=("code__startswith",)),
        ChoiceFilter("kind", pgettext_lazy("plate", "By"), choices=PrintKind.choices),
        DateRangeFilter("printed", pgettext_lazy("plate", "Printed"), field="printed_at", instant=True),
        UnitFilter(),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[PlatePrint]:
        return PlatePrint.objects.select_related("printed_by", "unit")


@require("desk.plates")
@require_POST
def print_plates(request: StaffRequest, kind: str, pk: int) -> HttpResponse:
    """The sheet of a route, an area or one supply point; every label is counted."""
    at = now()
    on, scope = day_of(at), request.user.scope
    unit: OrganisationUnit
    labels: list[Label]
    if kind == "route":
        route = get_object_or_404(ReadingRoute, pk=pk, unit__code__startswith=scope)
        labels, unit, code, name = queries.of_route(route, on=on), route.unit, route.code, route.name
    elif kind == "area":
        area = get_object_or_404(TransformerArea, pk=pk, unit__code__startswith=scope)
        labels, unit, code, name = queries.of_area(area, on=on), area.unit, area.code, area.name
    else:
        point = get_object_or_404(SupplyPoint, pk=pk, unit__code__startswith=scope)
        labels, unit, code, name = queries.of_point(point, on=on), point.unit, point.number, _("single")
    labels = [label for label in labels if label.point.unit_id.startswith(scope)]
    try:
        printed = operations.print_sheet(
            kind=kind,
            code=code,
            name=name,
            unit=unit,
            points=[label.point for label in labels],
            at=at,
            actor=request.user,
        )
    except operations.NothingToPrint as error:
        messages.error(request, str(error))
        return redirect("desk:plates")
    hotline = str(parameter_queries.value(parameters.HOTLINE, on=on))
    data = {
        "hotline": hotline,
        "utility": request.user.unit.parent.name if request.user.unit.parent else request.user.unit.name,
        "labels": [
            [label.point.number, label.line, label.area, qr.svg(printed.codes[label.point.pk], border=1)]
            for label in labels
        ],
    }
    body = pdf.render("desk/plates.typ", data, created_at=at)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="plates-{code}.pdf"'
    return response


def _facts(plate: Plate) -> dict[str, Any]:
    point = plate.supply_point
    return {
        "number": point.number,
        "customer": point.customer.masked_name,
        "account": point.account.number,
        "address": masking.address(point.address),
        "state": point.state,
    }


@require(*SCANNERS)
@require_GET
@never_cache
def plate(request: StaffRequest, text: str) -> HttpResponse:
    """What a scanned plate stands for: the number and masked facts; the rest is revealed for a reason."""
    try:
        found = operations.resolve(text=text, scope=request.user.scope, at=now(), actor=request.user)
    except operations.PlateUnknown as error:
        return render(request, "desk/plate_unknown.html", {"told": str(error)}, status=404)
    context = {
        "page_title": found.supply_point.number,
        "plate": found,
        "point": found.supply_point,
        "facts": _facts(found),
        "text": text,
        "fields": [(name, reverse("desk:plate-reveal", args=[text, name])) for name in REVEALED],
        "may_revoke": request.user.may("desk.plates"),
        "may_see": request.user.may("supply.view"),
        "may_reveal": request.user.may("customers.reveal"),
    }
    return render(request, "desk/plate.html", context)


@require("customers.reveal")
@require_POST
@never_cache
def reveal(request: StaffRequest, text: str, field: str) -> HttpResponse:
    """One fact in clear, for a reason; who looked and why is recorded and limited, as everywhere."""
    try:
        found = operations.resolve(text=text, scope=request.user.scope, at=now(), actor=request.user)
    except operations.PlateUnknown as error:
        return HttpResponse(escape(str(error)), status=404)
    customer, point = found.supply_point.customer, found.supply_point
    values = {"name": customer.name, "phone": customer.phone, "address": point.address}
    if field not in values:
        return HttpResponse(escape(_("There is no such field.")), status=404)
    answer, status = values[field], 200
    try:
        audit.record_view(
            subject=point if field == "address" else customer,
            fields=[field],
            reason=request.POST.get("reason", "").replace("\x00", "")[:300],
            at=now(),
            actor=request.user,
            subject_label=point.number if field == "address" else customer.number,
        )
    except audit.ReasonMissing:
        answer, status = _("Please give a reason."), 422
    except audit.QuotaUsedUp as error:
        answer, status = (
            _("You have looked at %(quota)d records today; that is the limit.") % {"quota": error.quota},
            429,
        )
    return HttpResponse(escape(answer), status=status)


@require(*SCANNERS)
@require_POST
@never_cache
def lookup(request: StaffRequest) -> HttpResponse:
    """For the field terminal: ``{"text": "DH1.…"}`` in, number and masked facts out, or 404 with the reason."""
    text: object = request.POST.get("text", "")
    if request.content_type == "application/json":
        try:
            text = json.loads(request.body or b"{}").get("text", "")
        except (ValueError, AttributeError):
            text = ""
    if not isinstance(text, str):
        text = ""
    try:
        found = operations.resolve(text=text, scope=request.user.scope, at=now(), actor=request.user)
    except operations.PlateUnknown as error:
        return JsonResponse({"detail": str(error)}, status=404)
    return JsonResponse(
        {
            "supply_point_id": found.supply_point_id,
            **_facts(found),
            "url": reverse("desk:plate", args=[text.strip().upper()]),
        }
    )


@require("desk.plates")
@require_POST
def revoke(request: StaffRequest, pk: int) -> HttpResponse:
    """The plate is lost or misused: its code opens nothing any more."""
    found = get_object_or_404(Plate, pk=pk, supply_point__unit__code__startswith=request.user.scope)
    try:
        operations.revoke(plate=found, reason=request.POST.get("reason", ""), at=now(), actor=request.user)
    except operations.PlateUnknown as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The plate is revoked; the next print makes another."))
    return redirect("desk:plates")
