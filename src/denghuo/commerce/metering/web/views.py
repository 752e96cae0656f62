"""Pages of meters and metering points."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.commerce.metering import operations, queries
from denghuo.commerce.metering.models import Installation, Meter, MeteringPoint
from denghuo.commerce.metering.web import forms
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
from denghuo.records.supply.models import SupplyPoint


def meter_url(meter: Meter) -> str:
    return reverse("metering:meter", args=[meter.pk])


def _trail(*steps: tuple[Any, str | None]) -> list[dict[str, Any]]:
    return [crumb(_("Meters"), reverse("metering:meters")), *(crumb(*step) for step in steps)]


def _scope(request: HttpRequest) -> str:
    return request.user.scope  # type: ignore[union-attr]


def _meter_or_404(request: HttpRequest, pk: int) -> Meter:
    return get_object_or_404(queries.meters_in(_scope(request)), pk=pk)


def _point_or_404(request: HttpRequest, pk: int) -> MeteringPoint:
    return get_object_or_404(queries.points_in(_scope(request)), pk=pk)


@require("metering.view")
class MeterList(ListPage):
    model = Meter
    title = gettext_lazy("Meters")
    pretitle = gettext_lazy("Meter to cash")
    scope_field = "unit__code"
    keyset = ("asset_number",)
    export_name = "meters"
    create_url = reverse_lazy("metering:register")
    create_label = gettext_lazy("Register a meter")
    create_permission = "metering.edit"
    empty_title = gettext_lazy("No meters here")
    empty_text = gettext_lazy("Meters are taken into stock one by one here, or come with the installation.")
    columns = [
        Column("asset_number", gettext_lazy("Asset number"), url=meter_url),
        Column("communication_address", gettext_lazy("Communication address")),
        Column("model", gettext_lazy("Type")),
        Column("registers", gettext_lazy("Registers")),
        Column("state", gettext_lazy("State"), kind="badge"),
        Column("verification_due_date", gettext_lazy("Verification due"), kind="date", sort=True),
        Column("unit", gettext_lazy("Unit"), value="unit__name"),
        Column("factory_number", gettext_lazy("Factory number"), hidden=True),
        Column("accuracy_class", gettext_lazy("Accuracy class"), hidden=True),
        Column("phases", gettext_lazy("Phases"), kind="number", hidden=True),
    ]
    filters = [
        TextFilter(
            "q",
            gettext_lazy("Asset number or communication address"),
            lookups=("asset_number__startswith", "communication_address", "factory_number"),
        ),
        ChoiceFilter("state", gettext_lazy("State")),
        ChoiceFilter("registers", gettext_lazy("Registers")),
        DateRangeFilter("due", gettext_lazy("Verification due"), field="verification_due_date"),
        UnitFilter(field="unit__code"),
    ]

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Meter.objects.select_related("unit")


@require("metering.view")
def meter(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one meter: facts, where it hung, what it showed, its history."""
    subject = _meter_or_404(request, pk)
    installations = list(queries.installations_of(subject))
    today = timezone.localdate()
    due = subject.verification_due_date
    context = {
        "meter": subject,
        "page_title": subject.asset_number,
        "breadcrumbs": _trail((subject.asset_number, None)),
        "installations": installations,
        "current": next((one for one in installations if one.removed_date is None), None),
        "overdue": bool(due and due < today),
        "may_edit": request.user.may("metering.edit"),  # type: ignore[union-attr]
    }
    return render(request, "metering/meter.html", context)


def _small(request: HttpRequest, form: Any, **context: Any) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "metering/form.html", {"form": form, **context}, status=status)


