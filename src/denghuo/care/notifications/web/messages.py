"""The list of messages with the state of the channels, one message, and what the test provider took."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from denghuo.care.notifications import operations, queries, rules
from denghuo.care.notifications.models import Channel, Message, MessageState, Reason
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    TextFilter,
    UnitFilter,
)
from denghuo.kernel.periods import day_of

TONES = {
    "waiting": "info", "sending": "accent", "sent": "success", "failed": "warning", "given_up": "danger",
    "suppressed": "neutral",
}  # fmt: skip
CHANNEL_DAYS = 30
PROVIDERS = {
    "smtp": pgettext_lazy("message provider", "Mail server"),
    "console": pgettext_lazy("message provider", "Log only, nothing leaves the house"),
    "test": pgettext_lazy("message provider", "Test provider, nothing leaves the house"),
}
WHY_AGAIN = {
    "no_address": gettext_lazy("The customer still has no address that a provider reaches."),
    "no_consent": gettext_lazy("The customer did not agree to such messages."),
}


def _templates(request: HttpRequest) -> list[tuple[str, Any]]:
    return [(template.code, rules.describe(template.code)) for template in rules.declared()]


@require("notifications.view")
class MessageList(ListPage):
    title = gettext_lazy("Messages to customers")
    pretitle = gettext_lazy("Customer service")
    template_name = "notifications/messages.html"
    keyset = ("-id",)
    scope_field = "unit__code"
    export_name = "messages"
    empty_title = gettext_lazy("No message yet")
    empty_text = gettext_lazy("Messages are written when something happens that a customer is told of.")
    columns = [
        Column("created_at", gettext_lazy("Written"), kind="moment", url=lambda row: reverse("notifications:message", args=[row.pk])),
        Column("template", pgettext_lazy("notifications", "Message"), value="label"),
        Column("customer", gettext_lazy("Customer"), value="customer__masked_name", url=lambda row: reverse("customers:customer", args=[row.customer_id])),
        Column("channel", gettext_lazy("Channel")),
        Column("address", gettext_lazy("Address"), value="masked_address"),
        Column("state", gettext_lazy("State"), kind="badge", tones=TONES),
        Column("reason", gettext_lazy("Reason")),
        Column("attempts", gettext_lazy("Tries"), kind="number"),
        Column("ended_at", gettext_lazy("Sent or ended"), kind="moment"),
        Column("next_try_at", gettext_lazy("Next try"), kind="moment", hidden=True),
        Column("account", gettext_lazy("Account"), value="account__number", hidden=True),
    ]  # fmt: skip
    filters = [
        TextFilter("q", gettext_lazy("Customer or account number"), lookups=("customer__number", "account__number__startswith")),
        ChoiceFilter("state", gettext_lazy("State"), choices=MessageState.choices),
        ChoiceFilter("channel", gettext_lazy("Channel"), choices=Channel.choices),
        ChoiceFilter("template", pgettext_lazy("notifications", "Message"), choices=_templates),
        ChoiceFilter("reason", gettext_lazy("Reason"), choices=Reason.choices),
        UnitFilter(),
        DateRangeFilter("created", gettext_lazy("Written"), field="created_at", instant=True),
    ]  # fmt: skip

    def queryset(self, request: StaffRequest) -> QuerySet[Message]:
        return Message.objects.select_related("customer", "account")

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        at = timezone.now()
        return {
            "channels": channels(getattr(request.user, "scope", ""), at),
            "channel_days": CHANNEL_DAYS,
        }


def channels(scope: str, at: Any) -> list[dict[str, Any]]:
    """Each channel with its provider in words."""
    found = queries.channel_states(scope=scope, since=at - timedelta(days=CHANNEL_DAYS), on=day_of(at))
    return [
        {
            "label": Channel(state.channel).label,
            "provider": PROVIDERS.get(state.provider),
            "code": state.provider,
            "state": state,
        }
        for state in found
    ]


def _message(request: StaffRequest, pk: int) -> Message:
    found = queries.visible(request.user.scope).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require("notifications.view")
def message(request: StaffRequest, pk: int) -> HttpResponse:
    """One message: what was written, to whom (masked), and what became of it."""
    found = _message(request, pk)
    stopped = found.state in (MessageState.GIVEN_UP, MessageState.SUPPRESSED)
    return render(
        request,
        "notifications/message.html",
        {
            "page_title": found.label,
            "message": found,
            "tone": TONES[found.state],
            "provider": PROVIDERS.get(found.provider, ""),
            "may_again": stopped
            and found.reason != Reason.NO_CONSENT
            and request.user.may("notifications.edit"),
        },
    )


@require("notifications.edit")
@require_POST
def again(request: StaffRequest, pk: int) -> HttpResponse:
    found = _message(request, pk)
    try:
        operations.send_again(message=found, at=timezone.now(), actor=request.user)
    except operations.CannotSendAgain as error:
        messages.error(request, str(WHY_AGAIN.get(str(error), _("It went out already, or is about to."))))
    else:
        messages.success(request, _("The message goes out with the next round."))
    return redirect("notifications:message", pk=pk)


@require("notifications.view")
def inbox(request: StaffRequest) -> HttpResponse:
    """What the test provider took: the telephone of a demonstration."""
    rows = queries.visible(request.user.scope).filter(provider="test", state=MessageState.SENT)
    return render(
        request,
        "notifications/inbox.html",
        {"page_title": _("Test inbox"), "rows": rows.order_by("-ended_at", "-id")[:100]},
    )
