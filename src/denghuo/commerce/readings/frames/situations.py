"""What is known about metering points at the moment their readings come in, as columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import connection

from denghuo.commerce.metering.rules import REGISTERS
from denghuo.commerce.readings.frames.rows import columns, days, epoch_day, integers, matrix
from denghuo.engine.readings import ABSENT, History
from denghuo.engine.readings.advances import Ints
from denghuo.foundation.database.sql import among, among_texts, fetch

Days = np.ndarray[Any, np.dtype[np.datetime64]]
_HISTORY_DAYS = 800


@dataclass(frozen=True)
class ReadingBatch:
    """Readings as they arrive, one row each.

    ``metering_point_ids``: ``ABSENT`` where the sender named none that we know. ``registers``: every name of
    ``metering.rules.REGISTERS`` that occurs, in 0.0001 kWh (kvarh, kW), ``ABSENT`` where not given.
    ``asset_numbers``: the meter the sender saw, empty where not said.
    """

    metering_point_ids: Ints
    read_date: Days
    registers: Mapping[str, Ints]
    asset_numbers: Sequence[str] | None = None

    def __len__(self) -> int:
        return len(self.metering_point_ids)

    def register(self, name: str) -> Ints:
        found = self.registers.get(name)
        return np.full(len(self), ABSENT, np.int64) if found is None else found


@dataclass(frozen=True)
class Situations:
    """One row for each row of a batch; ids are ``ABSENT`` where there is none.

    ``opening`` are the registers of the reading that the new one starts from.
    """

    installation_id: Ints
    installed: Days
    multiplier: Ints
    integer_digits: Ints
    register_set: Sequence[str]
    asset_number: Sequence[str]
    capacity: Ints
    previous_id: Ints
    previous_date: Days
    previous_kind: Sequence[str]
    previous_source: Sequence[str]
    opening: Mapping[str, Ints]


_SITUATION = f"""
SELECT i.metering_point_id, i.id, i.installed_date, i.multiplier, m.integer_digits, m.registers, m.asset_number,
       st.capacity_kva, r.id, r.read_date, r.kind, r.source, {", ".join(f"r.{name}" for name in REGISTERS)}
FROM metering_installation i
JOIN metering_meter m ON m.id = i.meter_id
JOIN metering_meteringpoint mp ON mp.id = i.metering_point_id
LEFT JOIN supply_supplyterms st ON st.supply_point_id = mp.supply_point_id AND st.valid_to IS NULL
LEFT JOIN readings_reading r ON r.id = (
    SELECT tip.id FROM readings_reading tip
    WHERE tip.metering_point_id = i.metering_point_id AND tip.installation_id = i.id AND tip.state = 'accepted'
    ORDER BY tip.read_date DESC, tip.id DESC LIMIT 1)