@require("metering.edit")
def register(request: HttpRequest) -> HttpResponse:
    form = forms.MeterForm(request.POST or None, scope=_scope(request), initial={"unit": _scope(request)})
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.register_meter(**form.cleaned_data, at=timezone.now(), actor=request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            forms.add_errors(form, error)
        else:
            messages.success(request, _("Meter %(number)s is in stock.") % {"number": made.asset_number})
            return redirect(meter_url(made))
    return _small(
        request,
        form,
        page_title=_("Register a meter"),
        breadcrumbs=_trail((_("Register a meter"), None)),
        groups=[("", list(form))],
        back_url=reverse("metering:meters"),
        draft="metering-register",
    )


@require("metering.edit")
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    subject = _meter_or_404(request, pk)
    form = forms.VerifyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.verify(
            meter=subject,
            verified_date=form.cleaned_data["verified_date"],
            at=timezone.now(),
            actor=request.user,  # type: ignore[arg-type]
        )
        messages.success(request, _("The verification is recorded."))
        return redirect(meter_url(subject))
    return _small(
        request,
        form,
        page_title=_("Record a verification"),
        breadcrumbs=_trail((subject.asset_number, meter_url(subject)), (_("Verification"), None)),
        groups=[("", list(form))],
        back_url=meter_url(subject),
        draft=f"metering-verify-{pk}",
    )


@require("metering.edit")
def add_point(request: HttpRequest, supply_pk: int) -> HttpResponse:
    supply_point = get_object_or_404(
        SupplyPoint.objects.filter(unit__code__startswith=_scope(request)), pk=supply_pk
    )
    form = forms.PointForm(
        request.POST or None,
        supply_point=supply_point,
        initial={"opened_date": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.add_metering_point(
                supply_point=supply_point,
                at=timezone.now(),
                actor=request.user,  # type: ignore[arg-type]
                **form.cleaned_data,
            )
        except ValidationError as error:
            forms.add_errors(form, error)
        else:
            messages.success(request, _("Metering point %(number)s is open.") % {"number": made.number})
            return redirect("metering:point", made.pk)
    return _small(
        request,
        form,
        page_title=_("Open a metering point"),
        subject=supply_point.number,
        breadcrumbs=_trail((_("Open a metering point"), None)),
        groups=[("", list(form))],
        back_url=reverse("metering:meters"),
        draft=f"metering-point-{supply_pk}",
    )


@require("metering.view")
def point(request: HttpRequest, pk: int) -> HttpResponse:
    """One metering point: what is measured or agreed there and every meter that hung there."""
    subject = _point_or_404(request, pk)
    installations = list(subject.installations.select_related("meter").order_by("-installed_date", "-id"))
    context = {
        "point": subject,
        "page_title": subject.number,
        "breadcrumbs": _trail((subject.number, None)),
        "installations": installations,
        "current": next((one for one in installations if one.removed_date is None), None),
        "children": list(subject.children.all()),
        "may_edit": request.user.may("metering.edit"),  # type: ignore[union-attr]
    }
    return render(request, "metering/point.html", context)


def _current_or_404(request: HttpRequest, pk: int) -> Installation:
    subject = _point_or_404(request, pk)
    return get_object_or_404(subject.installations.select_related("meter"), removed_date__isnull=True)


def _point_trail(subject: MeteringPoint, title: str) -> list[dict[str, Any]]:
    return _trail((subject.number, reverse("metering:point", args=[subject.pk])), (title, None))


def _ratio_of(installation: Installation | None) -> dict[str, int]:
    if installation is None:
        return {}
    return {name: getattr(installation, name) for name in ("ct_primary_a", "ct_secondary_a", "pt_ratio")}


def _chosen_meter(
    request: HttpRequest, subject: MeteringPoint, title: str
) -> tuple[Meter | None, HttpResponse | None]:
    """The new meter named in the address, or the page that asks for it."""
    form = forms.ChooseMeterForm(
        request.GET if "asset_number" in request.GET else None, scope=_scope(request)
    )
    if form.is_bound and form.is_valid():
        return form.meter, None
    page = render(
        request,
        "metering/form.html",
        {
            "form": form,
            "method": "get",
            "page_title": title,
            "subject": subject.number,
            "hint": _("The registers of the meter decide which opening readings are needed."),
            "breadcrumbs": _point_trail(subject, title),
            "groups": [("", list(form))],
            "back_url": reverse("metering:point", args=[subject.pk]),
            "save_label": _("Continue"),
        },
        status=422 if form.is_bound else 200,
    )
    return None, page


@require("metering.edit")
def install(request: HttpRequest, pk: int) -> HttpResponse:
    subject = _point_or_404(request, pk)
    title = _("Install a meter")
    chosen, page = _chosen_meter(request, subject, title)
    if chosen is None:
        assert page is not None
        return page
    form = forms.InstallForm(
        request.POST or None, register_set=chosen.registers, initial={"on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.install(
                meter=chosen,
                point=subject,
                on=form.cleaned_data["on"],
                opening=form.registers("opening_"),
                transformers=form.transformers,
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
                actor=request.user,  # type: ignore[arg-type]
            )
        except ValidationError as error:
            forms.add_errors(form, error, "opening_")
        else:
            messages.success(request, _("The meter hangs."))
            return redirect("metering:point", pk)
    return _small(
        request,
        form,
        page_title=title,
        subject=f"{subject.number} · {chosen.asset_number}",
        breadcrumbs=_point_trail(subject, title),
        groups=[
            (_("When"), [form["on"], form["reason"]]),
            (_("Transformers"), form.transformer_fields()),
            (_("Opening registers"), form.group("opening_")),
        ],
        back_url=reverse("metering:point", args=[pk]),
        draft=f"metering-install-{pk}",
    )


@require("metering.edit")
def exchange(request: HttpRequest, pk: int) -> HttpResponse:
    """Old meter down, new meter up; both sets of registers are asked for."""
    old = _current_or_404(request, pk)
    subject, title = old.metering_point, _("Exchange the meter")
    chosen, page = _chosen_meter(request, subject, title)
    if chosen is None:
        assert page is not None
        return page
    form = forms.ExchangeForm(
        request.POST or None,
        old_set=old.meter.registers,
        new_set=chosen.registers,
        today=timezone.localdate(),
        initial=_ratio_of(old),
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.exchange(
                point=subject,
                closing=form.registers("closing_"),
                new_meter=chosen,
                opening=form.registers("opening_"),
                on=form.cleaned_data["on"],
                transformers=form.transformers,
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
                actor=request.user,  # type: ignore[arg-type]
            )
        except ValidationError as error:
            forms.add_errors(form, error, "closing_")
        else:
            messages.success(request, _("The meter is exchanged."))
            return redirect("metering:point", pk)
    return _small(
        request,
        form,
        page_title=title,
        subject=f"{old.meter.asset_number} → {chosen.asset_number}",
        breadcrumbs=_point_trail(subject, title),
        groups=[
            (_("When and why"), [form["on"], form["reason"]]),
            (_("Closing registers of the old meter"), form.group("closing_")),
            (_("Opening registers of the new meter"), form.group("opening_")),
            (_("Transformers before the new meter"), form.transformer_fields()),
        ],
        back_url=reverse("metering:point", args=[pk]),
        draft=f"metering-exchange-{pk}",
    )


@require("metering.edit")
def change_ratio(request: HttpRequest, pk: int) -> HttpResponse:
    old = _current_or_404(request, pk)
    subject, title = old.metering_point, _("Change the ratio")
    form = forms.RatioForm(
        request.POST or None,
        register_set=old.meter.registers,
        initial={"on": timezone.localdate(), **_ratio_of(old)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_ratio(
                point=subject,
                transformers=form.transformers,
                registers=form.registers("closing_"),
                on=form.cleaned_data["on"],
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
                actor=request.user,  # type: ignore[arg-type]
            )
        except ValidationError as error:
            forms.add_errors(form, error, "closing_")
        else:
            messages.success(request, _("The ratio is changed."))
            return redirect("metering:point", pk)
    return _small(
        request,
        form,
        page_title=title,
        subject=f"{subject.number} · ×{old.multiplier}",
        breadcrumbs=_point_trail(subject, title),
        groups=[
            (_("New transformers"), form.transformer_fields()),
            (_("When and why"), [form["on"], form["reason"]]),
            (_("What the meter shows at that moment"), form.group("closing_")),
        ],
        back_url=reverse("metering:point", args=[pk]),
        draft=f"metering-ratio-{pk}",
    )


@require("metering.edit")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    old = _current_or_404(request, pk)
    subject, title = old.metering_point, _("Take the meter down")
    form = forms.RemoveForm(
        request.POST or None, register_set=old.meter.registers, initial={"on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.remove(
                point=subject,
                closing=form.registers("closing_"),
                on=form.cleaned_data["on"],
                final=form.cleaned_data["final"],
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
                actor=request.user,  # type: ignore[arg-type]
            )
        except ValidationError as error:
            forms.add_errors(form, error, "closing_")
        else:
            messages.success(request, _("The meter is taken down."))
            return redirect("metering:point", pk)
    return _small(
        request,
        form,
        page_title=title,
        subject=f"{subject.number} · {old.meter.asset_number}",
        breadcrumbs=_point_trail(subject, title),
        groups=[
            (_("When and why"), [form["on"], form["reason"], form["final"]]),
            (_("Closing registers"), form.group("closing_")),
        ],
        back_url=reverse("metering:point", args=[pk]),
        draft=f"metering-remove-{pk}",
    )
