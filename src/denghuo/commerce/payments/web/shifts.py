"""A clerk's shift and its cash-up (日结)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.ledger.operations.posting import PeriodClosed
from denghuo.commerce.payments import operations, queries, rules
from denghuo.commerce.payments.models import Shift, ShiftState
from denghuo.commerce.payments.web.common import now
from denghuo.commerce.payments.web.forms import CountForm, ShiftForm
from denghuo.commerce.payments.web.receipts import utility_of
from denghuo.foundation.documents import pdf
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


@require("payments.cash_up")
def my_shift(request: StaffRequest) -> HttpResponse:
    """Open a shift; where one is open, go to it."""
    found = queries.open_shift_of(request.user)
    if found is not None:
        return redirect("payments:shift", found.pk)
    kept = queries.expected_fen(request.user)
    form = ShiftForm(request.POST or None, initial={"float_fen": f"{kept / 100:.2f}"})
    if request.method == "POST" and form.is_valid():
        try:
            operations.open_shift(clerk=request.user, float_fen=form.cleaned_data["float_fen"], at=now())
        except (operations.ShiftCannotBeOpened, PeriodClosed) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your shift is open."))
            return redirect("payments:cashier")
    return render(
        request,
        "payments/open_shift.html",
        {
            "form": form,
            "kept_fen": kept,
            "last": Shift.objects.filter(clerk=request.user).first(),
            "page_title": _("Open my shift"),
            "breadcrumbs": [(_("Cash-ups"), reverse("payments:shifts")), (_("Open my shift"), None)],
        },
        status=422 if form.errors else 200,
    )


def _visible(request: StaffRequest, pk: int) -> Shift:
    found = (
        Shift.objects.select_related("clerk", "unit", "confirmed_by", "posting")
        .filter(pk=pk, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require("payments.view")
@require_GET
def shift_page(request: StaffRequest, pk: int) -> HttpResponse:
    """Running totals by channel while it is open; counted against expected afterwards."""
    return _page(request, _visible(request, pk), CountForm())


def _page(request: StaffRequest, shift: Shift, form: CountForm) -> HttpResponse:
    own = shift.clerk_id == request.user.pk
    expected = shift.expected_fen if shift.expected_fen is not None else queries.expected_fen(shift.clerk)
    counts = rules.counts_of(shift.counts)
    return render(
        request,
        "payments/shift.html",
        {
            "shift": shift,
            "totals": queries.totals_of(shift),
            "expected_fen": expected,
            "difference_fen": None
            if shift.counted_fen is None
            else rules.difference_fen(expected, shift.counted_fen),
            "kept_fen": (shift.counted_fen or 0) - (shift.deposited_fen or 0),
            "form": form,
            "lines": [
                (value, form[f"d{value}"], _note_name(value), counts.get(value, 0))
                for value in rules.DENOMINATIONS_FEN
            ],
            "may_count": own and shift.state == ShiftState.OPEN and request.user.may("payments.cash_up"),
            "may_confirm": not own
            and shift.state == ShiftState.COUNTED
            and request.user.may("payments.confirm_cash_up"),
            "baskets": queries.baskets_of(shift),
            "page_title": _("Shift of %(name)s, %(day)s")
            % {"name": shift.clerk.name, "day": f"{shift.business_date:%Y-%m-%d}"},
            "breadcrumbs": [(_("Cash-ups"), reverse("payments:shifts")), (str(shift.pk), None)],
        },
        status=422 if form.errors else 200,
    )


def _note_name(denomination_fen: int) -> str:
    """How people call a note or a coin."""
    if denomination_fen >= 100:
        return _("%(n)s yuan") % {"n": denomination_fen // 100}
    return _("%(n)s jiao") % {"n": denomination_fen // 10}


@require("payments.cash_up")
@require_POST
def count(request: StaffRequest, pk: int) -> HttpResponse:
    """Close the till with what is in it."""
    shift = _visible(request, pk)
    form = CountForm(request.POST)
    if form.is_valid():
        try:
            operations.count_shift(
                shift=shift,
                counts=form.counts(),
                deposit_fen=form.cleaned_data["deposit_fen"] or 0,
                note=form.cleaned_data["note"],
                at=now(),
                actor=request.user,
            )
        except (operations.ShiftCannotBeCounted, rules.CountInvalid) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The till is counted. Another person must confirm it."))
            return redirect("payments:shift", pk)
    return _page(request, shift, form)


@require("payments.confirm_cash_up")
@require_POST
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """Accept the cash-up, or let the clerk count again."""
    shift = _visible(request, pk)
    try:
        if request.POST.get("decision") == "confirm":
            operations.confirm_shift(shift=shift, at=now(), actor=request.user)
            messages.success(request, _("The cash-up is confirmed and booked."))
        else:
            reason = request.POST.get("reason", "")[:300]
            operations.send_back(shift=shift, reason=reason, at=now(), actor=request.user)
            messages.success(request, _("The clerk counts again."))
    except (operations.ShiftCannotBeConfirmed, PeriodClosed) as error:
        messages.error(request, str(error))
    return redirect("payments:shift", pk)


@require("payments.view")
@require_GET
def sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """The cash-up sheet, one A4 page."""
    shift = _visible(request, pk)
    if shift.counted_fen is None or shift.expected_fen is None:
        raise Http404
    body = pdf.render("payments/cash_up.typ", _sheet(shift), created_at=shift.counted_at)
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="cash-up-{shift.pk}.pdf"'
    return response


@translation.override("zh-hans")
def _sheet(shift: Shift) -> dict[str, Any]:
    totals = queries.totals_of(shift)
    assert shift.counted_fen is not None and shift.expected_fen is not None
    return {
        "utility": utility_of(shift.unit_id),
        "shift": shift.pk,
        "clerk": shift.clerk.name,
        "unit": shift.unit.name,
        "business_date": f"{shift.business_date:%Y-%m-%d}",
        "state": str(shift.get_state_display()),
        "opened": f"{localtime(shift.opened_at):%Y-%m-%d %H:%M}",
        "counted_at": f"{localtime(shift.counted_at):%Y-%m-%d %H:%M}" if shift.counted_at else "",
        "rows": [{**row, "label": str(row["label"])} for row in totals.rows()],
        "refunds": totals.refunds,
        "refunds_fen": totals.refunds_fen,
        "counts": [
            {"label": _note_name(value), "pieces": pieces, "fen": value * pieces}
            for value, pieces in rules.counts_of(shift.counts).items()
        ],
        "float_fen": shift.float_fen,
        "expected_fen": shift.expected_fen,
        "counted_fen": shift.counted_fen,
        "difference_fen": rules.difference_fen(shift.expected_fen, shift.counted_fen),
        "deposited_fen": shift.deposited_fen or 0,
        "note": shift.note,
        "confirmed_by": shift.confirmed_by.name if shift.confirmed_by else "",
        "confirmed_at": f"{localtime(shift.confirmed_at):%Y-%m-%d}" if shift.confirmed_at else "",
    }
