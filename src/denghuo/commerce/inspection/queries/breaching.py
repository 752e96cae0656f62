"""Cases of breach and theft: what is asked, what it costs, what still has to follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q, QuerySet

from denghuo.commerce.inspection.models import BreachCase
from denghuo.commerce.inspection.queries import pricing
from denghuo.commerce.inspection.rules import charges, parameters, states
from denghuo.commerce.inspection.rules.charges import Claim, Computation, Price
from denghuo.commerce.receivables.models import Receivable
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of
from denghuo.records.supply.models import SupplyTerms
from denghuo.records.supply.queries import terms_on

BACKBILL_DOCUMENT, BREACH_DOCUMENT = "inspection.backbill", "inspection.breach"
_DATES = ("start_date", "end_date")
_DECIMALS = (
    "capacity_kw",
    "current_a",
    "hours_per_day",
    "recorded_kwh",
    "energy_kwh",
    "multiplier",
)
_WHOLE = ("phases", "ct_ratio", "times")
_TEXTS = ("method", "multiplier_reason", "evidence")
_FLAGS = ("lighting",)
EXTRA = ("price_yuan", "price_basis", "billed_yuan", "due_tariff")
CLAIM_FIELDS = (*_DATES, *_DECIMALS, *_WHOLE, *_TEXTS, *_FLAGS, *EXTRA)


def visible_cases(scope: str) -> QuerySet[BreachCase]:
    return BreachCase.objects.filter(unit__code__startswith=scope).select_related(
        "supply_point__customer", "supply_point__account", "unit"
    )


def plain(values: Mapping[str, Any]) -> dict[str, str]:
    """The input of a claim as JSON keeps it: texts, empty ones left out."""
    return {
        name: ("1" if value is True else "0" if value is False else str(value))
        for name, value in values.items()
        if name in CLAIM_FIELDS and value not in (None, "")
    }


def claim_of(case: BreachCase, values: Mapping[str, str]) -> Claim:
    """The claim of a case with this input; who pays and how comes from the terms on the day it was found.

    Raises:
        ClaimRefused: a value is no date or number, or there are no terms on that day.
    """
    found_date = day_of(case.found_at)
    terms = terms_on(case.supply_point, found_date)
    if terms is None:
        raise charges.ClaimRefused("no_terms")
    given: dict[str, Any] = {name: values[name] for name in _TEXTS if name in values}
    try:
        given |= {name: date.fromisoformat(values[name]) for name in _DATES if name in values}
        given |= {name: Decimal(values[name]) for name in _DECIMALS if name in values}
        given |= {name: int(values[name]) for name in _WHOLE if name in values}
    except (ValueError, InvalidOperation) as error:
        raise charges.ClaimRefused("number", text=str(error)) from error
    given |= {name: values[name] == "1" for name in _FLAGS if name in values}
    return Claim(
        behaviour=case.kind,
        found_date=found_date,
        residential=is_residential(terms),
        two_part=terms.billing_mode != "single",
        **given,
    )


def is_residential(terms: SupplyTerms) -> bool:
    return terms.tariff_class == "residential" and terms.use_nature == "household"


def effect(case: BreachCase, values: Mapping[str, str]) -> Computation:
    """What this input would cost. Writes nothing.

    Raises:
        ClaimRefused: see ``rules.charges.compute``.
    """
    claim = claim_of(case, values)
    prices, billed = _prices(case, claim, values)
    return charges.compute(claim, rates=pricing.rates(claim.found_date), prices=prices, billed=billed)


def _prices(case: BreachCase, claim: Claim, values: Mapping[str, str]) -> tuple[list[Price], list[Price]]:
    needed = charges.needs_prices(claim)
    if not needed:
        return [], []
    if claim.behaviour == charges.QUOTA:
        start, end = claim.start_date or claim.found_date, claim.found_date + timedelta(days=1)
    else:
        start, end, _estimated = charges.period_of(claim, pricing.rates(claim.found_date))
    point = case.supply_point
    if "price_yuan" in values:
        if not values.get("price_basis", "").strip():
            raise charges.ClaimRefused("price_basis")
        prices = list(pricing.constant(_decimal(values["price_yuan"]), values["price_basis"], start, end))
    elif needed == "basic":
        prices = pricing.basic_prices(point, start, end)
    else:
        prices = pricing.energy_prices(point, start, end, tariff=values.get("due_tariff", ""))
    billed: list[Price] = []
    if claim.behaviour == charges.CLASS:
        if "price_yuan" not in values and "due_tariff" not in values:
            raise charges.ClaimRefused("due_tariff")
        billed = (
            list(pricing.constant(_decimal(values["billed_yuan"]), values.get("price_basis", ""), start, end))
            if "billed_yuan" in values
            else pricing.energy_prices(point, start, end)
        )
    return prices, billed


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise charges.ClaimRefused("number", text=text) from error


@dataclass(frozen=True)
class Aftermath:
    """What a charged case leads to: hand over to the police, tell credit reporting, reward who gave the tip."""

    police: bool
    credit: bool
    reward_fen: int


def aftermath(case: BreachCase, on: date) -> Aftermath:
    theft = case.is_theft
    percent, cap, police, credit = (
        parameter_queries.value(parameter, on=on)
        for parameter in (
            parameters.REWARD_PERCENT,
            parameters.REWARD_CAP_YUAN,
            parameters.POLICE_YUAN,
            parameters.CREDIT_YUAN,
        )
    )
    return Aftermath(
        theft and case.backbill_fen > police * 100,
        theft and case.backbill_fen > credit * 100,
        charges.reward_fen(case.breach_fen, percent=percent, cap_yuan=cap) if case.informant else 0,
    )


def receivables_of(case: BreachCase) -> list[Receivable]:
    """The two debts of a case: the back-bill and the breach charge."""
    return list(
        Receivable.objects.filter(
            Q(document_type=BACKBILL_DOCUMENT) | Q(document_type=BREACH_DOCUMENT), document_id=case.pk
        ).order_by("pk")
    )


def to_approve(scope: str) -> QuerySet[BreachCase]:
    return visible_cases(scope).filter(state="submitted").order_by("id")


def open_cases(scope: str) -> QuerySet[BreachCase]:
    return visible_cases(scope).filter(state__in=states.OPEN_CASE)
