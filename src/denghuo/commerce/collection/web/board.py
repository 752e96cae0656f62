"""The dunning board, the worklist and the page of a case."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.collection import operations, queries
from denghuo.commerce.collection.models import (
    ActionState,
    CaseReason,
    CaseState,
    ContactChannel,
    DunningAction,
    DunningCase,
    Protection,
)
from denghuo.commerce.collection.queries import facts
from denghuo.commerce.collection.web.common import act, form_key, now, today, visible_case
from denghuo.commerce.collection.web.forms import AssignForm, OutcomeForm, PauseForm
from denghuo.commerce.collection.web.history import happenings
from denghuo.commerce.collection.web.lists import CASE_TONES
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require

COLUMN_ROWS = 12


def _column(rows: Any, key: str, title: str, tone: str, condition: Q, query: str) -> dict[str, Any]:
    chosen = rows.filter(condition)
    return {
        "key": key,
        "title": title,
        "tone": tone,
        "sum": chosen.aggregate(count=Count("id"), fen=Sum("overdue_fen")),
        "cases": list(chosen.order_by("next_date", "-overdue_fen", "id")[:COLUMN_ROWS]),
        "url": f"{reverse('collection:cases')}?{query}",
    }


@require("collection.view")
@require_GET
def board(request: StaffRequest) -> HttpResponse:
    """Open cases in columns: by how far they are, and what rests."""
    rows = (
        DunningCase.objects.exclude(state=CaseState.CLOSED)
        .filter(unit__code__startswith=request.user.scope)
        .select_related("account__customer", "owner", "plan")
    )
    if request.GET.get("mine"):
        rows = rows.filter(owner=request.user)
    running = Q(state=CaseState.RUNNING)
    columns = [
        _column(rows, "new", _("Not begun"), "info", running & Q(taken_number=0), "state=running&taken=0"),
        _column(rows, "first", _("Step 1"), "accent", running & Q(taken_number=1), "state=running&taken=1"),
        _column(rows, "second", _("Step 2"), "accent", running & Q(taken_number=2), "state=running&taken=2"),
        _column(rows, "third", _("Step 3"), "warning", running & Q(taken_number=3), "state=running&taken=3"),
        _column(
            rows,
            "late",
            _("Step 4 and after"),
            "danger",
            running & Q(taken_number__gte=4),
            "state=running&taken=4",
        ),
        _column(rows, "promise", _("Promises"), "success", Q(reason=CaseReason.PROMISE), "reason=promise"),
        _column(
            rows,
            "resting",
            _("Resting"),
            "neutral",
            ~running & ~Q(reason=CaseReason.PROMISE),
            "state=resting",
        ),
    ]
    whole = rows.aggregate(count=Count("id"), fen=Sum("overdue_fen"))
    counts = dict(_waiting(request).order_by().values_list("channel").annotate(count=Count("id")))
    return render(
        request,
        "collection/board.html",
        {
            "page_title": _("Dunning board"),
            "columns": columns,
            "whole": whole,
            "waiting": counts,
            "hands": counts.get(ContactChannel.PHONE, 0) + counts.get(ContactChannel.VISIT, 0),
            "mine": bool(request.GET.get("mine")),
            "may_work": request.user.may("collection.work"),
            "may_run": request.user.may("collection.plans"),
        },
    )


def _waiting(request: StaffRequest) -> Any:
    return DunningAction.objects.filter(
        state=ActionState.WAITING,
        case__unit__code__startswith=request.user.scope,
        channel__in=[ContactChannel.PHONE, ContactChannel.VISIT, ContactChannel.LETTER],
    )


@require("collection.work")
@require_GET
def work(request: StaffRequest) -> HttpResponse:
    """Calls and visits to do, mine or my team's, largest debts first; made for a phone."""
    team = request.GET.get("of") == "team"
    rows = (
        _waiting(request)
        .exclude(channel=ContactChannel.LETTER)
        .select_related("case__account__customer", "case__owner", "case__plan")
    )
    mine = rows.filter(case__owner=request.user)
    shown = rows if team else mine
    channel = request.GET.get("channel", "")
    if channel in (ContactChannel.PHONE, ContactChannel.VISIT):
        shown = shown.filter(channel=channel)
    return render(
        request,
        "collection/work.html",
        {
            "page_title": _("Calls and visits"),
            "actions": list(shown.order_by("due_date", "-case__overdue_fen", "id")[:100]),
            "tabs": [
                ("mine", _("Mine"), reverse("collection:work"), mine.count()),
                ("team", _("My team's"), reverse("collection:work") + "?of=team", rows.count()),
            ],
            "current": "team" if team else "mine",
            "channel": channel,
            "today": today(),
        },
    )


@require("collection.view")
@require_GET
def case_page(request: StaffRequest, pk: int) -> HttpResponse:
    found = visible_case(request, pk)
    context = case_context(request, found)
    wanted = request.GET.get("action", "")
    context["hands"].sort(key=lambda action: str(action.pk) != wanted)
    return render(request, "collection/case.html", context)


