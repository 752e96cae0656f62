"""An order at a channel: made for an account, its page with everything that happened, asked about, closed."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.channels import operations
from denghuo.commerce.channels.models import (
    GOOD_VERDICTS,
    OrderState,
    PaymentOrder,
    Provider,
    Question,
    Verdict,
)
from denghuo.commerce.channels.rules import states
from denghuo.commerce.channels.web.common import now, phone_url, visible_order
from denghuo.commerce.channels.web.counter import refusal
from denghuo.commerce.payments.web.common import YuanField, today, visible_account
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.documents import qr
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import formats
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.extensions import TimelineItem

ANSWERS = {
    "placed": gettext_lazy("placed, the code is there"),
    "pending": gettext_lazy("not paid yet"),
    "missing": gettext_lazy("the channel does not know it yet"),
    "paid": pgettext_lazy("answer", "paid"),
    "closed": pgettext_lazy("answer", "closed"),
    "failed": gettext_lazy("the payment failed"),
    "refused": gettext_lazy("the channel refuses"),
    "unreachable": gettext_lazy("no answer"),
    "processing": gettext_lazy("on its way"),
    "not_booked": gettext_lazy("paid, but it could not be booked"),
}
_TONES = {
    "paid": "success",
    "unreachable": "warning",
    "refused": "warning",
    "not_booked": "danger",
    "closed": "neutral",
}
_ICONS = {
    Question.CREATE: "qrcode",
    Question.QUERY: "help-circle",
    Question.CLOSE: "lock",
    Question.REFUND: "receipt-refund",
    Question.QUERY_REFUND: "help-circle",
}


class NewOrderForm(forms.Form):
    provider = forms.ChoiceField(
        label=gettext_lazy("Channel"), choices=Provider.choices, widget=forms.RadioSelect
    )
    way = forms.ChoiceField(
        label=gettext_lazy("How the customer gets it"),
        choices=[
            ("code", gettext_lazy("Code to scan here, valid for minutes")),
            ("link", gettext_lazy("Link or picture to send, valid for hours")),
        ],
        widget=forms.RadioSelect,
    )
    amount = YuanField(label=gettext_lazy("Amount (yuan)"))
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)


@require("payments.take")
def new_order(request: StaffRequest, account: str) -> HttpResponse:
    """A code or a link with which a customer pays an account without coming to the till."""
    found = visible_account(request, account)
    owed = receivables.owed(found.pk, on=today())
    available = operations.available()
    form = NewOrderForm(
        request.POST or None,
        initial={
            "provider": available[0] if available else "",
            "way": "link",
            "amount": f"{owed.total_fen / 100:.2f}" if owed.total_fen > 0 else "",
            "key": secrets.token_urlsafe(18),
        },
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            order = operations.place(
                account=found,
                amount_fen=data["amount"],
                provider=data["provider"],
                product=states.product_of(data["provider"], data["way"]),
                key=f"page:{request.user.pk}:{data['key']}"[:64],
                at=now(),
                actor=request.user,
            )
        except operations.OrderImpossible as problem:
            form.add_error(None, str(problem))
        else:
            if order.state != OrderState.PENDING:
                messages.warning(request, refusal(order))
            return redirect("channels:order", order.out_trade_no)
    return render(
        request,
        "channels/new_order.html",
        {
            "account": found,
            "owed": owed,
            "form": form,
            "off": [
                (Provider(code).label, reason) for code in Provider.values if (reason := operations.standing(code))
            ],
            "page_title": _("Payment code or link"),
            "breadcrumbs": [
                (found.number, reverse("customers:account", args=[found.pk])),
                (_("Payment code or link"), None),
            ],
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


@require("channels.view")
@require_GET
def order_page(request: StaffRequest, number: str) -> HttpResponse:
    """What became of an order: facts, its code while it can be paid, every callback and every question."""
    order = visible_order(request, number)
    return render(
        request,
        "channels/order.html",
        {
            **_standing(order),
            "page_title": order.out_trade_no,
            "items": _happenings(order),
            "incidents": list(order.incidents.all()),
            "may_close": order.is_open and request.user.may("payments.take"),
            "breadcrumbs": [(_("Orders at the channels"), reverse("channels:orders")), (order.out_trade_no, None)],
        },
    )  # fmt: skip


@require("channels.view")
@require_GET
def live(request: StaffRequest, number: str) -> HttpResponse:
    """The state for a page that waits; a question that is due is asked by whoever looks first."""
    order = visible_order(request, number)
    if order.is_open and order.next_query_at is not None and order.next_query_at <= now():
        order = operations.look_up(order=order, at=now())
    if not order.is_open:
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return render(request, "channels/parts/code.html", _standing(order))


def _standing(order: PaymentOrder) -> dict[str, Any]:
    shown = order.state == OrderState.PENDING and order.code_url
    return {
        "order": order,
        "svg": qr.svg(order.code_url, scale=5) if shown else "",
        "link": order.code_url if shown and order.product in ("wap", "page", "h5") else "",
        "phone_url": phone_url(order) if shown else "",
        "over": order.is_open and order.expires_at <= now(),
    }


def _happenings(order: PaymentOrder) -> list[TimelineItem]:
    """Callbacks, questions and what they led to, newest first."""
    items = [
        TimelineItem(
            at=order.created_at,
            icon="plus",
            title=_("Order written"),
            text=order.created_by.name if order.created_by else "",
        )
    ]
    for enquiry in order.enquiries.all():
        items.append(
            TimelineItem(
                at=enquiry.asked_at,
                icon=_ICONS[Question(enquiry.question)],
                tone=_TONES.get(enquiry.answer, "info"),
                title=f"{enquiry.get_question_display()}: {ANSWERS.get(enquiry.answer, enquiry.answer)}",
                text=enquiry.detail,
            )
        )
    for note in order.notifications.all():
        good = note.verdict in GOOD_VERDICTS
        items.append(
            TimelineItem(
                at=note.received_at,
                icon="bell" if good else "alert-triangle",
                tone="success" if note.verdict == Verdict.ACCEPTED else "neutral" if good else "danger",
                title=_("Callback: %(verdict)s") % {"verdict": note.get_verdict_display()},
                text=note.error,
            )
        )
    if order.payment is not None:
        items.append(
            TimelineItem(
                at=order.payment.received_at,
                icon="coin",
                tone="success",
                title=_("Payment %(number)s booked") % {"number": order.payment.number},
                text=_("%(amount)s yuan, value date %(day)s")
                % {"amount": formats.money(order.amount_fen), "day": order.payment.value_date},
                url=reverse("payments:payment", args=[order.payment.number]),
            )
        )
    return sorted(items, key=lambda item: item.at, reverse=True)


@require("channels.view")
@require_POST
def query_now(request: StaffRequest, number: str) -> HttpResponse:
    """Ask the channel at once, also about an order that has ended."""
    order = visible_order(request, number)
    before = order.state
    found = operations.look_up(order=order, at=now(), wanted=True)
    last = found.enquiries.order_by("-id").first()
    said = ANSWERS.get(last.answer, last.answer) if last else ""
    if found.state == OrderState.PAID and before != found.state:
        messages.success(request, _("The channel says: paid. The payment is booked."))
    else:
        messages.info(request, _("The channel says: %(answer)s.") % {"answer": said})
    return redirect("channels:order", number)


@require("payments.take")
@require_POST
def close_order(request: StaffRequest, number: str) -> HttpResponse:
    """The customer will not pay this order any more."""
    found = operations.close(order=visible_order(request, number), at=now(), actor=request.user)
    if found.state == OrderState.CLOSED:
        messages.success(request, _("The order is closed."))
    elif found.state == OrderState.PAID:
        messages.success(request, _("The customer had paid already: the payment is booked."))
    else:
        messages.warning(request, _("The channel did not answer. It is asked again."))
    return redirect("channels:order", number)
