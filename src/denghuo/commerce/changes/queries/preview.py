"""What a change would do: the bill facts before and after, from when, which readings it takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from denghuo.commerce.changes.models import Change, ChangeState, CustomerTransformer, UnitState
from denghuo.commerce.changes.queries.standing import figures, plain_terms, single_tariff
from denghuo.commerce.changes.rules import effects, kinds
from denghuo.commerce.metering import queries as metering
from denghuo.commerce.metering.models import Installation, MeteringPoint
from denghuo.records.supply import queries as supply
from denghuo.records.supply.models import SupplyPoint, SupplyTerms


@dataclass(frozen=True)
class Row:
    """One fact: its label, what holds now, what would hold."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Preview:
    """``readings`` are the metering points whose meter is read on the day; ``needed`` where it cannot go without."""

    from_date: date
    rows: list[Row] = field(default_factory=list)
    readings: list[tuple[MeteringPoint, Installation]] = field(default_factory=list)
    needed: bool = False


def units_taken(change: Change) -> list[CustomerTransformer]:
    """The transformers that a change is about; those of the restriction it ends."""
    subject = change.ends or change
    return [
        row.transformer
        for row in subject.transformers.select_related("transformer").order_by("transformer__label")
    ]


def left_kva(change: Change, terms: SupplyTerms) -> Decimal | None:
    """Capacity in operation once the change is done; None where it does not touch capacity."""
    kind, capacity = change.kind, change.capacity_kva or Decimal(0)
    taken = units_taken(change)
    sizes = sum((unit.capacity_kva for unit in taken), Decimal(0))
    if kind in (kinds.SUSPEND, kinds.REDUCE):
        smaller = Decimal(change.asked.get("smaller_kva") or 0)
        running = _running_kva(change.supply_point_id)
        return running - sizes + smaller
    if kind in (kinds.RESUME, kinds.RESTORE):
        own = {unit.pk for unit in taken}
        back = sum((unit.capacity_kva for unit in taken if unit.state != UnitState.RUNNING), Decimal(0))
        instead = _stand_in(change)
        gone = instead.capacity_kva if instead is not None and instead.pk not in own else Decimal(0)
        return _running_kva(change.supply_point_id) + back - gone
    if kind == kinds.EXCHANGE:
        return terms.capacity_kva - sizes + capacity
    if kind == kinds.EXCHANGE_BACK and change.ends is not None:
        return Decimal(str(json.loads(change.ends.before).get("capacity_kva", terms.capacity_kva)))
    if kind == kinds.SPLIT:
        return terms.capacity_kva - capacity
    if kind == kinds.MERGE:
        return terms.capacity_kva + capacity
    return None


def _stand_in(change: Change) -> CustomerTransformer | None:
    """The smaller transformer that was put in by the reduction that now ends."""
    key = change.ends.asked.get("stand_in") if change.ends else None
    return CustomerTransformer.objects.filter(pk=key, state=UnitState.RUNNING).first() if key else None


def _running_kva(supply_point_id: int) -> Decimal:
    sizes = CustomerTransformer.objects.filter(
        supply_point_id=supply_point_id, state=UnitState.RUNNING
    ).values_list("capacity_kva", flat=True)
    return sum(sizes, Decimal(0))


def kept_terms(change: Change) -> dict[str, Any]:
    """The terms before the restriction that ``change`` ends, as values of their fields."""
    if change.ends is None:
        return {}
    return typed_terms(json.loads(change.ends.before))


def typed_terms(values: Mapping[str, Any]) -> dict[str, Any]:
    """Terms from JSON text as their fields hold them."""
    found = {}
    for name, value in values.items():
        model_field: Any = SupplyTerms._meta.get_field(name.removesuffix("_id"))
        found[model_field.attname] = None if value is None else model_field.to_python(value)
    return found


