"""What is known of a supply point when a change is asked for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from denghuo.commerce.changes import rules
from denghuo.commerce.changes.models import Change, CustomerTransformer
from denghuo.commerce.changes.rules import Figures, Running, Spell, Standing, Unit, kinds, parameters
from denghuo.commerce.disconnection.models import DisconnectionOrder
from denghuo.commerce.disconnection.rules import OFF
from denghuo.commerce.tariffs import queries as tariffs
from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.parameters import queries as values
from denghuo.records.supply import queries as supply
from denghuo.records.supply.models import TERM_FIELDS, SupplyPoint, SupplyTerms
from denghuo.records.supply.rules import SINGLE_PART


def figures(on: date) -> Figures:
    """The regulated figures that hold on a day."""
    return Figures.of(values.values(parameters.ALL, on=on))


def plain_terms(terms: SupplyTerms) -> dict[str, Any]:
    """Terms as plain values by column name."""
    names = [SupplyTerms._meta.get_field(name).attname for name in TERM_FIELDS]  # type: ignore[union-attr]
    return {name: getattr(terms, name) for name in names}


def units_of(supply_point: SupplyPoint, terms: SupplyTerms | None) -> tuple[Unit, ...]:
    """The customer's transformers; where none is registered, the whole capacity at high voltage counts as one (id 0)."""
    found = tuple(
        Unit(unit.pk, unit.label, unit.capacity_kva, unit.state)
        for unit in CustomerTransformer.objects.filter(supply_point=supply_point).order_by("label")
    )
    if found or terms is None or terms.voltage == "lt1kv" or not terms.capacity_kva:
        return found
    return (Unit(0, first_label(terms), terms.capacity_kva),)


def first_label(terms: SupplyTerms) -> str:
    """What the one transformer of a customer is called in the grid records."""
    return (terms.transformer.name if terms.transformer else "1号主变")[:30]


def in_force(supply_point: SupplyPoint) -> list[Change]:
    """Restrictions that hold at a supply point, the oldest first."""
    return list(
        Change.objects.filter(
            supply_point=supply_point, state=kinds.EFFECTIVE, ended_date=None, kind__in=kinds.RESTRICTIONS
        ).order_by("effective_date", "id")
    )


def spells_of(supply_point: SupplyPoint, today: date) -> tuple[Spell, ...]:
    """Every suspension so far; one that runs counts to the day it was agreed until, or to today where that is past."""
    found = Change.objects.filter(supply_point=supply_point, kind=kinds.SUSPEND, state=kinds.EFFECTIVE)
    return tuple(
        Spell(change.effective_date, change.ended_date or max(change.until_date or today, today))
        for change in found.order_by("effective_date", "id")
        if change.effective_date is not None
    )


def standing_of(supply_point: SupplyPoint, *, today: date) -> Standing:
    """Everything the rules ask about; some ten small queries."""
    terms = supply.terms_on(supply_point, today)
    held = figures(today)
    pending = Change.objects.filter(supply_point=supply_point, state__in=kinds.OPEN_STATES).first()
    off = (
        DisconnectionOrder.objects.filter(points__supply_point=supply_point, state__in=OFF)
        .order_by("-id")
        .first()
    )
    return Standing(
        today=today,
        state=supply_point.state,
        tariff_class=terms.tariff_class if terms else "",
        voltage=terms.voltage if terms else "lt1kv",
        billing_mode=terms.billing_mode if terms else "single",
        capacity_kva=terms.capacity_kva if terms else Decimal(0),
        notice_date=calendars.due_date(today, held.notice_working_days),
        mode_notice_date=calendars.due_date(today, held.mode_notice),
        demand_notice_date=calendars.due_date(today, held.demand_notice),
        units=units_of(supply_point, terms),
        spells=spells_of(supply_point, today),
        running=tuple(_running(change) for change in in_force(supply_point)),
        open_number=pending.number if pending else "",
        disconnected=off.number if off else "",
        last_mode_switch=_last_mode_switch(supply_point),
        temporary=bool(terms and terms.use_nature == "temporary"),
    )


def _running(change: Change) -> Running:
    assert change.effective_date is not None
    return Running(
        change.pk,
        change.number,
        change.kind,
        change.effective_date,
        change.until_date,
        change.capacity_kva or Decimal(0),
    )


def _last_mode_switch(supply_point: SupplyPoint) -> date | None:
    """When the basic charge last went from capacity to demand or back."""
    rows = list(
        SupplyTerms.objects.filter(supply_point=supply_point)
        .order_by("valid_from")
        .values_list("valid_from", "billing_mode")
    )
    switches = [
        day
        for (_, before), (day, mode) in zip(rows, rows[1:], strict=False)
        if before != mode and "single" not in (before, mode)
    ]
    return switches[-1] if switches else None


def single_tariff(terms: SupplyTerms) -> str:
    """The single-part tariff of the same class in the price book, closest to the one that is paid; empty without one."""
    try:
        book = tariffs.book_in_force(terms.price_book).book
    except LookupError:
        return ""
    found = sorted(
        {
            tariff.code
            for tariff in book.tariffs
            if tariff.customer_class == terms.tariff_class and tariff.form == SINGLE_PART
        }
    )
    alike = terms.tariff.replace("two_part", "single")
    return alike if alike in found else next(iter(found), "")


def offers(supply_point: SupplyPoint, *, today: date) -> list[tuple[str, list[rules.Refusal]]]:
    """Every kind of change with the reasons why it is not open to this supply point."""
    standing, held = standing_of(supply_point, today=today), figures(today)
    return [(kind, rules.offered(kind, standing, held)) for kind in kinds.KINDS]
