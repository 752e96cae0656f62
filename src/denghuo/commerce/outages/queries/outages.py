"""Outages as people ask about them: now, to come, over; whom to tell; what clashes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from denghuo.commerce.outages import rules
from denghuo.commerce.outages.models import (
    CAUSE_WORDS,
    AffectedSupply,
    EndEstimate,
    FaultSignal,
    Outage,
    OutageState,
)
from denghuo.commerce.outages.queries import supplies
from denghuo.commerce.outages.queries.supplies import Equipment
from denghuo.commerce.outages.rules import grouping, merging, parameters, priority
from denghuo.commerce.outages.rules.grouping import Suggestion
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.foundation.parameters.rules import Parameter
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Customer
from denghuo.records.grid import queries as grid
from denghuo.records.grid.models import Transformer

COUNTED = {"supplies": Count("affected"), "without": Count("affected", filter=Q(affected__off_minute__isnull=False, affected__on_minute__isnull=True))}  # fmt: skip


def figures(on: date) -> dict[str, int]:
    """The parameters of this room on a day, by the part of their code after the dot."""
    found = parameter_queries.values(parameters.ALL, on=on)
    return {code.partition(".")[2]: int(value) for code, value in found.items()}


def figure(parameter: Parameter, on: date) -> int:
    return int(parameter_queries.value(parameter, on=on))


def visible(scope: str) -> QuerySet[Outage]:
    """Outages of the units below a scope, and of those above it: a station sees its bureau's feeders."""
    return Outage.objects.filter(grid.visible(scope, "unit__pk")).select_related(
        "unit", "requested_by", "decided_by", "substation", "feeder", "transformer", "merged_into"
    )


def running(scope: str = "") -> QuerySet[Outage]:
    """Without supply now, the longest first."""
    return visible(scope).filter(state=OutageState.RUNNING).order_by("started_at", "id")


def to_come(scope: str = "") -> QuerySet[Outage]:
    return visible(scope).filter(state=OutageState.APPROVED).order_by("begins_at", "id")


def open_on(transformer_id: int) -> Outage | None:
    """The running outage that takes supply from a transformer, if there is one."""
    return (
        Outage.objects.filter(state=OutageState.RUNNING)
        .filter(behind(transformer_id))
        .order_by("started_at", "id")
        .first()
    )


def behind(transformer_id: int) -> Q:
    """Outages whose equipment feeds a transformer."""
    return (
        Q(transformer_id=transformer_id)
        | Q(feeder__transformers=transformer_id)
        | Q(substation__feeders__transformers=transformer_id)
    )


def clashes(
    equipment: Equipment, begins_at: datetime, ends_at: datetime, *, exclude: int = 0
) -> list[merging.Clash]:
    """Other announced works on the same supplies within the days of the parameter."""
    days = figure(parameters.MERGE_DAYS, day_of(begins_at))
    asked = _works_of(equipment, begins_at, ends_at, exclude)
    reach = timedelta(days=days)
    rows = (
        Outage.objects.filter(
            kind__in=rules.ANNOUNCED,
            state__in=["proposed", "approved", "running", "restored"],
            begins_at__lt=ends_at + reach,
            ends_at__gt=begins_at - reach,
        )
        .exclude(pk=exclude)
        .select_related("substation", "feeder", "transformer")
        .prefetch_related("notices")
        .order_by("begins_at", "id")
    )
    return merging.clashes(asked, [works(row) for row in rows], days=days)


def _works_of(equipment: Equipment, begins_at: datetime, ends_at: datetime, outage_id: int) -> merging.Works:
    ids = supplies.transformers_behind(equipment).values_list("pk", flat=True)
    return merging.Works(frozenset(ids), begins_at, ends_at, outage_id)


def works(outage: Outage) -> merging.Works:
    """An outage as the merge check sees it."""
    assert outage.ends_at is not None
    return merging.Works(
        supplies.covered(outage),
        outage.begins_at,
        max(outage.ends_at, outage.restored_at or outage.ends_at),
        outage.pk,
        outage.number,
        outage.state,
        any(notice.published_at is not None for notice in outage.notices.all()),
    )


@dataclass(frozen=True)
class Reader:
    """A customer to be told, with the first of the supplies concerned."""

    customer: Customer
    account_id: int
    point: str


@dataclass(frozen=True)
class Told:
    """What customers are told about an outage, and who."""

    number: str
    place: str
    reason: str
    begins_at: datetime
    ends_at: datetime | None
    readers: list[Reader]


