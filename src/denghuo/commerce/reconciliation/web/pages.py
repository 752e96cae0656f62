"""The board, the page of a day, the page of a difference, and what can be done on them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.banking.operations import ReceiptCannotBeMatched, ReceiptDiffers
from denghuo.commerce.ledger.operations import PeriodClosed
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Channel
from denghuo.commerce.reconciliation import operations, queries, rules
from denghuo.commerce.reconciliation.models import (
    ChannelSettlement,
    ChannelStatement,
    DayReconciliation,
    DayState,
    Difference,
    DifferenceState,
)
from denghuo.commerce.reconciliation.web.forms import BookForm, ExplainForm, SettleForm, StatementForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.money import fen
from denghuo.records.customers import queries as customers
from denghuo.records.customers.models import Account
from denghuo.records.supply.models import SupplyPoint

REFUSALS = (
    operations.DayCannotBeClosed,
    operations.DayCannotBeReconciled,
    operations.DifferenceCannotChange,
    operations.SettlementRefused,
    payments.PaymentDiffers,
    ReceiptDiffers,
    ReceiptCannotBeMatched,
    PeriodClosed,
)


def now() -> datetime:
    return timezone.now()


def today() -> date:
    return timezone.localdate()


def _visible(request: StaffRequest, rows: Any, pk: int, scope: str = "unit__code") -> Any:
    found = rows.filter(pk=pk, **{f"{scope}__startswith": request.user.scope}).first()
    if found is None:
        raise Http404
    return found


def _trail(*rest: tuple[Any, Any]) -> list[tuple[Any, Any]]:
    return [(_("Reconciliation"), reverse("reconciliation:board")), *rest]


@require("reconciliation.view")
@require_GET
def board(request: StaffRequest) -> HttpResponse:
    """Channels across, days down; ``?until=`` goes back in time."""
    try:
        until = date.fromisoformat(request.GET.get("until", ""))
    except ValueError:
        until = queries.last_day(request.user.scope, by=today()) or today() - timedelta(days=1)
    context = {
        "days": queries.board(request.user.scope, until=until),
        "channels": [str(Channel(code).label) for code in rules.READERS],
        "earlier": until - timedelta(days=14),
        "later": until + timedelta(days=14) if until < today() - timedelta(days=1) else None,
        "may_work": request.user.may("reconciliation.work"),
        "page_title": _("Reconciliation"),
    }
    return render(request, "reconciliation/board.html", context)


@require("reconciliation.work")
def upload(request: StaffRequest) -> HttpResponse:
    """A channel's file: every row is kept, and the day is compared at once."""
    initial = {"day": (today() - timedelta(days=1)).isoformat(), **request.GET.dict()}
    form = StatementForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            statement = operations.take_statement(
                channel=data["channel"],
                day=data["day"],
                body=data["file"].read(),
                file_name=data["file"].name,
                unit_id=request.user.unit_id,
                at=now(),
                actor=request.user,
            )
        except operations.StatementRefused as error:
            form.add_error("file", str(error))
        else:
            try:
                found = operations.reconcile(
                    channel=data["channel"],
                    day=data["day"],
                    unit_id=request.user.unit_id,
                    at=now(),
                    actor=request.user,
                )
            except operations.DayCannotBeReconciled as error:
                messages.error(request, str(error))
                return redirect("reconciliation:statement", statement.pk)
            return redirect("reconciliation:day", found.pk)
    context = {
        "form": form,
        "page_title": _("Bring in a channel's file"),
        "breadcrumbs": _trail((_("File"), None)),
    }
    return render(request, "reconciliation/upload.html", context, status=422 if form.errors else 200)


@require("reconciliation.view")
@require_GET
def statement_page(request: StaffRequest, pk: int) -> HttpResponse:
    statement = _visible(request, ChannelStatement.objects.select_related("unit", "uploaded_by"), pk)
    context = {
        "statement": statement,
        "errors": statement.lines.filter(kind="error").order_by("number")[:100],
        "lines": statement.lines.exclude(kind="error").order_by("number")[:100],
        "day": DayReconciliation.objects.filter(
            unit=statement.unit, channel=statement.channel, day=statement.day
        ).first(),
        "page_title": statement.file_name,
        "breadcrumbs": _trail((statement.file_name, None)),
    }
    return render(request, "reconciliation/statement.html", context)


@require("reconciliation.view")
@require_GET
def day_page(request: StaffRequest, pk: int) -> HttpResponse:
    day = _visible(request, DayReconciliation.objects.select_related("statement", "unit", "closed_by"), pk)
    may = request.user.may("reconciliation.work") and day.state != DayState.CLOSED
    settlement = None
    if day.statement is not None:
        settlement = ChannelSettlement.objects.filter(
            statement__unit=day.unit, channel=day.channel, statement__day=day.day
        ).first()
    differences = day.differences.exclude(state=DifferenceState.GONE).select_related("owner")
    context = {
        "day": day,
        "label": Channel(day.channel).label,
        "differences": differences,
        "gone": day.differences.filter(state=DifferenceState.GONE).count(),
        "may_compare": may,
        "may_upload": may,
        "may_close": may and day.state == DayState.EXPLAINED,
        "settlement": settlement,
        "expected_net": day.statement.total_fen - day.statement.fee_fen if day.statement else 0,
        "may_settle": request.user.may("reconciliation.work")
        and day.channel in rules.SETTLED_LATER
        and day.statement is not None
        and settlement is None,
        "settle_form": SettleForm(),
        "page_title": _("%(channel)s, %(day)s") % {"channel": Channel(day.channel).label, "day": day.day},
        "breadcrumbs": _trail((f"{Channel(day.channel).label} {day.day}", None)),
    }
    return render(request, "reconciliation/day.html", context)


