"""From calls and meter events to the equipment that has probably failed: the lowest one that explains them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from denghuo.commerce.outages.rules.states import FEEDER, SUBSTATION, TRANSFORMER


@dataclass(frozen=True)
class Signal:
    """Somebody without supply: ``place`` tells two reports of the same supply from two supplies."""

    signal_id: int
    at: datetime
    transformer_id: int
    place: str


@dataclass(frozen=True)
class Above:
    """What feeds a transformer."""

    feeder_id: int
    substation_id: int


@dataclass(frozen=True)
class Limits:
    calls: int
    within: timedelta
    areas: int
    feeders: int


@dataclass(frozen=True)
class Suggestion:
    """``signal_ids`` are explained by a failure of one piece of equipment."""

    level: str
    equipment_id: int
    signal_ids: tuple[int, ...]
    first_at: datetime
    last_at: datetime


def suggestions(signals: Iterable[Signal], above: Mapping[int, Above], limits: Limits) -> list[Suggestion]:
    """What has probably failed.

    A transformer is suspected when ``calls`` different places behind it report within ``within``; the feeder instead
    when ``areas`` of its transformers are suspected so, the substation when ``feeders`` of its feeders are. Every report
    belongs to at most one suggestion: the highest.
    """
    behind: dict[int, list[Signal]] = defaultdict(list)
    for signal in signals:
        behind[signal.transformer_id].append(signal)
    suspected = {
        transformer: dense
        for transformer, found in behind.items()
        if (dense := _dense(found, limits.calls, limits.within))
    }
    by_feeder: dict[int, list[int]] = defaultdict(list)
    for transformer in sorted(suspected):
        by_feeder[above[transformer].feeder_id].append(transformer)
    failed = {feeder: found for feeder, found in by_feeder.items() if len(found) >= limits.areas}
    by_substation: dict[int, list[int]] = defaultdict(list)
    for feeder, found in sorted(failed.items()):
        by_substation[above[found[0]].substation_id].append(feeder)
    made = []
    for substation, feeders in sorted(by_substation.items()):
        if len(feeders) >= limits.feeders:
            covered = [t for t in behind if above[t].substation_id == substation]
            made.append(_suggest(SUBSTATION, substation, behind, covered))
            for feeder in [f for f, ts in by_feeder.items() if above[ts[0]].substation_id == substation]:
                by_feeder.pop(feeder)
    for feeder, transformers in sorted(by_feeder.items()):
        if feeder in failed:
            covered = [t for t in behind if above[t].feeder_id == feeder]
            made.append(_suggest(FEEDER, feeder, behind, covered))
        else:
            made += [_suggest(TRANSFORMER, one, suspected, [one]) for one in transformers]
    return sorted(made, key=lambda item: (item.first_at, item.level, item.equipment_id))


def _dense(signals: Sequence[Signal], calls: int, within: timedelta) -> list[Signal]:
    """All signals from the first moment on in which ``calls`` different places reported within ``within``; else none."""
    ordered = sorted(signals, key=lambda signal: (signal.at, signal.signal_id))
    for position, first in enumerate(ordered):
        window = [signal for signal in ordered[position:] if signal.at - first.at <= within]
        if len({signal.place for signal in window}) >= calls:
            return ordered[position:]
    return []


def _suggest(
    level: str, equipment_id: int, by_transformer: Mapping[int, Sequence[Signal]], transformers: Iterable[int]
) -> Suggestion:
    found = [signal for transformer in transformers for signal in by_transformer[transformer]]
    return Suggestion(
        level,
        equipment_id,
        tuple(sorted(signal.signal_id for signal in found)),
        min(signal.at for signal in found),
        max(signal.at for signal in found),
    )
