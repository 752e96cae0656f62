"""The list of publications, and a grade set by hand."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    FlagFilter,
    ListPage,
    TextFilter,
)
from denghuo.foundation.ui.navigation import crumb
from denghuo.kernel.periods import day_of
from denghuo.records.customers import queries as customers
from denghuo.records.customers.models import Customer
from denghuo.records.ratings import operations, queries
from denghuo.records.ratings.models import Grade, GradeKind, Letter
from denghuo.records.ratings.web.forms import GradeForm

TONES = {"A": "accent", "B": "info", "C": "neutral", "D": "neutral"}
USUAL_DAYS = 90
SHOWN = 100


def model_name(row: Grade) -> str:
    return _("By hand") if row.by_hand else row.model


@require("ratings.view")
class GradeList(ListPage):
    title = pgettext_lazy("rating", "Grades of customers")
    pretitle = pgettext_lazy("rating", "Records")
    keyset = ("-id",)
    scope_field = "customer__unit__code"
    export_name = "grades"
    empty_title = pgettext_lazy("rating", "No grades published")
    empty_text = gettext_lazy(
        "The value, credit and importance models publish here; a supervisor may set a grade by hand from a customer's account."
    )
    columns = [
        Column("as_of", pgettext_lazy("rating", "As of"), kind="date"),
        Column(
            "number",
            gettext_lazy("Customer number"),
            value="customer__number",
            url=lambda row: reverse("ratings:customer", args=[row.customer_id]),
        ),
        Column("name", gettext_lazy("Customer"), value="customer__masked_name"),
        Column("kind", pgettext_lazy("rating", "Kind of grade")),
        Column("grade", pgettext_lazy("rating", "Grade"), kind="badge", tones=TONES),
        Column("model", pgettext_lazy("rating", "Model"), value=model_name),
        Column("evidence", pgettext_lazy("rating", "Evidence")),
        Column("expires_on", pgettext_lazy("rating", "Expires"), kind="date"),
        Column(
            "published_by", pgettext_lazy("rating", "Published by"), value="published_by__name", hidden=True
        ),
        Column("published_at", pgettext_lazy("rating", "Published"), kind="moment", hidden=True),
    ]
    filters = [
        TextFilter("q", gettext_lazy("Customer number"), lookups=("customer__number__startswith",)),
        ChoiceFilter("kind", pgettext_lazy("rating", "Kind of grade"), choices=GradeKind.choices),
        ChoiceFilter("grade", pgettext_lazy("rating", "Grade"), choices=Letter.choices),
        FlagFilter("by_hand", pgettext_lazy("rating", "Set by hand")),
        DateRangeFilter("as_of", pgettext_lazy("rating", "As of"), field="as_of"),
    ]

    def queryset(self, request: StaffRequest) -> QuerySet[Grade]:
        return Grade.objects.select_related("customer", "published_by")


@require("ratings.view")
@require_GET
def customer(request: StaffRequest, pk: int) -> HttpResponse:
    """The grades of one customer: what holds today, and everything that was published."""
    today = day_of(timezone.now())
    form = GradeForm(initial={"expires_on": today + timedelta(days=USUAL_DAYS), "kind": "importance"})
    return _page(request, _visible(request, pk), form)


@require("ratings.publish")
@require_POST
def set_by_hand(request: StaffRequest, pk: int) -> HttpResponse:
    """A grade for a reason, over the model's, until a day."""
    found, form = _visible(request, pk), GradeForm(request.POST)
    if form.is_valid():
        try:
            operations.set_by_hand(customer=found, at=timezone.now(), actor=request.user, **form.cleaned_data)
        except operations.GradeInvalid as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The grade is published."))
            return redirect("ratings:customer", pk)
    return _page(request, found, form, status=422)


def _visible(request: StaffRequest, pk: int) -> Customer:
    return get_object_or_404(customers.in_scope(request.user.scope).select_related("unit"), pk=pk)


def _page(request: StaffRequest, found: Customer, form: GradeForm, status: int = 200) -> HttpResponse:
    today = day_of(timezone.now())
    rows = list(found.grades.select_related("published_by").order_by("-as_of", "-id")[:SHOWN])
    context = {
        "customer": found,
        "live": queries.of_customer(found.pk, on=today),
        "old": set(queries.superseded(rows, on=today)),
        "rows": rows,
        "form": form,
        "may_publish": request.user.may("ratings.publish"),
        "page_title": _("Grades of %(number)s") % {"number": found.number},
        "breadcrumbs": [
            crumb(pgettext_lazy("rating", "Grades of customers"), reverse("ratings:grades")),
            crumb(found.number),
        ],
    }
    return render(request, "ratings/customer.html", context, status=status)
