"""Prices and sums that belong to one customer: retail contract prices, market adjustments."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from denghuo.commerce.tariffs.models import AdjustmentLine, ContractPrice
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import Cycle
from denghuo.records.supply.models import SupplyPoint


class ContractPriceInvalid(Exception):
    """The contract price overlaps another one, or its dates are out of order."""


class AdjustmentTwice(Exception):
    """The supply point already has an adjustment of this code in this cycle."""


@transaction.atomic
def set_contract_price(
    *,
    supply_point: SupplyPoint,
    component: str,
    price: Decimal,
    valid_from: date,
    valid_to: date | None,
    tou: str = "",
    basis: str,
    actor: Staff,
    at: datetime,
) -> ContractPrice:
    """Give a supply point a price of its own contract (yuan per kWh) for a component, half-open in time.

    An open-ended price that began earlier ends where this one begins.

    Raises:
        ContractPriceInvalid: overlaps another price of the component and period, or ends before it starts.
    """
    if valid_to is not None and valid_to <= valid_from:
        raise ContractPriceInvalid(f"ends {valid_to}, before it starts {valid_from}")
    same = ContractPrice.objects.select_for_update().filter(
        supply_point=supply_point, component=component, tou=tou
    )
    same.filter(valid_to__isnull=True, valid_from__lt=valid_from).update(valid_to=valid_from)
    overlapping = same.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=valid_from))
    if valid_to is not None:
        overlapping = overlapping.filter(valid_from__lt=valid_to)
    if other := overlapping.first():
        raise ContractPriceInvalid(f"overlaps the price from {other.valid_from} to {other.valid_to}")
    made = ContractPrice.objects.create(
        supply_point=supply_point,
        component=component,
        tou=tou,
        price=price,
        valid_from=valid_from,
        valid_to=valid_to,
        basis=basis,
    )
    changes = {"price": [None, str(price)], "component": [None, component], "tou": [None, tou]}
    audit.record(
        "tariffs.contract_price.set",
        subject=supply_point,
        at=at,
        actor=actor,
        changes=changes,
        reason=basis,
    )
    return made


@transaction.atomic
def add_adjustment(
    *,
    supply_point: SupplyPoint,
    cycle: str,
    code: str,
    name: str,
    amount_fen: int,
    group: str = "adjustment",
    in_pf_base: bool = False,
    basis: str,
    actor: Staff,
    at: datetime,
) -> AdjustmentLine:
    """Put a sum (market settlement, correction) on the bill of one cycle.

    Raises:
        AdjustmentTwice: one with this code is already on that cycle.
        ValueError: ``cycle`` is not ``YYYY-MM``.
    """
    Cycle.parse(cycle)
    if AdjustmentLine.objects.filter(supply_point=supply_point, cycle=cycle, code=code).exists():
        raise AdjustmentTwice(f"{supply_point} already has {code} in {cycle}")
    line = AdjustmentLine.objects.create(
        supply_point=supply_point,
        cycle=cycle,
        code=code,
        name=name,
        amount_fen=amount_fen,
        group=group,
        in_pf_base=in_pf_base,
        basis=basis,
    )
    changes = {"amount_fen": [None, amount_fen], "cycle": [None, cycle], "code": [None, code]}
    audit.record(
        "tariffs.adjustment.added",
        subject=supply_point,
        at=at,
        actor=actor,
        changes=changes,
        reason=basis,
    )
    return line
