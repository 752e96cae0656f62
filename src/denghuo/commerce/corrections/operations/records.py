"""Put the records right through the rooms that keep them, so that the next bill is right by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from denghuo.commerce.corrections.rules.facts import (
    Fact,
    ReplaceLoss,
    ReplaceMultiplier,
    ReplaceReading,
    ReplaceTerms,
)
from denghuo.commerce.metering import operations as metering
from denghuo.commerce.metering.models import Installation
from denghuo.commerce.readings import operations as readings
from denghuo.commerce.readings.models import Reading, ReadingState
from denghuo.commerce.tariffs import queries as tariffs
from denghuo.foundation.identity.models import Staff
from denghuo.records.supply import operations as supply
from denghuo.records.supply.models import SupplyPoint

KINDS = ("replace_multiplier", "replace_terms", "replace_reading", "replace_loss")
"""Facts that the records hold; a meter that measures wrongly is exchanged in metering instead."""


class RecordRefused(Exception):
    """The room that keeps the record refuses the change; the text is its own."""


def put_right(
    *,
    supply_point: SupplyPoint,
    facts: Sequence[Fact],
    from_date: date,
    reason: str,
    at: datetime,
    actor: Staff | None,
) -> None:
    """Change the records from ``from_date`` (or the fact's own date) on.

    Raises:
        RecordRefused: a room refuses.
    """
    try:
        for fact in facts:
            if isinstance(fact, ReplaceTerms):
                _terms(supply_point, fact, from_date, reason, at, actor)
            elif isinstance(fact, ReplaceMultiplier):
                _multiplier(supply_point, fact, from_date, reason, at, actor)
            elif isinstance(fact, ReplaceReading):
                _reading(supply_point, fact, reason, at, actor)
            elif isinstance(fact, ReplaceLoss):
                _loss(supply_point, fact, from_date, reason, at, actor)
    except supply.TermsRefused as error:
        raise RecordRefused(str(error)) from error
    except (supply.SupplyInvalid, ValidationError) as error:
        messages = getattr(error, "messages", None) or [str(error)]
        raise RecordRefused(" ".join(str(text) for text in messages)) from error
    except (readings.ReadingIsBilled, readings.ReadingCannotBeReplaced) as error:
        raise RecordRefused(str(error)) from error


_NAMES = {"capacity": "capacity_kva", "contract_demand": "contract_demand_kw"}


def _terms(
    point: SupplyPoint, fact: ReplaceTerms, from_date: date, reason: str, at: datetime, actor: Staff | None
) -> None:
    changes: dict[str, Any] = {_NAMES.get(name, name): value for name, value in fact.values.items()}
    start = max(fact.from_date or from_date, point.energised_date or from_date)
    if fact.tariff:
        book = point.terms.order_by("-valid_from").values_list("price_book", flat=True).first()
        customer_class = tariffs.book_in_force(book).customer_class(fact.tariff) if book else None
        if customer_class:
            changes["tariff_class"] = str(customer_class)
    if all(
        getattr(row, name) == value
        for row in point.terms.all()
        if (row.valid_to is None or row.valid_to > start)
        and (fact.until_date is None or row.valid_from < fact.until_date)
        for name, value in changes.items()
    ):
        return
    supply.correct_terms(
        supply_point=point,
        from_date=start,
        until_date=fact.until_date,
        at=at,
        reason=reason[:200],
        actor=actor,
        **changes,
    )


def _multiplier(
    point: SupplyPoint,
    fact: ReplaceMultiplier,
    from_date: date,
    reason: str,
    at: datetime,
    actor: Staff | None,
) -> None:
    """Installations that hung in the months in question, the one that hangs now among them."""
    rows = Installation.objects.filter(
        metering_point__supply_point=point, multiplier=fact.from_multiplier
    ).exclude(removed_date__lte=from_date)
    if fact.point_id:
        rows = rows.filter(metering_point_id=fact.point_id)
    for row in rows.order_by("installed_date"):
        primary = Decimal(row.ct_primary_a) * fact.to_multiplier / fact.from_multiplier
        if primary != int(primary):
            raise RecordRefused(
                _("No whole current transformer gives the multiplier %(to)s. Correct the ratio in metering.")
                % {"to": fact.to_multiplier}
            )
        transformers = metering.Transformers(int(primary), row.ct_secondary_a, row.pt_ratio)
        corrected = metering.correct_ratio(
            installation=row, transformers=transformers, reason=reason[:200], at=at, actor=actor
        )
        readings.derive_again(installation=corrected)


def _reading(
    point: SupplyPoint, fact: ReplaceReading, reason: str, at: datetime, actor: Staff | None
) -> None:
    rows = Reading.objects.filter(
        metering_point__supply_point=point, read_date=fact.read_date, state=ReadingState.ACCEPTED
    ).exclude(metering_point__role="feed_in")
    if fact.point_id:
        rows = rows.filter(metering_point_id=fact.point_id)
    found = rows.order_by("-id").first()
    if found is None:
        raise RecordRefused(_("There is no reading of %(day)s.") % {"day": fact.read_date})
    names = [field.name for field in Reading._meta.concrete_fields]
    registers = {
        name: getattr(found, name)
        for name in (*_REGISTERS, "max_demand")
        if name in names and getattr(found, name) is not None
    }
    if all(registers.get(name) == value for name, value in fact.registers.items()):
        return
    readings.repair_chain(
        reading=found, registers={**registers, **fact.registers}, reason=reason[:200], at=at, actor=actor
    )


_REGISTERS = (
    "total", "sharp", "peak", "flat", "valley", "deep", "reactive_forward", "reactive_reverse",
)  # fmt: skip


def _loss(
    point: SupplyPoint, fact: ReplaceLoss, from_date: date, reason: str, at: datetime, actor: Staff | None
) -> None:
    supply.set_loss_terms(
        supply_point=point,
        from_date=max(from_date, point.energised_date or from_date),
        method=fact.method,
        at=at,
        reason=reason[:200],
        actor=actor,
        iron_loss_kw=fact.iron_kw,
        copper_ratio=fact.copper_ratio,
        reactive_iron_kvar=fact.no_load_kvar,
        reactive_copper_factor=fact.kq,
        line_loss_ratio=fact.line_loss_ratio,
        rated_capacity_kva=fact.rated_kva or None,
        load_loss_kw=fact.load_loss_kw,
        shift_factor=fact.shift_factor or None,
    )
