"""Everything that happened in a case, newest first: steps, messages, promises, payments, who changed it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from denghuo.commerce.collection.models import (
    ActionState,
    ContactChannel,
    DunningAction,
    DunningCase,
    Outcome,
    PromiseState,
)
from denghuo.commerce.payments.models import Payment, PaymentState
from denghuo.foundation.calendars.rules import BEIJING
from denghuo.foundation.ui.extensions import TimelineItem
from denghuo.foundation.ui.formats import money

ICONS = {
    ContactChannel.SMS: "message",
    ContactChannel.APP: "device-mobile",
    ContactChannel.PHONE: "phone",
    ContactChannel.LETTER: "mail",
    ContactChannel.VISIT: "map-pin",
}
GOOD = (Outcome.DELIVERED, Outcome.PROMISED, Outcome.SAYS_PAID)
BAD = (Outcome.REFUSED, Outcome.FAILED, Outcome.MOVED_AWAY, Outcome.WRONG_NUMBER)


def happenings(case: DunningCase) -> list[TimelineItem]:
    """The timeline of a case."""
    found = [
        TimelineItem(
            at=case.opened_at,
            icon="flag",
            tone="info",
            title=_("Case opened"),
            text=_("Overdue since %(day)s") % {"day": case.due_date},
        )
    ]
    if case.closed_at:
        found.append(
            TimelineItem(
                at=case.closed_at,
                icon="circle-check",
                tone="success",
                title=_("Case closed"),
                text=case.get_reason_display(),
            )
        )
    actions = case.actions.select_related("done_by", "message").order_by("id")
    found += [_action(action) for action in actions]
    found += _promises(case)
    found += _payments(case)
    return sorted(found, key=lambda item: item.at, reverse=True)


def _action(action: DunningAction) -> TimelineItem:
    tone = "neutral"
    if action.outcome in GOOD:
        tone = "success"
    elif action.outcome in BAD:
        tone = "danger"
    elif action.state == ActionState.WAITING:
        tone = "warning"
    step = _("step %(n)s") % {"n": action.number} if action.number else _("beside the plan")
    words = [
        action.get_outcome_display() if action.outcome else action.get_state_display(),
        action.done_by.name if action.done_by else "",
        action.note,
    ]
    return TimelineItem(
        at=action.done_at or action.created_at,
        icon=ICONS[ContactChannel(action.channel)],
        tone=tone,
        title=f"{action.get_channel_display()} · {step}",
        text=" · ".join(str(word) for word in words if word),
    )


def _promises(case: DunningCase) -> list[TimelineItem]:
    found = []
    for promise in case.promises.select_related("taken_by"):
        text = _("%(amount)s yuan by %(day)s") % {
            "amount": money(promise.amount_fen),
            "day": promise.promised_date,
        }
        found.append(
            TimelineItem(
                at=promise.made_at, icon="user-check", tone="info", title=_("Promise to pay"), text=text
            )
        )
        if promise.judged_at:
            kept = promise.state == PromiseState.KEPT
            found.append(
                TimelineItem(
                    at=promise.judged_at,
                    icon="check" if kept else "x",
                    tone="success" if kept else "danger",
                    title=_("Promise kept") if kept else _("Promise broken"),
                    text=text,
                )
            )
    return found


def _payments(case: DunningCase) -> list[TimelineItem]:
    first = datetime.combine(case.opened_date - timedelta(days=1), time(), BEIJING)
    until = case.closed_at + timedelta(days=1) if case.closed_at else None
    rows = Payment.objects.filter(Q(received_at__gte=first), account_id=case.account_id)
    if until is not None:
        rows = rows.filter(received_at__lt=until)
    return [
        TimelineItem(
            at=payment.received_at,
            icon="cash",
            tone="success" if payment.state == PaymentState.RECEIVED else "danger",
            title=_("Payment received")
            if payment.state == PaymentState.RECEIVED
            else _("Payment, reversed since"),
            text=f"{money(payment.amount_fen)} · {payment.get_channel_display()}",
        )
        for payment in rows.order_by("-id")[:50]
    ]
