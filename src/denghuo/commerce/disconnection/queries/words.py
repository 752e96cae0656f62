"""Refusals in words: what was expected, why, and when the obstacle ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from denghuo.commerce.collection.models import Protection
from denghuo.commerce.disconnection.models import ApprovalLevel, NoticeKind, OrderState
from denghuo.commerce.disconnection.rules import Refusal
from denghuo.foundation.calendars.queries import HOLIDAY_LABELS
from denghuo.foundation.ui import formats
from denghuo.records.customers.models import SpecialCare
from denghuo.records.supply.models import Importance

REFUSALS: Mapping[str, Any] = {
    "nothing_overdue": gettext_lazy("Nothing is overdue that is not under dispute."),
    "not_overdue_long_enough": gettext_lazy(
        "The debt was due on %(due)s: supply may be stopped only when it is overdue for more than %(days)s days."
    ),
    "not_demanded": gettext_lazy("No demand for payment is known to have reached the customer."),
    "demand_too_fresh": gettext_lazy(
        "Payment was demanded on %(demanded)s: the customer has %(days)s days to pay."
    ),
    "disputed": gettext_lazy("A bill of this account is under dispute."),
    "instalment_plan": gettext_lazy("An instalment plan is running."),
    "protected": gettext_lazy("The customer is on the protected list: %(why)s."),
    "special_care": gettext_lazy("The customer is protected by special care: %(care)s."),
    "wrong_state": gettext_lazy("The order stands at “%(state)s”; this step does not follow."),
    "not_approved": gettext_lazy("It is not approved."),
    "approval_not_yet": gettext_lazy("The stop is approved for %(from)s to %(to)s only."),
    "approval_over": gettext_lazy("The approval ended on %(to)s; it must be asked for again."),
    "no_notice": gettext_lazy(
        "The written notice has not been delivered; it must be, %(days)s days beforehand."
    ),
    "notice_running": gettext_lazy("The notice was delivered on %(delivered)s: %(days)s days must pass."),
    "notice_stale": gettext_lazy("The notice is older than %(days)s days; deliver it again."),
    "no_authority_copy": gettext_lazy(
        "An important customer (%(importance)s): the power administration must have a copy of the notice."
    ),
    "not_important": gettext_lazy("The customer is no important customer; no copy is needed."),
    "no_second_notice": gettext_lazy(
        "The second notice has not been given; it must be, %(minutes)s minutes beforehand."
    ),
    "second_notice_running": gettext_lazy("After the second notice %(minutes)s minutes must pass."),
    "second_notice_stale": gettext_lazy(
        "The second notice has lapsed: supply must be stopped within %(minutes)s minutes. Give it again."
    ),
    "calendar_unknown": gettext_lazy("The holidays of %(year)s are not known here; enter them first."),
    "holiday": gettext_lazy("A statutory holiday: %(holiday)s."),
    "eve": gettext_lazy("The eve of a statutory holiday: %(holiday)s."),
    "weekend": gettext_lazy("A day of rest."),
    "closed_day": gettext_lazy("The bureau cuts nobody off on this day: %(why)s."),
    "night": gettext_lazy("Homes are not cut off between %(from)s and %(until)s."),
    "still_owed": gettext_lazy("%(fen)s yuan are still overdue."),
    "own_proposal": gettext_lazy("Another person must decide: you proposed it."),
    "level": gettext_lazy("This one is approved by: %(level)s."),
    "no_reason": gettext_lazy("Give the reason."),
    "no_window": gettext_lazy("Say for which days the stop is approved."),
    "window_over": gettext_lazy("The days for which it would be approved are over: %(to)s."),
    "no_evidence": gettext_lazy("The proof is incomplete: %(field)s is missing."),
    "delivered_later": gettext_lazy("The time of delivery lies in the future."),
    "recorded_too_late": gettext_lazy("A delivery is recorded within %(hours)s hours."),
    "delivered_before_approval": gettext_lazy("The notice was delivered before the approval."),
    "no_supply": gettext_lazy("No supply point of this account is in use."),
    "no_switch": gettext_lazy("There is no remote switch; a crew must go there."),
    "needs_the_chain": gettext_lazy("Only an emergency or confirmed theft is stopped without notice."),
    "no_report_due": gettext_lazy("No report is due."),
}

FIELDS: Mapping[str, Any] = {
    "method": gettext_lazy("how it was delivered"),
    "recipient": gettext_lazy("to whom"),
    "evidence": gettext_lazy("signature, photo or document number"),
    "reason": gettext_lazy("reason"),
}


def _day(value: Any) -> str:
    return formats.day(date.fromisoformat(str(value)))


def _moment(value: Any) -> str:
    return formats.moment(datetime.fromisoformat(str(value)))


def _care(value: Any) -> str:
    """Codes of protections, in words where they are known."""
    labels = {**dict(Protection.choices), **dict(SpecialCare.choices)}
    return "、".join(str(labels.get(code, code)) for code in str(value).split())


_DETAILS: Mapping[str, Callable[[Any], str]] = {
    "due": _day,
    "demanded": _day,
    "to": _day,
    "delivered": _moment,
    "why": _care,
    "care": _care,
    "state": lambda value: str(OrderState(value).label) if value else pgettext("disconnection", "no order"),
    "importance": lambda value: str(Importance(value).label),
    "level": lambda value: str(ApprovalLevel(value).label),
    "field": lambda value: str(FIELDS.get(value, value)),
    "holiday": lambda value: str(HOLIDAY_LABELS.get(value, value)),
    "fen": lambda value: formats.money(int(value)),
}


def sentence(refusal: Refusal) -> str:
    """What a clerk reads."""
    text = str(REFUSALS.get(refusal.code, refusal.code))
    shown = {}
    for name, value in refusal.detail.items():
        show = _DETAILS.get(name, str)
        if name == "from":
            show = str if ":" in str(value) else _day
        shown[name] = show(value)
    text = text % shown if shown else text
    if refusal.allowed_from is not None:
        text += " " + _("Allowed from %(when)s.") % {"when": formats.moment(refusal.allowed_from)}
    return text


def as_plain(refusal: Refusal) -> dict[str, Any]:
    """For JSON."""
    return {
        "code": refusal.code,
        "basis": refusal.basis,
        "detail": dict(refusal.detail),
        "allowed_from": refusal.allowed_from.isoformat() if refusal.allowed_from else None,
    }


def from_plain(value: Mapping[str, Any]) -> Refusal:
    allowed = value.get("allowed_from")
    return Refusal(
        value["code"],
        value["basis"],
        value.get("detail", {}),
        datetime.fromisoformat(allowed) if allowed else None,
    )


NOTICE_TITLES: Mapping[str, str] = {
    NoticeKind.FIRST: "停电通知书",
    NoticeKind.SECOND: "停电通知书（二次通知）",
    NoticeKind.COPY: "关于拟对重要电力用户中止供电的函",
}
