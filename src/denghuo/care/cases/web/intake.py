"""Take a matter in: one page, in under a minute."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from denghuo.care.cases import operations, queries
from denghuo.care.cases.models import CaseKind, Outcome, Topic
from denghuo.care.cases.queries import Caller
from denghuo.care.cases.web.common import now
from denghuo.care.cases.web.forms import IntakeForm, tree
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import day_of
from denghuo.records.customers import queries as customers
from denghuo.records.supply import queries as supply

ANSWERED_AT_ONCE = (CaseKind.ENQUIRY, CaseKind.REQUEST)


def _chosen(request: StaffRequest, who: str) -> Caller | None:
    """The customer (and supply point) that ``customer-point`` names, inside the data scope."""
    left, _dash, right = who.partition("-")
    if not left.isdecimal():
        return None
    scope = request.user.scope
    person = customers.in_scope(scope).filter(pk=int(left)).first()
    if person is None:
        return None
    point = None
    if right.isdecimal():
        point = (
            supply.in_scope(scope)
            .filter(pk=int(right), customer=person)
            .select_related("account", "customer", "unit")
            .first()
        )
    terms = supply.terms_on(point, day_of(now())) if point else None
    return Caller(person, point, terms.area if terms else None)


def _about(request: StaffRequest, caller: Caller | None, kind: str, phone: str) -> dict[str, Any]:
    """What a clerk must know before taking it in: the last matters, and what may be the same."""
    at, scope = now(), request.user.scope
    matters = queries.last_matters(
        customer_id=caller.customer.pk if caller else None, phone=phone, scope=scope
    )
    doubles = queries.doubles(
        kind=kind,
        supply_point_id=caller.point.pk if caller and caller.point else None,
        area_id=caller.area.pk if caller and caller.area else None,
        scope=scope,
        at=at,
    )
    return {
        "caller": caller,
        "matters": matters,
        "repeat": queries.is_repeat_caller(matters, at=at),
        "doubles": doubles,
        "now": at,
    }


@require("cases.intake")
@require_GET
def find(request: StaffRequest) -> HttpResponse:
    """The fragment below the search field: who may be calling."""
    text = request.GET.get("q", "")[:60]
    found = queries.callers(text, scope=request.user.scope, on=day_of(now()))
    return render(request, "cases/parts/callers.html", {"callers": found, "query": text})


@require("cases.intake")
@require_GET
def about(request: StaffRequest) -> HttpResponse:
    """The fragment beside the form once somebody is chosen or the kind changes."""
    caller = _chosen(request, request.GET.get("who", ""))
    kind = request.GET.get("kind", "")
    phone = request.GET.get("caller_phone", "")
    return render(request, "cases/parts/about.html", _about(request, caller, kind, phone))


@require("cases.intake")
@require_GET
def topics(request: StaffRequest) -> HttpResponse:
    """The options of the topic field for a kind."""
    kind = request.GET.get("kind", "")
    rows = Topic.objects.filter(is_active=True, kind=kind).order_by("code")
    groups = [
        (label, below) if isinstance(below, list) else ("", [(label, below)]) for label, below in tree(rows)
    ]
    return render(request, "cases/parts/topics.html", {"groups": groups})


@require("cases.intake")
def new(request: StaffRequest) -> HttpResponse:
    """The page of a call. It works without a known customer, and with the keyboard alone."""
    who = request.POST.get("who") or request.GET.get("who", "")
    caller = _chosen(request, who)
    if request.method == "POST":
        form = IntakeForm(request.POST)
        if form.is_valid():
            try:
                case = _take(request, form.cleaned_data, caller)
            except operations.CaseRefused as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request,
                    _("%(number)s is taken in; you answer for it to its end.") % {"number": case.number},
                )
                return redirect("cases:case", case.pk)
        kind = request.POST.get("kind", "")
    else:
        kind = request.GET.get("kind", CaseKind.ENQUIRY)
        kind = kind if kind in CaseKind.values else str(CaseKind.ENQUIRY)
        channel = "counter" if request.user.unit.kind == "hall" else "phone"
        form = IntakeForm(
            kind=kind,
            initial={
                "key": uuid4().hex,
                "kind": kind,
                "channel": channel,
                "text": request.GET.get("text", "")[:2000],
                "caller_phone": request.GET.get("phone", "")[:20],
            },
        )
    return render(
        request,
        "cases/new.html",
        {
            "page_title": _("Take a matter in"),
            "form": form,
            "kind": kind,
            "who": who,
            **_about(request, caller, kind, form["caller_phone"].value() or ""),
        },
        status=422 if form.errors else 200,
    )


def _take(request: StaffRequest, data: dict[str, Any], caller: Caller | None) -> Any:
    at = now()
    case = operations.receive(
        kind=data["kind"],
        topic=data["topic"],
        text=data["text"],
        channel=data["channel"],
        caller_name=data["caller_name"],
        caller_phone=data["caller_phone"],
        address=data["address"],
        external_number=data["external_number"],
        occurred_at=data["occurred_at"],
        key=data["key"] or None,
        customer=caller.customer if caller else None,
        supply_point=caller.point if caller else None,
        area=caller.area if caller else None,
        at=at,
        actor=request.user,
    )
    if data["answer"].strip() and case.kind in ANSWERED_AT_ONCE and case.replied_at is None:
        operations.reply(
            case=case, answer=data["answer"], outcome=Outcome.EXPLAINED, at=at, actor=request.user
        )
    return case
