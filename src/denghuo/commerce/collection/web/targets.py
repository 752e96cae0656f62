"""Recovery targets: set, tracked month by month, assessed quarter by quarter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.collection import operations
from denghuo.commerce.collection.models import AssessmentRow, DebtAge, RecoveryAssessment
from denghuo.commerce.collection.queries import recovery
from denghuo.commerce.collection.rules import recovery as rules
from denghuo.commerce.collection.web.common import act, form_page, now, submitted, today
from denghuo.commerce.collection.web.forms import TargetForm
from denghuo.commerce.collection.web.lists import COLLECTION
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import charts
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import ChoiceFilter, Column, ListPage
from denghuo.kernel.periods import Cycle


def percent(ppm: int | None) -> str:
    """999500 → 99.95 %; cut off, never rounded up."""
    return "–" if ppm is None else f"{Decimal(ppm) / 10_000:.2f} %"


def _month(request: StaffRequest) -> Cycle:
    try:
        return Cycle.parse(request.GET.get("month", ""))
    except ValueError:
        return Cycle.of(today())


def _line(name: str, amounts: rules.Amounts, target: int, *, indent: int = 0) -> dict[str, Any]:
    rate = rules.rate_ppm(amounts)
    short = max(0, -((amounts.received_fen * 1_000_000 - amounts.receivable_fen * target) // 1_000_000))
    return {
        "name": name,
        "indent": indent,
        "receivable_fen": amounts.receivable_fen,
        "received_fen": amounts.received_fen,
        "rate": percent(rate),
        "target": percent(target),
        "short_fen": short,
        "met": rate is None or rate >= target,
    }


def _table(places: Any, given: recovery.Targets, scope: str, age: str) -> list[dict[str, Any]]:
    """The bureau, its units, and in each the persons: every level adds up to the one above it."""
    units = dict(OrganisationUnit.objects.values_list("pk", "name"))
    people = dict(Staff.objects.values_list("pk", "name"))
    mine = {place: amounts for place, amounts in places.items() if place.age == age}
    lines = [_line(units.get(scope, scope), recovery.total(mine), given.of_unit(scope, age))]
    for unit, amounts in sorted(recovery.by_unit(mine, age).items()):
        lines.append(_line(units.get(unit, unit), amounts, given.of_unit(unit, age), indent=1))
        inside = sorted(
            ((p, a) for p, a in mine.items() if p.unit_id == unit), key=lambda item: -item[1].receivable_fen
        )
        for place, part in inside:
            name = people.get(place.staff_id, "") if place.staff_id else _("Nobody")
            lines.append(_line(name, part, given.of_person(place.staff_id, unit, age), indent=2))
    return lines


@require("collection.view")
@require_GET
def tracking(request: StaffRequest) -> HttpResponse:
    """What was received of what was receivable, up to the end of a month."""
    month, scope = _month(request), request.user.scope
    found = recovery.movements(month, scope=scope)
    places = recovery.standing(found, until=str(month))
    months = [str(Cycle(month.year, number)) for number in range(1, month.month + 1)]
    goals_of = recovery.targets_of([Cycle.parse(one) for one in months])
    given = goals_of[str(month)]
    blocks = []
    for age in DebtAge:
        lines = _table(places, given, scope, age)
        rates = recovery.rates_by_month(found, months, age)
        goals = [goals_of[one].of_unit(scope, age) for one in months]
        blocks.append(
            {
                "age": age,
                "title": age.label,
                "whole": lines[0],
                "lines": lines,
                "gap_fen": recovery.decomposition(places, given, scope, age),
                "chart": charts.lines(
                    months,
                    {
                        pgettext("recovery", "Rate"): [
                            None if r is None else Decimal(r) / 10_000 for r in rates
                        ],
                        pgettext("recovery", "Target"): [Decimal(goal) / 10_000 for goal in goals],
                    },
                    unit="%",
                    dashed=(pgettext("recovery", "Target"),),
                ),
            }
        )
    return render(
        request,
        "collection/targets.html",
        {
            "page_title": _("Recovery targets"),
            "month": str(month),
            "before": str(month.shifted(-1)),
            "after": str(month.shifted(1)),
            "blocks": blocks,
            "may_set": request.user.may("collection.targets"),
            "assessments": RecoveryAssessment.objects.filter(unit__code__startswith=scope).select_related(
                "unit", "made_by", "confirmed_by"
            )[:8],
            "quarter": _last_quarter(today()),
        },
    )


def _last_quarter(on: date) -> str:
    return rules.quarter_of(Cycle.of(on).shifted(-3).first)


@require("collection.targets")
def set_target(request: StaffRequest) -> HttpResponse:
    form = TargetForm(
        request.user.scope,
        request.POST or None,
        initial={"month": str(_month(request)), "unit": request.user.scope, "rate": "99.95"},
    )

    def save(data: dict) -> Any:
        return operations.set_target(
            month=data["month"], age=data["age"], unit=data["unit"], staff=data["staff"],
            rate=data["rate"] / 100, actor=request.user, at=now(),
        )  # fmt: skip

    made = submitted(form, save)
    if made is not None:
        messages.success(request, _("Saved."))
        return redirect(f"{reverse('collection:targets')}?month={made.month}")
    return form_page(
        request, form, title=_("Set a target"), save=_("Save"), back=reverse("collection:targets"),
        note=_("A person's own target holds before that of the unit, a station's before that of the bureau."),
    )  # fmt: skip


@require("collection.targets")
@require_POST
def assess(request: StaffRequest) -> HttpResponse:
    """Compute a quarter (anew)."""
    unit = OrganisationUnit.objects.get(pk=request.user.scope)
    quarter = request.POST.get("quarter", "")
    try:
        made = operations.assess_quarter(quarter=quarter, unit=unit, actor=request.user, at=now())
    except (operations.AssessmentCannotChange, rules.QuarterInvalid) as error:
        messages.error(
            request,
            str(error)
            if isinstance(error, operations.AssessmentCannotChange)
            else _("A quarter is written as in 2026-Q2."),
        )
        return redirect("collection:targets")
    return redirect("collection:assessment", made.pk)


def _visible(request: StaffRequest, pk: int) -> RecoveryAssessment:
    found = (
        RecoveryAssessment.objects.select_related("unit", "made_by", "confirmed_by")
        .filter(pk=pk, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _points(row: AssessmentRow) -> str:
    return f"{Decimal(row.points) / 100:.2f}"


@require("collection.view")
class AssessmentPage(ListPage):
    """The rows of an assessment as a list, so that the export is what is shown."""

    pretitle = COLLECTION
    keyset = ("id",)
    export_name = "recovery-assessment"
    title = gettext_lazy("Assessment of a quarter")
    template_name = "collection/assessment.html"
    columns = [
        Column(
            "staff",
            pgettext_lazy("duty", "Person"),
            value=lambda row: row.staff.name if row.staff else gettext_lazy("Nobody"),
        ),
        Column("age", gettext_lazy("Debts")),
        Column("receivable", gettext_lazy("Receivable (yuan)"), kind="money", value="receivable_fen"),
        Column("received", gettext_lazy("Received (yuan)"), kind="money", value="received_fen"),
        Column("rate", pgettext_lazy("recovery", "Rate"), value=lambda row: percent(row.rate_ppm)),
        Column("target", pgettext_lazy("recovery", "Target"), value=lambda row: percent(row.target_ppm)),
        Column("points", gettext_lazy("Points"), value=_points),
        Column("reward", gettext_lazy("Reward (yuan)"), kind="money", value="reward_fen"),
    ]
    filters = [ChoiceFilter("age", gettext_lazy("Debts"), choices=DebtAge.choices)]

    def queryset(self, request: StaffRequest) -> Any:
        return AssessmentRow.objects.filter(assessment=_visible(request, self.kwargs["pk"])).select_related(
            "staff"
        )

    def extra_context(self, request: Any) -> dict[str, Any]:
        found = _visible(request, self.kwargs["pk"])
        totals = recovery.assessment_totals(found.rows.all())
        return {
            "assessment": found,
            "page_title": _("Assessment of %(quarter)s") % {"quarter": found.quarter},
            "totals": [
                (DebtAge(age).label, amounts, percent(rules.rate_ppm(amounts)))
                for age, amounts in sorted(totals.items())
            ],
            "own": found.made_by_id == request.user.pk,
            "may_confirm": request.user.may("collection.targets") and found.confirmed_at is None,
            "breadcrumbs": [(_("Recovery targets"), reverse("collection:targets")), (found.quarter, None)],
        }


@require("collection.targets")
@require_POST
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    return act(
        request,
        lambda: operations.confirm_assessment(assessment=found, actor=request.user, at=now()),
        _("Confirmed and locked."),
        back=reverse("collection:assessment", args=[pk]),
    )
