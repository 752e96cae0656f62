"""Readings come in: judged and stored in one pass, however many they are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.timezone import localdate

from denghuo.commerce.metering import rules as metering_rules
from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.metering.rules import REGISTERS
from denghuo.commerce.readings import events
from denghuo.commerce.readings.frames import ReadingBatch
from denghuo.commerce.readings.frames.rows import nullable
from denghuo.commerce.readings.frames.situations import (
    Situations,
    anchors,
    history,
    live,
    lock,
    situations,
    units,
)
from denghuo.commerce.readings.models import (
    ExceptionAction,
    ExceptionState,
    Reading,
    ReadingException,
    ReadingKind,
    ReadingSource,
    ReadingState,
)
from denghuo.engine.readings import ABSENT, Findings, ReadingColumns, Tolerances, judge
from denghuo.engine.readings.advances import Bools
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.database.bulk import insert_columns
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import Cycle
from denghuo.kernel.quantities import READING_SCALE, scaled, unscaled

ACCEPTED, HELD, DUPLICATE, REFUSED = "accepted", "held", "duplicate", "refused"
_MODULUS = 10 ** np.arange(10, dtype=np.int64) * 10**READING_SCALE


@dataclass(frozen=True)
class Recorded:
    """What became of each row of a batch: accepted, held, duplicate (the same figures are there already) or refused.

    ``rules`` names the rules that a held or refused row broke.
    """

    outcomes: list[str]
    rules: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(self.outcomes)
        return {name: found[name] for name in (ACCEPTED, HELD, DUPLICATE, REFUSED)}


class ReadingRefused(Exception):
    """A single reading was not stored; ``rules`` says why (keys of ``readings.rules.RULES``)."""

    def __init__(self, rules: tuple[str, ...]) -> None:
        super().__init__(", ".join(rules))
        self.rules = rules


def record_reading(
    *,
    point: MeteringPoint,
    cycle: str,
    read_date: date,
    registers: Mapping[str, Decimal | int | str | None],
    source: str,
    at: datetime,
    actor: Staff | None = None,
    kind: str = ReadingKind.REGULAR,
    asset_number: str = "",
    today: date | None = None,
) -> Reading:
    """Store one reading; it is accepted or held (look at its ``state`` and ``exceptions``).

    The same figures sent again give the reading that is there already.

    Raises:
        ReadingRefused: it cannot be a reading of this point (wrong meter, future date, out of order, …).
        kernel.quantities.InexactQuantity: a register with more than four decimals.
    """
    batch = ReadingBatch(
        metering_point_ids=np.array([point.pk], np.int64),
        read_date=np.array([read_date], "datetime64[D]"),
        registers={
            name: np.array([scaled(value, READING_SCALE)], np.int64)
            for name, value in registers.items()
            if value not in (None, "")
        },
        asset_numbers=[asset_number],
    )
    recorded = record_many(
        batch=batch, cycle=cycle, source=source, at=at, actor=actor, kind=kind, today=today
    )
    if recorded.outcomes[0] == REFUSED:
        raise ReadingRefused(recorded.rules[0])
    return Reading.objects.filter(
        metering_point=point, cycle=cycle, kind=kind, state__in=[ReadingState.HELD, ReadingState.ACCEPTED]
    ).latest("id")


@transaction.atomic
def record_many(
    *,
    batch: ReadingBatch,
    cycle: str,
    source: str,
    at: datetime,
    actor: Staff | None = None,
    kind: str = ReadingKind.REGULAR,
    today: date | None = None,
    tolerances: Tolerances | None = None,
) -> Recorded:
    """Judge and store a batch of readings that close ``cycle`` (or are ``special`` readings inside it).

    Each row is accepted, held with its exceptions, refused, or a duplicate of what is there; the rows do not hold
    each other up. Sending the same batch again changes nothing. ``today`` (default: the day of ``at`` in local
    time) bounds reading dates.

    Raises:
        ValueError: ``cycle`` is not ``YYYY-MM``.
    """
    Cycle.parse(cycle)
    if not len(batch):
        return Recorded([])
    lock([point for point in batch.metering_point_ids.tolist() if point != ABSENT])
    judged = _assessed(batch, cycle, kind, today or localdate(at), tolerances)
    _insert(batch, judged, cycle, kind, source, at, actor)
    _raise(batch, judged, cycle, kind, at)
    _close_missing(batch, judged.fresh, cycle, at, actor)
    recorded = judged.recorded()
    if judged.fresh.any():
        _tell(recorded, cycle, source, at, actor)
    return recorded


def assess(
    *,
    batch: ReadingBatch,
    cycle: str,
    at: datetime,
    kind: str = ReadingKind.REGULAR,
    today: date | None = None,
    tolerances: Tolerances | None = None,
) -> Assessment:
    """What :func:`record_many` would say about ``batch``; nothing is written."""
    return _assessed(batch, cycle, kind, today or localdate(at), tolerances)


@dataclass(frozen=True)
class Assessment:
    """A judged batch: rows refused with their reasons, repeated, and what the rules found in all of them."""

    known: Situations
    refused: list[tuple[str, ...]]
    duplicate: Bools
    findings: Findings

    @property
    def fresh(self) -> Bools:
        """Rows that can be stored."""
        return np.array([not rules for rules in self.refused], np.bool_) & ~self.duplicate

    @property
    def held(self) -> Bools:
        """Rows that can be stored but not accepted."""
        return self.fresh & self.findings.any

    @property
    def broken(self) -> dict[str, Bools]:
        held = self.held
        return {code: rows & held for code, rows in self.findings.broken.items() if (rows & held).any()}

    def recorded(self) -> Recorded:
        return _recorded(self.refused, self.duplicate, self.held, self.broken)


def _assessed(
    batch: ReadingBatch, cycle: str, kind: str, today: date, tolerances: Tolerances | None
) -> Assessment:
    known = situations(batch)
    refused, duplicate = _refusals(batch, known, today, cycle, kind)
    return Assessment(known, refused, duplicate, _judged(batch, known, tolerances or Tolerances()))


def _refusals(
    batch: ReadingBatch, known: Situations, today: date, cycle: str, kind: str
) -> tuple[list[tuple[str, ...]], Bools]:
    """Why each row cannot be stored, and which rows repeat what is stored."""
    rows = len(batch)
    unknown = batch.metering_point_ids == ABSENT
    no_meter = (known.installation_id == ABSENT) | (batch.read_date < known.installed)
    reasons: dict[str, Bools] = {
        "unknown_point": unknown,
        "no_meter": ~unknown & no_meter,
        "future_date": batch.read_date > np.datetime64(today),
        "wrong_meter": ~unknown & ~no_meter & _other_meter(batch, known),
        "out_of_order": ~no_meter & _out_of_order(batch, known),
    }
    reasons |= _register_refusals(batch, known, unknown | no_meter)
    duplicate, differs = _repeats(batch, cycle, kind)
    reasons["duplicate"] = differs
    reasons["out_of_order"] &= ~differs
    refused: list[tuple[str, ...]] = [()] * rows
    hit = np.logical_or.reduce(list(reasons.values())) & ~duplicate
    for row in np.flatnonzero(hit).tolist():
        refused[row] = tuple(code for code, mask in reasons.items() if mask[row])
    return refused, duplicate


def _other_meter(batch: ReadingBatch, known: Situations) -> Bools:
    if batch.asset_numbers is None:
        return np.zeros(len(batch), np.bool_)
    pairs = zip(batch.asset_numbers, known.asset_number, strict=True)
    return np.array([bool(seen) and seen != hanging for seen, hanging in pairs], np.bool_)


def _out_of_order(batch: ReadingBatch, known: Situations) -> Bools:
    initial = np.array([kind == ReadingKind.INITIAL for kind in known.previous_kind], np.bool_)
    return (batch.read_date < known.previous_date) | (~initial & (batch.read_date == known.previous_date))


def _register_refusals(batch: ReadingBatch, known: Situations, skip: Bools) -> dict[str, Bools]:
    register_set = np.array(known.register_set, dtype=object)
    limit = _MODULUS[known.integer_digits]
    missing, out = np.zeros(len(batch), np.bool_), np.zeros(len(batch), np.bool_)
    for name in REGISTERS:
        values = batch.register(name)
        given = values != ABSENT
        needs = [one for one, names in metering_rules.REQUIRED.items() if name in names]
        has = [one for one, names in metering_rules.ALLOWED.items() if name in names]
        missing |= ~given & np.isin(register_set, needs)
        highest = _MODULUS[-1] if name == "max_demand" else limit
        out |= given & ((values < 0) | (values >= highest) | ~np.isin(register_set, has))
    return {"register_missing": missing & ~skip, "register_range": out & ~skip}


def _repeats(batch: ReadingBatch, cycle: str, kind: str) -> tuple[Bools, Bools]:
    """Rows that say again what is stored or what an earlier row said; and rows that say something else."""
    same, differs = np.zeros(len(batch), np.bool_), np.zeros(len(batch), np.bool_)
    points = batch.metering_point_ids
    first: dict[int, int] = {}
    unique, counts = np.unique(points[points != ABSENT], return_counts=True)
    twice = set(unique[counts > 1].tolist())
    stored = live(batch, cycle, kind) if kind != ReadingKind.SPECIAL else {}
    if not twice and not stored:
        return same, differs
    values = {name: batch.register(name) for name in REGISTERS}
    for row, point in enumerate(points.tolist()):
        figures = None
        if point in stored:
            figures = stored[point][2:]
        elif point in twice and point in first:
            figures = tuple(nullable(values[name][[first[point]]])[0] for name in REGISTERS)
        first.setdefault(point, row)
        if figures is not None:
            again = tuple(nullable(values[name][[row]])[0] for name in REGISTERS) == tuple(figures)
            same[row], differs[row] = again, not again
    return same, differs


def _judged(batch: ReadingBatch, known: Situations, tolerances: Tolerances) -> Findings:
    days = (batch.read_date - known.previous_date).astype(np.int64)
    anchor_total, anchor_days = anchors(known, batch)
    columns = ReadingColumns(
        opening=known.opening,
        closing={name: batch.register(name) for name in REGISTERS},
        modulus=_MODULUS[known.integer_digits],
        multiplier=known.multiplier,
        days=np.where(np.isnat(known.previous_date) | np.isnat(batch.read_date), 0, days),
        end_day=batch.read_date.astype(np.int64),
        capacity=known.capacity,
        after_estimate=np.array([source == ReadingSource.ESTIMATE for source in known.previous_source]),
        anchor_total=anchor_total,
        anchor_days=anchor_days,
        history=history(batch),
    )
    return judge(columns, tolerances)


def _insert(
    batch: ReadingBatch,
    judged: Assessment,
    cycle: str,
    kind: str,
    source: str,
    at: datetime,
    actor: Staff | None,
) -> None:
    known, findings, held = judged.known, judged.findings, judged.held
    rows = np.flatnonzero(judged.fresh)
    count = len(rows)
    if not count:
        return
    days = (batch.read_date - known.previous_date)[rows]
    chained = known.previous_id[rows] != ABSENT
    columns: dict[str, Any] = {
        "metering_point_id": batch.metering_point_ids[rows].tolist(),
        "installation_id": known.installation_id[rows].tolist(),
        "cycle": [cycle] * count,
        "read_date": batch.read_date[rows].tolist(),
        "kind": [str(kind)] * count,
        "source": [str(source)] * count,
        "state": np.where(held[rows], HELD, ACCEPTED).tolist(),
        "previous_id": nullable(known.previous_id[rows]),
        "rolled_over": findings.rolled_over[rows].tolist(),
        "advance_kwh": nullable(np.where(chained, findings.energy[rows], ABSENT)),
        "advance_days": nullable(np.where(chained, days.astype(np.int64), ABSENT)),
        "estimate_method": [""] * count,
        "entered_by_id": [actor.pk if actor else None] * count,
        "entered_at": [at] * count,
    }
    columns |= {name: nullable(batch.register(name)[rows]) for name in REGISTERS}
    insert_columns(Reading, columns)


def _raise(batch: ReadingBatch, judged: Assessment, cycle: str, kind: str, at: datetime) -> None:
    findings, held, broken = judged.findings, judged.held, judged.broken
    rows = np.flatnonzero(held).tolist()
    if not rows:
        return
    points = [int(batch.metering_point_ids[row]) for row in rows]
    reading_of = dict(
        Reading.objects.filter(
            cycle=cycle, kind=kind, state=ReadingState.HELD, metering_point_id__in=points
        ).values_list("metering_point_id", "id")
        if len(points) < 500
        else Reading.objects.filter(cycle=cycle, kind=kind, state=ReadingState.HELD).values_list(
            "metering_point_id", "id"
        )
    )
    unit_of = units(points)
    ReadingException.objects.bulk_create(
        ReadingException(
            metering_point_id=point,
            reading_id=reading_of[point],
            cycle=cycle,
            rule=code,
            detail=json.dumps(_detail(findings, row)),
            unit_id=unit_of[point],
            raised_at=at,
        )
        for row, point in zip(rows, points, strict=True)
        for code, mask in broken.items()
        if mask[row]
    )


def _detail(findings: Findings, row: int) -> dict[str, str]:
    figures = {"advance_kwh": findings.energy[row], "expected_kwh": findings.expected[row]}
    return {name: str(unscaled(int(value), 2)) for name, value in figures.items() if value != ABSENT}


def _close_missing(batch: ReadingBatch, fresh: Bools, cycle: str, at: datetime, actor: Staff | None) -> None:
    waiting = ReadingException.objects.filter(cycle=cycle, rule="missing").exclude(
        state=ExceptionState.RESOLVED
    )
    open_points = dict(waiting.values_list("metering_point_id", "id"))
    now_read = set(batch.metering_point_ids[fresh].tolist())
    closed = [pk for point, pk in open_points.items() if point in now_read]
    ReadingException.objects.filter(pk__in=closed[:]).update(
        state=ExceptionState.RESOLVED,
        action=ExceptionAction.READ,
        resolved_at=at,
        resolved_by=actor,
    )


def _recorded(
    refused: list[tuple[str, ...]], duplicate: Bools, held: Bools, broken: Mapping[str, Bools]
) -> Recorded:
    outcomes, rules = [ACCEPTED] * len(refused), {}
    for row in np.flatnonzero(held).tolist():
        outcomes[row] = HELD
        rules[row] = tuple(code for code, mask in broken.items() if mask[row])
    for row in np.flatnonzero(duplicate).tolist():
        outcomes[row] = DUPLICATE
    for row, codes in enumerate(refused):
        if codes:
            outcomes[row], rules[row] = REFUSED, codes
    return Recorded(outcomes, rules)


def _tell(recorded: Recorded, cycle: str, source: str, at: datetime, actor: Staff | None) -> None:
    counts = recorded.counts
    audit.record(
        "readings.batch.recorded",
        at=at,
        actor=actor,
        subject_type="readings.cycle",
        subject_id=cycle,
        changes={"source": [None, str(source)], **{name: [None, count] for name, count in counts.items()}},
    )
    outbox.publish(events.ReadingsRecorded(cycle=cycle, accepted=counts[ACCEPTED], held=counts[HELD], at=at))
