"""What a supply plan is drafted from: areas with what hangs on them, feeders, price book; and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.utils.translation import get_language

from denghuo.commerce.connections import rules
from denghuo.commerce.connections.models import Application, SolarProject, SupplyPlan
from denghuo.commerce.connections.queries import words
from denghuo.commerce.connections.queries.applications import terms_of
from denghuo.commerce.connections.rules import fees as fee_rules
from denghuo.commerce.connections.rules import parameters, planning, solar
from denghuo.commerce.connections.rules import sources as source_rules
from denghuo.commerce.metering import queries as metering
from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.metering.rules import REQUIRED
from denghuo.commerce.readings.models import ReadingRoute
from denghuo.commerce.tariffs import queries as tariffs
from denghuo.commerce.tariffs.models import BookState, PriceBookVersion
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.records.grid import queries as grid
from denghuo.records.grid.models import Feeder, TransformerArea
from denghuo.records.supply.models import SupplyPoint, SupplyTerms

if TYPE_CHECKING:
    from denghuo.commerce.connections.operations.installing import Hung


def figures(on: date) -> planning.Figures:
    held = parameter_queries.values(parameters.ALL, on=on)
    return planning.Figures(
        coincidence_home=held[parameters.COINCIDENCE_HOME.code],
        coincidence_other=held[parameters.COINCIDENCE_OTHER.code],
        load_rate_limit=held[parameters.LOAD_RATE_LIMIT.code],
        single_phase_kw=held[parameters.SINGLE_PHASE_KW.code],
        low_voltage_kva=held[parameters.LOW_VOLTAGE_KVA.code],
        direct_meter_a=held[parameters.DIRECT_METER_A.code],
        pv_hosting_rate=held[parameters.PV_HOSTING_RATE.code],
    )


def _now(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def price_book(application: Application, on: date) -> str:
    """The book that the supply point, or most of the unit, is priced by; else the first that is in force."""
    if application.supply_point is not None:
        return terms_of(application.supply_point, on).price_book
    used = (
        SupplyTerms.objects.filter(_now(on), supply_point__unit__code__startswith=application.unit_id)
        .values("price_book").annotate(count=Count("id")).order_by("-count", "price_book").first()
    )  # fmt: skip
    if used:
        return str(used["price_book"])
    return PriceBookVersion.objects.filter(state=BookState.IN_FORCE).order_by("book").values_list("book", flat=True).first() or ""  # fmt: skip


def near_area(application: Application, on: date) -> TransformerArea | None:
    """The area that the survey found, else that of the supply point itself, else that of the neighbour named."""
    survey = application.surveys.select_related("area").order_by("-id").first()
    if survey is not None and survey.area is not None:
        return survey.area
    for point in (application.supply_point, application.neighbour):
        if point is not None and (area := terms_of(point, on).area) is not None:
            return area
    return None


def areas_of_unit(application: Application) -> list[TransformerArea]:
    return list(
        TransformerArea.objects.filter(
            unit__code__startswith=application.unit_id, transformer__state="running"
        ).select_related("transformer").order_by("code")
    )  # fmt: skip


def areas_as_planned(
    application: Application, areas: Sequence[TransformerArea], on: date
) -> list[planning.Area]:
    """Areas with what their supply points contracted; a point that is enlarged is left out, its new total counts."""
    ids = [area.pk for area in areas]
    homes: dict[int, Decimal] = {}
    others: dict[int, Decimal] = {}
    rows = SupplyTerms.objects.filter(_now(on), area_id__in=ids, supply_point__state="active")
    if application.kind in rules.INCREASES:
        rows = rows.exclude(supply_point_id=application.supply_point_id)
    for area_id, home, total in (
        rows.values_list("area_id", "tariff_class").annotate(total=Sum("capacity_kva")).order_by()
    ):
        kept = homes if home == "residential" else others
        kept[area_id] = kept.get(area_id, Decimal(0)) + (total or 0)
    solar_kw = _solar_by_area(application, ids)
    near = near_area(application, on)
    return [
        planning.Area(
            area.code, area.transformer.rated_capacity_kva, homes.get(area.pk, Decimal(0)), others.get(area.pk, Decimal(0)),
            solar_kw.get(area.pk, Decimal(0)), near is not None and near.pk == area.pk,
        )
        for area in areas
    ]  # fmt: skip


def _solar_by_area(application: Application, ids: Sequence[int]) -> dict[int, Decimal]:
    rows = (
        SolarProject.objects.filter(application__plans__area_id__in=ids, application__state__in=["running", "archived"])
        .exclude(application=application).values_list("application__plans__area_id", "capacity_kw").distinct()
    )  # fmt: skip
    found: dict[int, Decimal] = {}
    for area_id, kw in rows:
        found[area_id] = found.get(area_id, Decimal(0)) + kw
    return found


def area_of_code(code: str) -> TransformerArea:
    return TransformerArea.objects.select_related("transformer").get(code=code)


def drafted(application: Application, *, on: date) -> planning.Draft:
    """The plan that the rules propose today."""
    kind = rules.KINDS[application.kind]
    held = figures(on)
    areas = areas_as_planned(application, areas_of_unit(application), on)
    if kind.flow == rules.SOLAR:
        return _solar_draft(application, areas, held, on)
    wanted = planning.Wanted(application.capacity_kva, application.tariff_class, application.use_nature, application.kind)  # fmt: skip
    made = planning.draft(wanted, areas, held, sources=kind.sources)
    return made


def _solar_draft(
    application: Application, areas: Sequence[planning.Area], held: planning.Figures, on: date
) -> planning.Draft:
    """A PV plan hangs on the supply point that exists: its area, its voltage, two-way metering."""
    project: SolarProject = application.solar
    area = (
        next((item for item in areas if item.near), None) if project.voltage == planning.LOW_VOLTAGE else None
    )
    phases = 1 if project.capacity_kw <= held.single_phase_kw else 3
    wanted = planning.Wanted(project.capacity_kw, "residential", "other")
    metering_scheme = replace(planning.metering_for(wanted, project.voltage, phases, held), registers="total")
    before = after = None
    lines = [
        planning.Line("voltage", f"{project.voltage}/{phases}", "three_phase" if phases == 3 else "single_phase", solar.BASIS, {"capacity": planning.plain(project.capacity_kw), "limit": planning.plain(held.single_phase_kw if phases == 1 else held.low_voltage_kva)}, "U"),
    ]  # fmt: skip
    if project.voltage != planning.LOW_VOLTAGE:
        lines = [planning.Line("voltage", f"{project.voltage}/3", "high_voltage", solar.BASIS, {"capacity": planning.plain(project.capacity_kw), "limit": planning.plain(held.low_voltage_kva)})]  # fmt: skip
    if area is not None and area.rated_kva:
        before = planning.rounded(area.pv_kw / area.rated_kva)
        after = planning.rounded((area.pv_kw + project.capacity_kw) / area.rated_kva)
        lines.append(
            planning.Line("hosting", f"{after:.2%}", "hosting", "DL/T 2041", {"pv": planning.plain(area.pv_kw + project.capacity_kw), "rated": planning.plain(area.rated_kva), "limit": f"{held.pv_hosting_rate:.0%}"}, "U")
        )  # fmt: skip
    lines.append(planning.metering_line(metering_scheme, project.voltage))
    own = project.feed_mode == solar.FULL_OWN
    lines.append(planning.Line("feed_in", str(project.get_feed_mode_display()), "full_own" if own else "feed_in", solar.BASIS, {}))  # fmt: skip
    tariff = planning.Tariff("pv_feed_in", "single", 0, "list", False, "feed_in")
    return planning.Draft(
        project.voltage, phases, "public_transformer" if area else "dedicated_transformer", area, before, after, False, metering_scheme, tariff, tuple(lines),
    )  # fmt: skip


def feeders_for(application: Application, voltage: str, count: int) -> list[Feeder]:
    """Feeders of the voltage with the most room, from different substations where there are some.

    Room: rated capacity (where known) less what is contracted behind it.
    """
    rows = list(
        Feeder.objects.filter(grid.visible(application.unit_id, "substation__unit__code"), voltage=voltage)
        .select_related("substation").order_by("code")
    )  # fmt: skip
    loaded = grid.loads("feeder", rows, application.accepted_at.date())
    ranked = sorted(
        loaded,
        key=lambda pair: (-(pair[0].rated_capacity_kva or Decimal(0)) + pair[1].capacity_kva, pair[0].code),
    )
    chosen: list[Feeder] = []
    for feeder, _load in ranked:
        if len(chosen) < count and feeder.substation_id not in {item.substation_id for item in chosen}:
            chosen.append(feeder)
    for feeder, _load in ranked:
        if len(chosen) < count and feeder not in chosen:
            chosen.append(feeder)
    return chosen


def plan_faults(plan: SupplyPlan, *, on: date, hard: bool = False) -> list[tuple[str, str]]:
    """(sentence, basis) of what a plan lacks; ``hard``: only what blocks it."""
    application = plan.application
    kind = rules.KINDS[application.kind]
    found: list[tuple[str, str, bool]] = []
    low = plan.voltage == planning.LOW_VOLTAGE
    if kind.flow == rules.LOW and not low:
        found.append(("voltage_for_low", planning.VOLTAGE_RULE, True))
    if plan.supply_source == "public_transformer" and plan.area is None:
        found.append(("no_area", planning.VOLTAGE_RULE, True))
    held = figures(on)
    if kind.flow == rules.LOW and plan.load_rate_after and plan.load_rate_after > held.load_rate_limit:
        found.append(("over_load_limit", parameters.DESIGN, not plan.edit_reason))
    if plan.metering_mode == "high_low" and kind.flow == rules.HIGH and (plan.iron_loss_kw is None or plan.load_loss_kw is None):  # fmt: skip
        found.append(("loss_unknown", planning.METERING_RULE, True))
    if kind.flow == rules.HIGH:
        found += _source_faults(application, plan)
    if kind.flow == rules.SOLAR:
        found += _solar_faults(application, plan, held)
    return [(words.fault_text(code, basis), basis) for code, basis, blocks in found if blocks or not hard]


def _source_faults(application: Application, plan: SupplyPlan) -> list[tuple[str, str, bool]]:
    rows = list(plan.sources.select_related("feeder__substation"))
    if not rows:
        return [("no_source", source_rules.BASIS, True)]
    given = [
        source_rules.Source(row.feeder.substation.code, row.feeder.code, row.bus_section) for row in rows
    ]
    found = source_rules.faults(
        application.importance, given, own_power_percent=application.own_power_percent
    )
    if application.kind == "high_dual" and len(rows) < 2:
        found.append(source_rules.Fault("too_few_sources", True))
    return [(fault.code, fault.basis, fault.hard) for fault in found]


def _solar_faults(
    application: Application, plan: SupplyPlan, held: planning.Figures
) -> list[tuple[str, str, bool]]:
    project: SolarProject = application.solar
    given = solar.Project(
        form=project.form, is_person=application.customer.is_person, voltage=project.voltage, capacity_kw=project.capacity_kw,
        mode=project.feed_mode, own_use_share=project.own_use_share, zone=project.zone, hosting_rate=plan.load_rate_after,
        spot_market=project.spot_market, abilities=frozenset(name for name in solar.ABILITIES if getattr(project, name)),
    )  # fmt: skip
    return [
        (fault.code, fault.basis, fault.hard)
        for fault in solar.faults(given, hosting_limit=held.pv_hosting_rate)
    ]


def high_reliability_fen(application: Application, on: date) -> int:
    """The fee of the feeders beyond the first; 0 where there is one."""
    plan = application.plans.exclude(state="returned").order_by("-revision").first()
    extra = [row.capacity_kva for row in plan.sources.all()][1:] if plan else []
    rate = parameter_queries.value(parameters.HIGH_RELIABILITY_YUAN, on=on)
    return fee_rules.high_reliability_fen(sum(extra, Decimal(0)), rate)


def meter_places(application: Application, plan: SupplyPlan) -> list[tuple[str, int]]:
    """Where a meter may hang by the plan: (use, incoming feeder)."""
    if application.kind in rules.PV:
        generation = [("generation", 1)]
        return generation if application.solar.feed_mode == solar.FULL_OWN else [("feed_in", 1), *generation]
    return [("purchase", number) for number in range(1, max(1, plan.sources.count()) + 1)]


def needed_places(application: Application, plan: SupplyPlan) -> list[tuple[str, int]]:
    """Where a meter must be taken out: everywhere, save where the present one does after more capacity."""
    places = meter_places(application, plan)
    if application.kind not in rules.INCREASES or application.supply_point is None:
        return places
    return [place for place in places if not _still_fits(application.supply_point, plan, place[1])]


def _still_fits(point: SupplyPoint, plan: SupplyPlan, feeder: int) -> bool:
    main = main_point(point, feeder)
    hanging = metering.hanging(main) if main else None
    if hanging is None:
        return False
    same = (hanging.ct_primary_a, hanging.ct_secondary_a, hanging.pt_ratio)
    return same == (plan.ct_primary_a, plan.ct_secondary_a, plan.pt_ratio) and hanging.meter.registers == plan.registers  # fmt: skip


def registers_for(plan: SupplyPlan, role: str) -> str:
    return plan.registers if role == "purchase" else "total"


def main_point(point: SupplyPoint, feeder: int = 1) -> MeteringPoint | None:
    """The metering point of a feeder through which the supply point is billed."""
    return (
        point.metering_points.filter(role="purchase", measure="metered", parent__isnull=True, feeder=feeder, closed_date__isnull=True)
        .order_by("id").first()
    )  # fmt: skip


def replaced_meters(application: Application, hung: Iterable[Hung]) -> list[str]:
    """Registers that are missing of meters that come down."""
    if application.kind not in rules.INCREASES or application.supply_point is None:
        return []
    found = []
    for item in hung:
        main = main_point(application.supply_point, item.issue.feeder)
        old = metering.hanging(main) if main else None
        if old is not None:
            given = {name for name, value in item.closing.items() if value not in (None, "")}
            found += sorted(REQUIRED[old.meter.registers] - given)
    return found


def route_for(application: Application, plan: SupplyPlan) -> ReadingRoute | None:
    """The route on which most meters of the same area (or, at high voltage, of the same unit and voltage) are read."""
    routes = ReadingRoute.objects.filter(unit__code__startswith=application.unit_id)
    terms = SupplyTerms.objects.filter(
        valid_to__isnull=True, supply_point__unit__code__startswith=application.unit_id
    )
    same = terms.filter(area=plan.area) if plan.area_id else terms.filter(voltage=plan.voltage)
    for points in (same, terms):
        found = (
            routes.filter(stops__metering_point__supply_point__in=points.values("supply_point_id"))
            .annotate(count=Count("id")).order_by("-count", "code").first()
        )  # fmt: skip
        if found is not None:
            return found
    return routes.order_by("code").first()


def tariff_names(book: str) -> dict[str, str]:
    """Tariffs of the book in force by code; empty where none is in force."""
    try:
        held = tariffs.book_in_force(book).book
    except tariffs.NoBookInForce:
        return {}
    chinese = (get_language() or "").startswith("zh")
    return {tariff.code: tariff.name.zh if chinese else tariff.name.en for tariff in held.tariffs}
