"""Security of important customers: the list, and the facts of one supply point."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from denghuo.commerce.inspection import operations, queries
from denghuo.commerce.inspection.models import SecurityProfile, Visit
from denghuo.commerce.inspection.queries import words
from denghuo.commerce.inspection.web import forms as pages
from denghuo.commerce.inspection.web.common import REFUSED, now, visible_point
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import day_of
from denghuo.records.supply.models import Importance
from denghuo.records.supply.queries import with_terms_on

FACTS = (
    "security_load_kw", "allowed_break_seconds", "switching_mode", "approval_document", "valid_year", "contact_name",
    "contact_phone",
)  # fmt: skip
SHOWN = 200


@require("inspection.view")
@require_GET
def important(request: StaffRequest) -> HttpResponse:
    """Important customers with their sources and the last visit."""
    on = day_of(now())
    points = list(with_terms_on(queries.planning.candidates(request.user.scope, on), on)[:SHOWN])
    ids = [point.pk for point in points]
    profiles = {
        profile.supply_point_id: profile
        for profile in SecurityProfile.objects.filter(supply_point__in=ids).prefetch_related(
            "feeds", "sources"
        )
    }
    last: dict[int, Any] = {}
    for pk, at in (
        Visit.objects.filter(supply_point__in=ids, state="done")
        .order_by("done_at")
        .values_list("supply_point_id", "done_at")
    ):
        last[pk] = at
    grades = dict(Importance.choices)
    return render(
        request,
        "inspection/important.html",
        {
            "rows": [
                (
                    point,
                    grades.get(point.now_importance, ""),
                    profiles.get(point.pk),
                    [words.FAULTS[code] for code in queries.planning.emergency_faults(profiles[point.pk], on)]
                    if point.pk in profiles
                    else [],
                    last.get(point.pk),
                )
                for point in points
            ],
            "year": on.year,
        },
    )


@require("inspection.work", "inspection.plan")
@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    point = visible_point(request, pk)
    profile = queries.planning.profile_of(point.pk)
    posted = request.POST if request.method == "POST" else None
    facts = {name: getattr(profile, name) for name in (*FACTS, "version")} if profile else {}
    form = pages.ProfileForm(posted, initial=facts)
    feeds = pages.FeedSet(
        posted,
        prefix="feeds",
        initial=_initial(profile, "feeds", ("substation", "bus", "feeder", "capacity_kva")),
    )
    sources = pages.SourceSet(
        posted,
        prefix="sources",
        initial=_initial(
            profile,
            "sources",
            ("kind", "name", "capacity_kw", "start_seconds", "fuel_hours", "last_test_date"),
        ),
    )
    if posted is not None and form.is_valid() and feeds.is_valid() and sources.is_valid():
        try:
            operations.set_profile(
                supply_point=point,
                feeds=_given(feeds),
                sources=_given(sources),
                at=now(),
                actor=request.user,
                **form.cleaned_data,
            )
        except REFUSED as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The security facts are kept."))
            return redirect("inspection:important")
    bad = posted is not None
    return render(
        request,
        "inspection/profile.html",
        {
            "point": point,
            "form": form,
            "feeds": feeds,
            "sources": sources,
            "breadcrumbs": [
                (_("Important customers"), reverse("inspection:important")),
                (point.number, None),
            ],
        },
        status=422 if bad else 200,
    )


def _initial(profile: SecurityProfile | None, rows: str, names: tuple[str, ...]) -> list[dict[str, Any]]:
    return (
        [{name: getattr(row, name) for name in names} for row in getattr(profile, rows).all()]
        if profile
        else []
    )


def _given(formset: Any) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
        for form in formset.forms
        if form.has_changed() or form.initial
        if form.cleaned_data and not form.cleaned_data.get("DELETE")
    ]
