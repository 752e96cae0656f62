"""Refusals as sentences for a clerk and the customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.commerce.changes.rules import Refusal
from denghuo.foundation.ui import formats

SENTENCES: Mapping[str, Any] = {
    "closed": gettext_lazy("The supply point is closed."),
    "not_energised": gettext_lazy("The supply point has not been energised."),
    "temporary_supply": gettext_lazy("Temporary supply has no change business; it is renewed or ended."),
    "open_change": gettext_lazy("Another change is open (%(number)s); it is finished or taken back first."),
    "disconnected": gettext_lazy("Supply is stopped by order %(number)s."),
    "suspended": gettext_lazy("The supply is suspended; it is resumed first."),
    "runs_already": gettext_lazy("One of these runs already (%(number)s)."),
    "no_transformer": gettext_lazy("Only customers with transformers of their own."),
    "transformers_do_not_add_up": gettext_lazy(
        "The registered transformers add up to %(sum)s kVA, the contract says %(capacity)s kVA: put that right first."
    ),
    "nothing_to_resume": gettext_lazy("Nothing is suspended."),
    "nothing_to_restore": gettext_lazy("No reduction is in force."),
    "nothing_to_exchange_back": gettext_lazy("No temporary transformer is in place."),
    "nothing_to_reinstall": gettext_lazy("No meter is temporarily removed."),
    "year_used_up": gettext_lazy(
        "%(used)s of %(limit)s days of suspension are used in %(year)s; less than %(least)s are left. "
        "Who needs longer asks for a capacity reduction."
    ),
    "times_used_up": gettext_lazy("%(limit)s suspensions in %(year)s already."),
    "notice": gettext_lazy("It is asked for %(days)s working days ahead."),
    "in_the_past": gettext_lazy("The day lies in the past."),
    "end_missing": gettext_lazy("Say until when."),
    "end_before_start": gettext_lazy("The end must lie after the beginning."),
    "demand_by_month": gettext_lazy("With a charge by demand it begins and ends with the month."),
    "demand_whole_capacity": gettext_lazy(
        "With a charge by demand only the whole capacity (%(capacity)s kVA) is suspended."
    ),
    "too_short": gettext_lazy("%(days)s days: a suspension is at least %(least)s days long."),
    "year_days": gettext_lazy(
        "%(asked)s days more in %(year)s with %(used)s used already: at most %(limit)s a calendar year. "
        "Who needs longer asks for a capacity reduction."
    ),
    "transformers_missing": gettext_lazy("Choose the transformers."),
    "transformer_not_running": gettext_lazy("Transformer %(label)s is not in operation."),
    "whole_transformers": gettext_lazy(
        "Only whole transformers: %(capacity)s kVA was asked for, the chosen ones have %(whole)s kVA."
    ),
    "smaller_one": gettext_lazy("The transformer put in its place must be smaller than %(capacity)s kVA."),
    "nothing_remains": gettext_lazy("Something must remain; for all of it there is suspension or closing."),
    "restore_too_late": gettext_lazy(
        "Reduced on %(since)s: restored within %(months)s months, until %(last)s. After that it is a new application "
        "for more capacity."
    ),
    "before_the_seal": gettext_lazy("It was sealed later than that day."),
    "exchange_too_long": gettext_lazy("At most %(months)s months at this voltage."),
    "removal_too_long": gettext_lazy("At most %(months)s months; after that the supply is closed."),
    "capacity_missing": gettext_lazy("Give the capacity of the temporary transformer."),
    "rename_is_transfer": gettext_lazy(
        "Another person or organisation is a transfer, not a change of name: accounts are settled."
    ),
    "customer_missing": gettext_lazy("Name the new customer."),
    "same_customer": gettext_lazy("The new customer is the present one."),
    "split_capacity": gettext_lazy("The part must be above zero and below %(capacity)s kVA."),
    "mode_notice": gettext_lazy("Asked for %(days)s working days ahead."),
    "mode_too_soon": gettext_lazy("Changed on %(last)s: at most once in %(months)s months."),
    "demand_floor": gettext_lazy("Contract demand is at least %(percent)s %% of the capacity: %(floor)s kW."),
    "demand_notice": gettext_lazy("Contract demand is changed %(days)s working days ahead."),
    "two_part_needed": gettext_lazy("From %(threshold)s kVA the price has two parts."),
    "same_voltage": gettext_lazy("Name another voltage than the present one."),
    "other_point_missing": gettext_lazy("Name another supply point that is in use."),
    "name_missing": gettext_lazy("Give the new name."),
    "address_missing": gettext_lazy("Give the new address."),
    "nothing_asked": gettext_lazy("Say what is to change."),
    "account_of_another": gettext_lazy("The account is closed or belongs to somebody else."),
}
ALLOWED_FROM = frozenset({"notice", "in_the_past", "demand_by_month", "mode_notice", "mode_too_soon", "demand_notice", "before_the_seal", "year_used_up", "times_used_up"})  # fmt: skip


def sentence(refusal: Refusal) -> str:
    """The rule and its figure; then what would be allowed."""
    figures = {name: value or "—" for name, value in refusal.figures.items()}
    text = str(SENTENCES[refusal.code]) % {"number": "—", **figures}
    if refusal.allowed_date is None:
        return text
    day = formats.day(refusal.allowed_date)
    if refusal.code in ALLOWED_FROM:
        return f"{text} " + _("Allowed from %(day)s.") % {"day": day}
    if refusal.code in ("too_short", "end_before_start"):
        return f"{text} " + _("Allowed: until %(day)s or later.") % {"day": day}
    return f"{text} " + _("Allowed: until %(day)s at the latest.") % {"day": day}


def plain_refusal(refusal: Refusal) -> dict[str, Any]:
    """For keeping as JSON."""
    return {
        "code": refusal.code,
        "basis": refusal.basis,
        "figures": dict(refusal.figures),
        "allowed": refusal.allowed_date.isoformat() if refusal.allowed_date else None,
    }


def from_plain(value: Mapping[str, Any]) -> Refusal:
    allowed = value.get("allowed")
    return Refusal(
        value["code"], value["basis"], value["figures"], date.fromisoformat(allowed) if allowed else None
    )
