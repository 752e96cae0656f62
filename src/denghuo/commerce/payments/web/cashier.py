"""The counter (收费台): number ↵ amount ↵ F2 cash / F3 code ↵ → receipt."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.ledger.operations.posting import PeriodClosed
from denghuo.commerce.payments import operations, queries
from denghuo.commerce.payments.web import codes
from denghuo.commerce.payments.web.common import NotAnAmount, now, today, typed_fen
from denghuo.foundation.documents import qr
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.records.customers import queries as customers
from denghuo.records.customers.models import Account

MOST_ROWS = 50
REFUSALS = (
    operations.NoOpenShift,
    operations.BasketImpossible,
    operations.BasketDiffers,
    operations.PaymentDiffers,
    PeriodClosed,
)


@require("payments.take")
@require_GET
def cashier(request: StaffRequest) -> HttpResponse:
    """The till. Rows come and go in the browser, which also makes the key of the basket."""
    shift = queries.open_shift_of(request.user)
    return render(
        request,
        "payments/cashier.html",
        {
            "page_title": _("Counter"),
            "shift": shift,
            "totals": queries.totals_of(shift) if shift else None,
            "providers": codes.providers(),
            "first": request.GET.get("q", "")[:40],
        },
    )


def _visible(request: StaffRequest, ids: list[str]) -> list[Account]:
    wanted = [int(text) for text in ids if text.isdecimal() and len(text) < 19]
    found = (
        customers.accounts_in_scope(request.user.scope).select_related("customer").in_bulk(wanted[:MOST_ROWS])
    )
    if len(found) < len(set(ids)):
        raise Http404
    return [found[key] for key in dict.fromkeys(wanted)]


@require("payments.take")
@require_GET
def find(request: StaffRequest) -> HttpResponse:
    """What a typed number names: one account as a row, several to choose from; ``account`` asks for one by its id."""
    if ids := request.GET.getlist("account"):
        accounts = _visible(request, ids)
        rows = [queries.standing_of(account, on=today()) for account in accounts]
        return render(request, "payments/parts/till_rows.html", {"rows": rows})
    typed = request.GET.get("q", "")[:40]
    accounts = queries.accounts_named(typed, scope=request.user.scope)
    if len(accounts) == 1:
        row = queries.standing_of(accounts[0], on=today())
        return render(request, "payments/parts/till_rows.html", {"rows": [row]})
    return render(
        request,
        "payments/parts/till_choices.html",
        {
            "typed": typed,
            "choices": [(account, queries.standing_of(account, on=today())) for account in accounts],
        },
        status=200 if accounts else 404,
    )


def _rows(request: StaffRequest) -> list[operations.BasketRow]:
    """The rows of the basket as posted.

    Raises:
        NotAnAmount: an amount that is none.
    """
    accounts = _visible(request, request.POST.getlist("account"))
    return [
        operations.BasketRow(account, typed_fen(request.POST.get(f"amount-{account.pk}", "")))
        for account in accounts
    ]


def _refused(text: str) -> JsonResponse:
    return JsonResponse({"error": text}, status=422)


@require("payments.take")
@require_POST
def take(request: StaffRequest) -> HttpResponse:
    """Book the basket; the same key again leads to the same receipt."""
    data = request.POST
    try:
        rows = _rows(request)
        tendered = typed_fen(data["tendered"]) if data.get("tendered", "").strip() else None
    except NotAnAmount as error:
        return _refused(_("“%(text)s” is not an amount in yuan.") % {"text": str(error)[:40]})
    channel = data.get("channel", "")
    cheque = None
    if channel == "cheque":
        cheque = operations.ChequeFacts(
            data.get("cheque_number", "").strip()[:20],
            data.get("cheque_bank", "").strip()[:60],
            data.get("cheque_drawer", "").strip()[:80],
        )
    key = data.get("key", "")
    if not 8 <= len(key) <= 64:
        return _refused(_("The page has no key. Load it again."))
    try:
        basket = operations.take(
            key=key,
            rows=rows,
            channel=channel,
            at=now(),
            actor=request.user,
            tendered_fen=tendered if channel == "cash" else None,
            reference=data.get("reference", "").strip()[:60] if channel == "card" else "",
            cheque=cheque,
            payer=data.get("payer", "").strip()[:80],
        )
    except REFUSALS as error:
        return _refused(str(error))
    return JsonResponse({"receipt": reverse("payments:receipt", args=[basket.number])})


@require("payments.take")
@require_POST
def code(request: StaffRequest) -> HttpResponse:
    """Show the code that the customer scans; the channel books the money, the page waits for it."""
    try:
        provider = codes.provider_of(request.POST.get("channel", ""))
    except LookupError as error:
        raise Http404 from error
    try:
        rows = _rows(request)
    except NotAnAmount as error:
        return _refused(_("“%(text)s” is not an amount in yuan.") % {"text": str(error)[:40]})
    if len(rows) != 1 or rows[0].amount_fen <= 0:
        return _refused(_("A code is for one account: leave one row with an amount."))
    if queries.open_shift_of(request.user) is None:
        return _refused(_("Open your shift first."))
    try:
        made = provider.start(
            account=rows[0].account,
            amount_fen=rows[0].amount_fen,
            key=request.POST.get("key", "")[:64],
            actor=request.user,
            at=now(),
        )
    except codes.CodeRefused as error:
        return _refused(str(error))
    return render(
        request,
        "payments/parts/till_code.html",
        {"code": made, "svg": qr.svg(made.text, scale=5), "provider": provider, "row": rows[0]},
    )


@require("payments.take")
@require_GET
def code_state(request: StaffRequest, channel: str, reference: str) -> HttpResponse:
    """Whether the customer has paid; the page goes on to the payment as soon as it is there."""
    try:
        answer = codes.provider_of(channel).look(reference)
    except LookupError as error:
        raise Http404 from error
    body: dict[str, Any] = {"state": answer.state, "reason": answer.reason}
    if answer.payment is not None:
        if not answer.payment.unit_id.startswith(request.user.scope):
            raise Http404
        body["receipt"] = reverse("payments:payment", args=[answer.payment.number]) + "?new=1"
    return JsonResponse(body)
