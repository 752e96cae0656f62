"""Which transformers and supplies lie behind a piece of equipment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from denghuo.commerce.outages import rules
from denghuo.commerce.outages.models import AffectedSupply, Outage
from denghuo.commerce.outages.rules import priority
from denghuo.commerce.outages.rules.grouping import Above
from denghuo.records.grid.models import Feeder, Substation, Transformer, TransformerArea
from denghuo.records.ratings import queries as ratings
from denghuo.records.supply.models import SupplyState, SupplyTerms

Equipment = Substation | Feeder | Transformer
SUPPLIED = (SupplyState.ACTIVE, SupplyState.SUSPENDED)


def level_of(equipment: Equipment) -> str:
    if isinstance(equipment, Substation):
        return rules.SUBSTATION
    return rules.FEEDER if isinstance(equipment, Feeder) else rules.TRANSFORMER


def transformers_behind(equipment: Equipment) -> QuerySet[Transformer]:
    """Every transformer that loses supply with this equipment."""
    if isinstance(equipment, Substation):
        return Transformer.objects.filter(feeder__substation=equipment)
    if isinstance(equipment, Feeder):
        return Transformer.objects.filter(feeder=equipment)
    return Transformer.objects.filter(pk=equipment.pk)


def unit_of(equipment: Equipment) -> str:
    """The unit that works on the equipment: the one of the area, else of the substation."""
    if isinstance(equipment, Substation):
        return equipment.unit_id
    if isinstance(equipment, Feeder):
        return equipment.substation.unit_id
    area = TransformerArea.objects.filter(transformer=equipment).first()
    return area.unit_id if area else equipment.feeder.substation.unit_id


def place_of(equipment: Equipment) -> str:
    """The equipment as customers know it: the area of a public transformer, else its name."""
    if isinstance(equipment, Transformer):
        area = TransformerArea.objects.filter(transformer=equipment).first()
        return area.name if area else equipment.name
    return equipment.name


def terms_behind(transformer_ids: Iterable[int], *, on: date) -> QuerySet[SupplyTerms]:
    """The terms in force of everything supplied through these transformers; ``fed_by`` is the transformer."""
    ids = list(transformer_ids)
    return terms_in_force(on=on).filter(
        Q(area__transformer_id__in=ids) | Q(area__isnull=True, transformer_id__in=ids)
    )


def terms_in_force(*, on: date) -> QuerySet[SupplyTerms]:
    """The terms of everything supplied on a day; ``fed_by`` is the transformer."""
    return (
        SupplyTerms.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)
        .filter(supply_point__state__in=SUPPLIED)
        .annotate(fed_by=Coalesce("area__transformer_id", "transformer_id"))
    )


@dataclass(frozen=True)
class Affected:
    """What an outage would do, before it is frozen: rows (not saved) in the order in which supply comes back."""

    rows: list[AffectedSupply]

    @property
    def important(self) -> list[AffectedSupply]:
        return [row for row in self.rows if priority.is_important(row.importance)]

    @property
    def treated(self) -> list[AffectedSupply]:
        return [row for row in self.rows if priority.needs_treatment(row.rank)]

    @property
    def customers(self) -> int:
        return len({row.customer_id for row in self.rows})


def affected(equipment: Equipment, *, on: date) -> Affected:
    """Every supply behind the equipment with its rank; four queries however many there are."""
    feeders = dict(transformers_behind(equipment).values_list("pk", "feeder_id"))
    found = list(
        terms_behind(feeders, on=on)
        .select_related("supply_point__customer", "area")
        .order_by("supply_point__number")
    )
    grades = ratings.grades([terms.supply_point.customer_id for terms in found], kind="value", on=on)
    rows = [_row(terms, feeders, grades) for terms in found]
    return Affected(sorted(rows, key=lambda row: (row.rank, row.supply_point.number)))


def _fed_by(terms: SupplyTerms) -> int:
    fed_by: int = terms.fed_by  # type: ignore[attr-defined]
    return fed_by


def _row(terms: SupplyTerms, feeders: dict[int, int], grades: dict[int, str]) -> AffectedSupply:
    point = terms.supply_point
    grade = grades.get(point.customer_id, "")
    known = priority.Supply(terms.importance, point.customer.special_care, terms.use_nature, grade)
    fed_by = _fed_by(terms)
    return AffectedSupply(
        supply_point=point,
        account_id=point.account_id,
        customer=point.customer,
        unit_id=point.unit_id,
        transformer_id=fed_by,
        area=terms.area,
        feeder_id=feeders[fed_by],
        importance=terms.importance,
        special_care=point.customer.special_care,
        use_nature=terms.use_nature,
        grade=grade,
        rank=priority.rank(known),
    )


def above(transformer_ids: Iterable[int]) -> dict[int, Above]:
    """Feeder and substation of each transformer."""
    rows = Transformer.objects.filter(pk__in=list(transformer_ids)).values_list(
        "pk", "feeder_id", "feeder__substation_id"
    )
    return {pk: Above(feeder, substation) for pk, feeder, substation in rows}


def transformer_of_point(supply_point_id: int, *, on: date) -> int | None:
    """The transformer that feeds a supply point on a day."""
    found: int | None = (
        SupplyTerms.objects.filter(supply_point_id=supply_point_id, valid_from__lte=on)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        .annotate(fed_by=Coalesce("area__transformer_id", "transformer_id"))
        .order_by("-valid_from")
        .values_list("fed_by", flat=True)
        .first()
    )
    return found


def equipment_of(level: str, pk: int) -> Equipment | None:
    model = {rules.SUBSTATION: Substation, rules.FEEDER: Feeder, rules.TRANSFORMER: Transformer}[level]
    related = {rules.FEEDER: ("substation",), rules.TRANSFORMER: ("feeder__substation",)}.get(
        level, ("unit",)
    )
    found: Equipment | None = model.objects.select_related(*related).filter(pk=pk).first()  # type: ignore[attr-defined]
    return found


def covered(outage: Outage) -> frozenset[int]:
    """The transformers behind an outage's equipment."""
    return frozenset(transformers_behind(outage.equipment).values_list("pk", flat=True))


def priorities(*, on: date, scope: str = "", equipment: Equipment | None = None) -> list[AffectedSupply]:
    """Supplies that are cut last and restored first, the first of them first (rows that are not saved).

    Ordinary ones are left out; behind one piece of equipment those with a good grade are named too.
    """
    if equipment is not None:
        rows = affected(equipment, on=on).rows
        return [row for row in rows if row.rank < priority.ORDINARY and row.unit_id.startswith(scope)]
    marked = (
        Q(importance__in=list(priority.IMPORTANCE))
        | ~Q(supply_point__customer__special_care="")
        | Q(use_nature__in=list(priority.USES))
    )
    found = list(
        terms_in_force(on=on)
        .filter(marked, supply_point__unit__pk__startswith=scope)
        .select_related("supply_point__customer", "area", "transformer")
    )
    feeders = dict(
        Transformer.objects.filter(pk__in={_fed_by(terms) for terms in found}).values_list("pk", "feeder_id")
    )
    made = [_row(terms, feeders, {}) for terms in found]
    return sorted(made, key=lambda row: (row.rank, row.supply_point.number))