def told(outage_id: int, *, audience: str) -> Told | None:
    """Whom to tell of an outage, those first who get supply back first; None for an outage that is gone."""
    outage = Outage.objects.filter(pk=outage_id).first()
    if outage is None:
        return None
    rows = AffectedSupply.objects.filter(outage_id=outage_id)
    if audience == "important":
        rows = rows.filter(rank__lte=priority.TREATED)
    readers: dict[int, Reader] = {}
    for row in rows.select_related("customer", "supply_point").order_by("rank", "supply_point__number"):
        readers.setdefault(row.customer_id, Reader(row.customer, row.account_id, row.supply_point.number))
    last = outage.estimates.last()
    reason = last.reason if last and last.reason else CAUSE_WORDS[outage.cause]
    if outage.state == OutageState.CANCELLED:
        reason = outage.decision_note
    return Told(
        outage.number,
        outage.place,
        reason,
        outage.begins_at,
        outage.restored_at or outage.expected_end_at or outage.ends_at,
        list(readers.values()),
    )


def open_signals(scope: str = "", *, since: datetime | None = None) -> QuerySet[FaultSignal]:
    """Reports that no outage explains yet."""
    rows = FaultSignal.objects.filter(
        outage__isnull=True, dismissed_at__isnull=True, unit__pk__startswith=scope
    ).select_related("transformer__feeder", "supply_point")
    return (rows.filter(reported_at__gte=since) if since else rows).order_by("reported_at", "id")


WATCHED = timedelta(hours=12)


@dataclass(frozen=True)
class Suspicion:
    """A suggested outage with its equipment, ready to show."""

    suggestion: Suggestion
    equipment: Equipment
    place: str
    places: int


def suspicions(*, at: datetime, scope: str = "") -> list[Suspicion]:
    """What has probably failed, from the reports of the last hours that no outage explains."""
    rows = list(open_signals(scope, since=at - WATCHED))
    if not rows:
        return []
    numbers = figures(day_of(at))
    limits = grouping.Limits(
        numbers["calls_that_suggest"],
        timedelta(minutes=numbers["calls_within_minutes"]),
        numbers["areas_that_suggest_a_feeder"],
        numbers["feeders_that_suggest_a_substation"],
    )
    signals = [grouping.Signal(row.pk, row.reported_at, row.transformer_id, row.place_key) for row in rows]
    found = grouping.suggestions(signals, supplies.above({row.transformer_id for row in rows}), limits)
    by_id = {row.pk: row for row in rows}
    shown = []
    for suggestion in found:
        equipment = supplies.equipment_of(suggestion.level, suggestion.equipment_id)
        assert equipment is not None
        places = {by_id[pk].place_key for pk in suggestion.signal_ids}
        shown.append(Suspicion(suggestion, equipment, supplies.place_of(equipment), len(places)))
    return shown


def of_supply(supply_point_ids: Iterable[int], *, limit: int = 6) -> list[AffectedSupply]:
    """Outages that touched these supplies, newest first."""
    return list(
        AffectedSupply.objects.filter(
            supply_point_id__in=list(supply_point_ids),
            outage__state__in=["approved", "running", "restored"],
        )
        .select_related("outage", "supply_point")
        .order_by("-outage__begins_at", "-id")[:limit]
    )


def of_account(account_id: int, *, limit: int = 6) -> list[AffectedSupply]:
    """Outages that touched the supplies of an account, newest first."""
    return list(
        AffectedSupply.objects.filter(
            supply_point__account_id=account_id, outage__state__in=["approved", "running", "restored"]
        )
        .select_related("outage", "supply_point")
        .order_by("-outage__begins_at", "-id")[:limit]
    )


def of_transformer(transformer: Transformer, *, limit: int = 6) -> list[Outage]:
    """Outages of a transformer and of everything above it, newest first."""
    return list(
        Outage.objects.filter(
            Q(transformer=transformer)
            | Q(feeder_id=transformer.feeder_id)
            | Q(substation__feeders=transformer.feeder_id)
        )
        .exclude(state__in=["refused", "cancelled", "merged"])
        .order_by("-begins_at", "-id")[:limit]
    )


def first_and_last_errors(*, start: datetime, end: datetime, scope: str = "") -> tuple[list[int], list[int]]:
    """For outages restored in a period: minutes by which the first and the last announced end were missed."""
    rows = (
        EndEstimate.objects.filter(
            outage__state=OutageState.RESTORED, outage__restored_at__gte=start, outage__restored_at__lt=end
        )
        .filter(grid.visible(scope, "outage__unit__pk"))
        .order_by("outage_id", "id")
        .values_list("outage_id", "expected_at", "outage__restored_at")
    )
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for outage_id, expected_at, restored_at in rows:
        assert restored_at is not None
        error = int((restored_at - expected_at).total_seconds() // 60)
        first.setdefault(outage_id, error)
        last[outage_id] = error
    return list(first.values()), list(last.values())
