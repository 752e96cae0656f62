"""Restrictions in force, what ends soon or is overdue, and what comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from denghuo.commerce.changes.models import Change, ChangeState, CustomerTransformer
from denghuo.commerce.changes.queries.standing import figures
from denghuo.commerce.changes.rules import Figures, Spell, days_in_year, kinds, months_later

SOON, OVERDUE, TOO_OLD, FINE = "soon", "overdue", "too_old", "fine"


@dataclass(frozen=True)
class Restriction:
    """A restriction in force on a day. ``used_days`` counts the supply point's suspensions in the calendar year."""

    change: Change
    since: date
    ends_on: date | None
    days_left: int | None
    used_days: int | None
    limit_days: int
    alert: str
    next_kind: str
    units: tuple[CustomerTransformer, ...]

    @property
    def days_over(self) -> int:
        """Days past the end."""
        return max(0, -(self.days_left or 0))


def visible_changes(scope: str) -> QuerySet[Change]:
    """Changes of the unit ``scope`` and the units below it."""
    return Change.objects.filter(unit__code__startswith=scope).select_related(
        "supply_point", "customer", "account", "asked_by", "decided_by", "done_by"
    )


def restrictions_in_force(scope: str) -> QuerySet[Change]:
    """Suspended, reduced, temporarily exchanged or removed now."""
    return visible_changes(scope).filter(
        state=ChangeState.EFFECTIVE, ended_date__isnull=True, kind__in=kinds.RESTRICTIONS
    )


def restrictions(scope: str, *, on: date) -> list[Restriction]:
    """Everything in force with its clock, the most pressing first; four queries."""
    found = list(
        restrictions_in_force(scope)
        .prefetch_related("transformers__transformer")
        .order_by("until_date", "effective_date", "id")
    )
    held = figures(on)
    spells = _spells({change.supply_point_id for change in found}, on)
    rows = [_row(change, held, spells.get(change.supply_point_id, []), on) for change in found]
    order = {OVERDUE: 0, TOO_OLD: 1, SOON: 2, FINE: 3}
    rows.sort(key=lambda row: (order[row.alert], row.ends_on or date.max, row.change.pk))
    return rows


def _spells(point_ids: set[int], on: date) -> dict[int, list[Spell]]:
    rows: dict[int, list[Spell]] = defaultdict(list)
    for change in Change.objects.filter(
        supply_point_id__in=point_ids, kind=kinds.SUSPEND, state=ChangeState.EFFECTIVE
    ).order_by("effective_date", "id"):
        if change.effective_date is not None:
            rows[change.supply_point_id].append(Spell(change.effective_date, change.ended_date or on))
    return rows


def _row(change: Change, held: Figures, spells: list[Spell], on: date) -> Restriction:
    assert change.effective_date is not None
    ends_on = change.until_date
    if change.kind == kinds.REDUCE:
        ends_on = months_later(change.effective_date, held.restore_months)
    return Restriction(
        change=change,
        since=change.effective_date,
        ends_on=ends_on,
        days_left=(ends_on - on).days if ends_on else None,
        used_days=days_in_year(spells, on.year) if change.kind == kinds.SUSPEND else None,
        limit_days=held.year_days,
        alert=_alert(change.kind, ends_on, on, held),
        next_kind=kinds.ENDED_BY[change.kind],
        units=tuple(row.transformer for row in change.transformers.all()),
    )


def _alert(kind: str, ends_on: date | None, on: date, held: Figures) -> str:
    if ends_on is None:
        return FINE
    if on > ends_on:
        return TOO_OLD if kind == kinds.REDUCE else OVERDUE
    return SOON if on >= ends_on - timedelta(days=held.warn_days) else FINE


def used_days(spells: Iterable[Spell], year: int) -> int:
    """Days of suspension in a calendar year."""
    return days_in_year(spells, year)


def to_warn(*, on: date, limit: int = 1_000) -> list[Change]:
    """Restrictions that end soon and of which nobody was warned, where what ends them is not asked for yet."""
    latest = on + timedelta(days=figures(on).warn_days)
    return list(
        restrictions_in_force("")
        .filter(until_date__lte=latest, warned_at__isnull=True)
        .exclude(supply_point__changes__state__in=kinds.OPEN_STATES)
        .order_by("until_date", "id")[:limit]
    )