@require("reconciliation.work")
@require_POST
def compare(request: StaffRequest, pk: int) -> HttpResponse:
    day = _visible(request, DayReconciliation.objects.all(), pk)
    try:
        operations.reconcile(
            channel=day.channel, day=day.day, unit_id=day.unit_id, at=now(), actor=request.user
        )
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Compared again."))
    return redirect("reconciliation:day", pk)


@require("reconciliation.work")
@require_POST
def close(request: StaffRequest, pk: int) -> HttpResponse:
    day = _visible(request, DayReconciliation.objects.all(), pk)
    try:
        operations.close_day(found=day, at=now(), actor=request.user)
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The day is closed."))
    return redirect("reconciliation:day", pk)


@require("reconciliation.work")
@require_POST
def settle(request: StaffRequest, pk: int) -> HttpResponse:
    """The channel's pay-out of the day has reached the bank."""
    day = _visible(request, DayReconciliation.objects.select_related("statement"), pk)
    form = SettleForm(request.POST)
    if day.statement is None or not form.is_valid():
        messages.error(request, _("Give the bank's reference and the amount."))
        return redirect("reconciliation:day", pk)
    try:
        operations.settle(
            statement=day.statement,
            bank_reference=form.cleaned_data["bank_reference"],
            net_fen=fen(form.cleaned_data["net"]),
            at=now(),
            actor=request.user,
        )
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The pay-out is booked."))
    return redirect("reconciliation:day", pk)


def _difference(request: StaffRequest, pk: int) -> Difference:
    rows = Difference.objects.select_related(
        "reconciliation", "owner", "explained_by", "requested_by", "decided_by", "payment", "booking_account"
    )
    return _visible(request, rows, pk, "reconciliation__unit__code")


@require("reconciliation.view")
@require_GET
def difference_page(request: StaffRequest, pk: int) -> HttpResponse:
    found = _difference(request, pk)
    day = found.reconciliation
    live = day.state != DayState.CLOSED
    may = request.user.may("reconciliation.work") and live and found.state == DifferenceState.OPEN
    lines = day.statement.lines.filter(external_id=found.external_id) if day.statement else []
    context = {
        "difference": found,
        "day": day,
        "lines": lines,
        "may_work": may,
        "may_book": may and found.kind == "missing_ours" and found.record == "payment",
        "may_decide": live
        and found.state == DifferenceState.BOOKING
        and request.user.may("payments.approve")
        and found.requested_by_id != request.user.pk,
        "explain_form": ExplainForm(),
        "book_form": BookForm(),
        "page_title": found.get_kind_display(),
        "breadcrumbs": _trail(
            (f"{Channel(day.channel).label} {day.day}", reverse("reconciliation:day", args=[day.pk])),
            (found.external_id, None),
        ),
    }
    return render(request, "reconciliation/difference.html", context)


def _work(request: StaffRequest, pk: int, verb: Any, done: str, **how: Any) -> HttpResponse:
    try:
        verb(difference=_difference(request, pk), at=now(), actor=request.user, **how)
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("reconciliation:difference", pk)


@require("reconciliation.work")
@require_POST
def claim(request: StaffRequest, pk: int) -> HttpResponse:
    return _work(request, pk, operations.claim, _("You look after it."))


@require("reconciliation.work")
@require_POST
def explain(request: StaffRequest, pk: int) -> HttpResponse:
    text = request.POST.get("explanation", "")[:300]
    return _work(request, pk, operations.explain, _("The difference is explained."), explanation=text)


@require("reconciliation.work")
@require_POST
def ask_booking(request: StaffRequest, pk: int) -> HttpResponse:
    """Propose to book the missing money."""
    number = request.POST.get("account", "").strip()
    account = _account(number, request.user.scope) if number else None
    if number and account is None:
        messages.error(request, _("There is no such number."))
        return redirect("reconciliation:difference", pk)
    reason = request.POST.get("reason", "")[:300]
    done = _("Another person must approve the booking.")
    return _work(request, pk, operations.ask_booking, done, account=account, reason=reason)


def _account(number: str, scope: str) -> Account | None:
    found = customers.accounts_in_scope(scope).filter(number=number).first()
    point = None if found else SupplyPoint.objects.filter(number=number, unit__code__startswith=scope).first()
    return found or (point.account if point else None)


@require("payments.approve")
@require_POST
def decide_booking(request: StaffRequest, pk: int) -> HttpResponse:
    approve = request.POST.get("decision") == "approve"
    return _work(request, pk, operations.decide_booking, _("Decided."), approve=approve)