WHERE i.removed_date IS NULL AND {{scope}}
"""  # noqa: S608 - only column names of this module
_WIDTH = 12 + len(REGISTERS)


def lock(metering_point_ids: Iterable[int]) -> None:
    """Let nobody else add to these chains until the transaction ends."""
    if connection.vendor == "postgresql":
        inside, params = among("metering_point_id", metering_point_ids)
        fetch(
            f"SELECT id FROM metering_installation WHERE removed_date IS NULL AND {inside} ORDER BY id FOR UPDATE",  # noqa: S608
            params,
        )


def positions(keys: Ints, wanted: Ints) -> Ints:
    """Where each of ``wanted`` stands in ``keys`` (unique), −1 where it does not."""
    if not keys.size:
        return np.full(len(wanted), -1, np.int64)
    order = np.argsort(keys, kind="stable")
    place = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)
    found = order[place]
    return np.where(keys[found] == wanted, found, -1)


def situations(batch: ReadingBatch) -> Situations:
    """The hanging meter, the last accepted reading and the capacity for each row of ``batch``."""
    scope, params = among("i.metering_point_id", _known(batch))
    found = columns(fetch(_SITUATION.format(scope=scope), params), _WIDTH)
    at = positions(integers(found[0]), batch.metering_point_ids)

    def numbers(index: int) -> Ints:
        values = np.r_[integers(found[index]), ABSENT]
        return values[at]

    def texts(index: int) -> list[str]:
        values = np.array([*(value or "" for value in found[index]), ""], dtype=object)
        return list(values[at])

    def dates(index: int) -> Days:
        return np.r_[days(found[index]), np.datetime64("NaT", "D")][at]

    return Situations(
        installation_id=numbers(1),
        installed=dates(2),
        multiplier=np.where(at >= 0, numbers(3), 1),
        integer_digits=np.where(at >= 0, numbers(4), 6),
        register_set=texts(5),
        asset_number=texts(6),
        capacity=numbers(7),
        previous_id=numbers(8),
        previous_date=dates(9),
        previous_kind=texts(10),
        previous_source=texts(11),
        opening={name: numbers(12 + offset) for offset, name in enumerate(REGISTERS)},
    )


def _known(batch: ReadingBatch) -> list[int]:
    ids = np.unique(batch.metering_point_ids)
    return ids[ids != ABSENT].tolist()


def history(batch: ReadingBatch) -> History:
    """Advances from one actual reading to the next, of the last two years of the points in ``batch``."""
    known = _known(batch)
    if not known:
        return History.empty()
    earliest = batch.read_date.min().astype(object) - timedelta(days=_HISTORY_DAYS)
    inside, params = among("r.metering_point_id", known)
    rows = fetch(
        f"SELECT r.metering_point_id, {epoch_day('r.read_date')}, r.advance_kwh, r.advance_days "  # noqa: S608
        "FROM readings_reading r JOIN readings_reading p ON p.id = r.previous_id AND p.source <> 'estimate' "
        f"WHERE r.state = 'accepted' AND r.advance_days > 0 AND r.source <> 'estimate' AND r.read_date >= %s AND {inside}",
        [earliest.isoformat(), *params],
    )
    if not rows:
        return History.empty()
    point, day, energy, taken = matrix(rows, 4)
    order = np.argsort(batch.metering_point_ids, kind="stable")
    keys = batch.metering_point_ids[order]
    first = np.r_[True, keys[1:] != keys[:-1]]
    row = order[first][np.searchsorted(keys[first], point)]
    return History(row, day, energy, taken)


def live(batch: ReadingBatch, cycle: str, kind: str) -> dict[int, tuple[Any, ...]]:
    """Held and accepted readings of ``cycle`` by metering point: (id, installation, state, registers …)."""
    inside, params = among("metering_point_id", _known(batch))
    rows = fetch(
        f"SELECT metering_point_id, id, read_date, {', '.join(REGISTERS)} FROM readings_reading "  # noqa: S608
        f"WHERE cycle = %s AND kind = %s AND state IN ('held', 'accepted') AND {inside}",
        [cycle, kind, *params],
    )
    return {row[0]: row[1:] for row in rows}


def units(metering_point_ids: Iterable[int]) -> dict[int, str]:
    """The unit that answers for each point: its route's, or its supply point's where it has no route."""
    inside, params = among("mp.id", metering_point_ids)
    return dict(
        fetch(
            "SELECT mp.id, COALESCE(route.unit_id, sp.unit_id) FROM metering_meteringpoint mp "  # noqa: S608
            "JOIN supply_supplypoint sp ON sp.id = mp.supply_point_id "
            "LEFT JOIN readings_routestop stop ON stop.metering_point_id = mp.id "
            f"LEFT JOIN readings_readingroute route ON route.id = stop.route_id WHERE {inside}",
            params,
        )
    )


def points_by_number(numbers: Sequence[str], unit_prefix: str) -> dict[str, int]:
    """Metering points by their own number or by the asset number of the meter that hangs there, within the units of ``unit_prefix``."""
    wanted = sorted({number for number in numbers if number})
    inside, params = among_texts("mp.number", wanted)
    within = unit_prefix + "%"
    found = dict(
        fetch(
            "SELECT mp.number, mp.id FROM metering_meteringpoint mp "  # noqa: S608
            f"JOIN supply_supplypoint sp ON sp.id = mp.supply_point_id WHERE sp.unit_id LIKE %s AND {inside}",
            [within, *params],
        )
    )
    if rest := [number for number in wanted if number not in found]:
        inside, params = among_texts("m.asset_number", rest)
        found |= dict(
            fetch(
                "SELECT m.asset_number, i.metering_point_id FROM metering_meter m "  # noqa: S608
                "JOIN metering_installation i ON i.meter_id = m.id AND i.removed_date IS NULL "
                "JOIN metering_meteringpoint mp ON mp.id = i.metering_point_id "
                f"JOIN supply_supplypoint sp ON sp.id = mp.supply_point_id WHERE sp.unit_id LIKE %s AND {inside}",
                [within, *params],
            )
        )
    return found


def scheduled_day(metering_point_id: int) -> int:
    """The reading day of the point's route; day 1 where it has none."""
    rows = fetch(
        "SELECT route.reading_day FROM readings_routestop stop "
        "JOIN readings_readingroute route ON route.id = stop.route_id WHERE stop.metering_point_id = %s",
        [metering_point_id],
    )
    return rows[0][0] if rows else 1


def anchors(known: Situations, batch: ReadingBatch) -> tuple[Ints, Ints]:
    """Total register and days since the last actual reading; another than the previous one only after estimates."""
    total = known.opening["total"].copy()
    since = known.previous_date.copy()
    guessed = np.array([source == "estimate" for source in known.previous_source], np.bool_)
    if guessed.any():
        inside, params = among("r.installation_id", known.installation_id[guessed].tolist())
        points, own = among("r.metering_point_id", batch.metering_point_ids[guessed].tolist())
        rows = fetch(
            "SELECT r.installation_id, r.read_date, r.total FROM readings_reading r "  # noqa: S608
            f"WHERE r.state = 'accepted' AND r.source <> 'estimate' AND {points} AND {inside} ORDER BY r.read_date, r.id",
            [*own, *params],
        )
        last = {row[0]: row[1:] for row in rows}
        for row in np.flatnonzero(guessed).tolist():
            if found := last.get(int(known.installation_id[row])):
                since[row], total[row] = np.datetime64(str(found[0]), "D"), found[1]
    length = (batch.read_date - since).astype(np.int64)
    return total, np.where(np.isnat(since) | np.isnat(batch.read_date), 0, length)