def case_context(
    request: StaffRequest,
    found: DunningCase,
    outcome: OutcomeForm | None = None,
    pause: PauseForm | None = None,
) -> dict[str, Any]:
    on = today()
    waiting = list(found.actions.filter(state=ActionState.WAITING).order_by("due_date", "id"))
    owed = receivables.owed(found.account_id, on=on)
    taken = facts.taken_steps([found])[found.pk]
    steps = list(found.plan.steps.all()) if found.plan else []
    return {
        "case": found,
        "state_tone": CASE_TONES[found.state],
        "page_title": found.account.number,
        "owed": owed,
        "days": (on - found.due_date).days,
        "steps": [(step, taken.get(step.number)) for step in steps],
        "waiting": waiting,
        "hands": [
            action for action in waiting if action.channel in (ContactChannel.PHONE, ContactChannel.VISIT)
        ],
        "happenings": happenings(found),
        "protections": [
            str(Protection(reason).label)
            for reason in queries.protected([found.account_id], on=on).get(found.account_id, [])
        ],
        "open": found.state != CaseState.CLOSED,
        "may_work": request.user.may("collection.work"),
        "may_write_off": request.user.may("collection.write_off"),
        "outcome_form": outcome
        or OutcomeForm(initial={"key": form_key(), "promise_yuan": f"{owed.overdue_fen / 100:.2f}"}),
        "pause_form": pause or PauseForm(),
        "assign_form": AssignForm(request.user.scope, initial={"owner": found.owner_id}),
        "breadcrumbs": [(_("Dunning board"), reverse("collection:board")), (found.account.number, None)],
    }


@require("collection.work")
@require_POST
def record(request: StaffRequest, pk: int) -> HttpResponse:
    """What came of a waiting call or visit (``action``), or of one beside the plan."""
    found = visible_case(request, pk)
    form = OutcomeForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        said = {
            "outcome": data["outcome"],
            "note": data["note"],
            "promise": form.promise(),
            "actor": request.user,
            "at": now(),
        }
        action = found.actions.filter(pk=_number(request.POST.get("action", ""))).first()
        try:
            if action is not None:
                operations.record(action=action, **said)
            else:
                operations.contact(
                    case=found, channel=data["channel"] or ContactChannel.PHONE, key=data["key"], **said
                )
        except operations.ActionCannotBeRecorded as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Recorded."))
            return redirect(
                "collection:work" if request.POST.get("from") == "work" else found.get_absolute_url()
            )
    return render(request, "collection/case.html", case_context(request, found, outcome=form), status=422)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0


@require("collection.work")
@require_POST
def pause(request: StaffRequest, pk: int) -> HttpResponse:
    found = visible_case(request, pk)
    form = PauseForm(request.POST)
    if form.is_valid():
        return act(
            request,
            lambda: operations.pause(
                case=found,
                until=form.cleaned_data["until"],
                note=form.cleaned_data["note"],
                actor=request.user,
                at=now(),
            ),
            _("The case is paused."),
            back=found.get_absolute_url(),
        )
    return render(request, "collection/case.html", case_context(request, found, pause=form), status=422)


@require("collection.work")
@require_POST
def resume(request: StaffRequest, pk: int) -> HttpResponse:
    found = visible_case(request, pk)
    return act(
        request,
        lambda: operations.resume(case=found, actor=request.user, at=now()),
        _("The case goes on with the next daily run."),
        back=found.get_absolute_url(),
    )


@require("collection.work")
@require_POST
def assign(request: StaffRequest) -> HttpResponse:
    """Give the selected cases (or one) to a person; without one, back to who answers for the account."""
    ids = [int(pk) for pk in request.POST.getlist("ids") if pk.isdecimal() and len(pk) < 18][:1000]
    cases = list(DunningCase.objects.filter(pk__in=ids, unit__code__startswith=request.user.scope))
    form = AssignForm(request.user.scope, request.POST)
    owner = form.cleaned_data["owner"] if form.is_valid() else None
    changed = operations.assign(cases=cases, owner=owner, actor=request.user, at=now())
    messages.success(
        request, ngettext("%(n)s case assigned.", "%(n)s cases assigned.", changed) % {"n": changed}
    )
    if len(cases) == 1 and request.POST.get("from") == "case":
        return redirect(cases[0].get_absolute_url())
    return redirect("collection:cases")


@require("collection.plans")
@require_POST
def run_now(request: StaffRequest) -> HttpResponse:
    """Start the daily run now; what was done today is not done again."""
    started = operations.start_daily_run(on=today(), at=now(), actor=request.user, unit_id=request.user.scope)
    messages.success(request, _("The run of today has been started (%(n)s).") % {"n": started.pk})
    return redirect("collection:board")
