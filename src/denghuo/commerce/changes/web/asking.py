"""A new change: the supply point by any number, the kinds that are open to it, and what the kind asks for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from denghuo.commerce.changes import operations, queries
from denghuo.commerce.changes.models import CustomerTransformer, Kind
from denghuo.commerce.changes.rules import kinds
from denghuo.commerce.changes.web.common import DOCUMENT_NAMES, GROUPS, now, shown, today, visible_point
from denghuo.commerce.changes.web.forms import AskForm, TransformerForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.records.supply import queries as supply


@require("changes.apply")
@require_GET
def find(request: StaffRequest) -> HttpResponse:
    """Find the supply point by any number."""
    text = request.GET.get("q", "")
    found = queries.supply_points(text, scope=request.user.scope)
    if len(found) == 1 and text.strip() in (found[0].number, found[0].account.number):
        return redirect("changes:choose", found[0].pk)
    return render(
        request,
        "changes/find.html",
        {
            "page_title": _("New change"),
            "q": text,
            "found": found,
            "breadcrumbs": [(_("Changes of supply"), reverse("changes:list")), (_("New change"), None)],
        },
    )


@require("changes.apply")
@require_GET
def choose(request: StaffRequest, point_id: int) -> HttpResponse:
    """The kinds of change: those that are open, and why the others are not."""
    point = visible_point(request, point_id)
    on = today()
    reasons = dict(queries.offers(point, today=on))
    standing = queries.standing_of(point, today=on)
    used = queries.used_days(standing.spells, on.year)
    return render(
        request,
        "changes/choose.html",
        {
            "page_title": _("New change"),
            "point": point,
            "terms": supply.terms_on(point, on),
            "groups": [
                (label, [(kind, Kind(kind).label, shown(reasons[kind])) for kind in names])
                for label, names in GROUPS
            ],
            "used_days": used,
            "limit_days": queries.figures(on).year_days,
            "units": standing.units,
            "running": queries.in_force(point),
            "breadcrumbs": _crumbs(point),
        },
    )


def _crumbs(point: Any) -> list[Any]:
    return [
        (_("Changes of supply"), reverse("changes:list")),
        (point.number, reverse("supply:supply-point", args=[point.pk])),
        (_("New change"), None),
    ]


@require("changes.apply")
def ask(request: StaffRequest, point_id: int, kind: str) -> HttpResponse:
    """What the customer asks for; a refusal says the rule, the figure and what would be allowed."""
    if kind not in kinds.KINDS:
        raise Http404
    point, on = visible_point(request, point_id), today()
    standing = queries.standing_of(point, today=on)
    terms = supply.terms_on(point, on)
    running = [change for change in queries.in_force(point) if change.kind == kinds.ENDS.get(kind)]
    first = standing.notice_date if kind in kinds.WITH_NOTICE else on
    form = AskForm(
        request.POST or None,
        kind=kind,
        point=point,
        terms=terms,
        units=standing.units,
        running=running,
        request=request,
        initial={"from_date": first},
    )
    refusals = []
    if request.method == "POST" and form.is_valid():
        try:
            change = operations.ask(
                supply_point=point, kind=kind, wished=form.wished(), at=now(), actor=request.user
            )
        except operations.ChangeRefused as error:
            refusals = shown(error.refusals)
        else:
            messages.success(request, _("The request is taken in."))
            return redirect("changes:change", change.pk)
    return render(
        request,
        "changes/ask.html",
        {
            "page_title": Kind(kind).label,
            "point": point,
            "terms": terms,
            "form": form,
            "refusals": refusals,
            "documents": [DOCUMENT_NAMES[name] for name in kinds.DOCUMENTS.get(kind, ())],
            "breadcrumbs": _crumbs(point),
        },
        status=422 if refusals or form.errors else 200,
    )


@require("changes.work", "changes.apply")
def transformers(request: StaffRequest, point_id: int) -> HttpResponse:
    """The customer's own transformers: what is sealed is whole transformers."""
    point, on = visible_point(request, point_id), today()
    form = TransformerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.register_transformer(
                supply_point=point, at=now(), actor=request.user, **form.cleaned_data
            )
        except operations.TransformerInvalid as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The transformer is registered."))
            return redirect("changes:transformers", point.pk)
    return render(
        request,
        "changes/transformers.html",
        {
            "page_title": _("Transformers of the customer"),
            "point": point,
            "terms": supply.terms_on(point, on),
            "rows": CustomerTransformer.objects.filter(supply_point=point).order_by("label"),
            "form": form,
            "breadcrumbs": [
                (_("Changes of supply"), reverse("changes:list")),
                (point.number, reverse("supply:supply-point", args=[point.pk])),
                (_("Transformers of the customer"), None),
            ],
        },
        status=422 if form.errors else 200,
    )