def terms_after(change: Change, terms: SupplyTerms) -> dict[str, Any]:
    """The terms that the change would alter, by column name."""
    return effects.after(
        change.kind,
        plain_terms(terms),
        figures=figures(change.from_date),
        left_kva=left_kva(change, terms),
        asked=typed_terms(change.asked.get("terms", {})),
        kept=kept_terms(change),
        single_tariff=single_tariff(terms),
    )


def preview(change: Change) -> Preview:
    """What would be on the next bill after ``change``, beside what is now."""
    terms = supply.terms_on(
        change.supply_point, max(change.from_date, change.supply_point.energised_date or date.min)
    )
    rows = list(_rows(terms, terms_after(change, terms))) if terms is not None else []
    rows += _people(change)
    hanging = hanging_at(change.supply_point) if reads(change.kind) else []
    return Preview(change.from_date, rows, hanging, needed=change.kind in kinds.READING_REQUIRED)


def reads(kind: str) -> bool:
    return kind in kinds.WITH_READING or kind in kinds.WITH_REMOVAL or kind == kinds.MERGE


def hanging_at(supply_point: SupplyPoint) -> list[tuple[MeteringPoint, Installation]]:
    """Metering points where a meter hangs now."""
    return [(point, found) for point, found in metering.points_of(supply_point) if found is not None]


def _rows(terms: SupplyTerms, after: Mapping[str, Any]) -> list[Row]:
    would = SupplyTerms(**{**plain_terms(terms), **after})
    found = []
    for name in after:
        model_field: Any = SupplyTerms._meta.get_field(name.removesuffix("_id"))
        found.append(Row(str(model_field.verbose_name), shown(terms, model_field), shown(would, model_field)))
    return found


def shown(terms: SupplyTerms, model_field: Any) -> str:
    """A field of terms as a clerk reads it."""
    value = getattr(terms, model_field.name)
    if value in (None, ""):
        return "—"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if model_field.choices:
        return str(getattr(terms, f"get_{model_field.name}_display")())
    if isinstance(value, Decimal):
        unit = {"capacity_kva": " kVA", "contract_demand_kw": " kW"}.get(model_field.name, "")
        return format(value.normalize(), "f") + unit
    return str(value)


def written(change: Change) -> list[Row]:
    """What a change in effect has altered: the terms kept from before, beside those of its first day."""
    kept = json.loads(change.before)
    if change.effective_date is None or not kept:
        return _people(change)
    now = supply.terms_on(change.supply_point, change.effective_date)
    found: list[Row] = []
    if now is not None and change.state == ChangeState.EFFECTIVE:
        before = SupplyTerms(**typed_terms(kept))
        for name in kept:
            if getattr(before, name) != getattr(now, name):
                model_field: Any = SupplyTerms._meta.get_field(name.removesuffix("_id"))
                found.append(
                    Row(str(model_field.verbose_name), shown(before, model_field), shown(now, model_field))
                )
    return found + _people(change)


def _people(change: Change) -> list[Row]:
    """Who pays and what it is called, where that changes."""
    asked, found = change.asked, []
    if change.new_customer is not None and change.kind == kinds.TRANSFER:
        found.append(Row(_("Customer"), change.customer.masked_name, change.new_customer.masked_name))
        found.append(
            Row(
                _("Account"),
                change.account.number,
                change.new_account.number if change.new_account else _("A new account"),
            )
        )
    if change.new_customer is not None and change.kind == kinds.SPLIT:
        found.append(Row(_("New supply point for"), "—", change.new_customer.masked_name))
    if change.kind == kinds.RENAME and asked.get("name"):
        found.append(Row(_("Name"), change.customer.masked_name, _("the new name, as on the proof")))
    if asked.get("address"):
        found.append(Row(_("Address"), _("the address so far"), _("the new address")))
    if change.other_point is not None:
        found.append(Row(_("Merged supply point"), change.other_point.number, _("closed")))
    if change.kind == kinds.CLOSE:
        found.append(Row(_("Supply"), change.supply_point.get_state_display(), _("closed for good")))
    return found
