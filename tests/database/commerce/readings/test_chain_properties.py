"""Random months of a metering point: read, special reading, exchange, change of ratio, replace, repair.

After every story the chain joins up and the engine's energy is what the meters really counted (the slow counter of
``tests/oracles/advances.py``), roll-overs included.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denghuo.commerce.metering import operations as metering_operations
from denghuo.commerce.metering.operations import Transformers
from denghuo.commerce.readings import frames, operations
from denghuo.commerce.readings.models import Reading
from denghuo.kernel.periods import Cycle
from tests.cast import metering, readings, supply
from tests.oracles.advances import Counter, Place

pytestmark = pytest.mark.django_db

events = st.lists(
    st.tuples(st.sampled_from(["special", "exchange", "ratio", "repair", "quiet"]), st.integers(1, 4)),
    min_size=2,
    max_size=4,
)


@given(story=events, start=st.integers(0, 9_999), data=st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_chain_joins_up_and_counts_what_the_meters_counted(story, start, data):
    capacity = {"capacity_kva": 100_000}
    supply_point = supply.household(terms=capacity)
    installation = metering.hang(supply_point, opening={"total": start}, integer_digits=4)
    point, place = installation.metering_point, Place(Counter(4, start), 1)
    cycle, checked = Cycle.parse("2025-08"), []
    for kind, size in story:
        before = place.energy
        place.use(25 * size)
        happen(kind, point, place, cycle)
        place.use(25 * size)
        accepted_reading(point, place, cycle)
        checked.append((str(cycle), place.energy - before))
        cycle = cycle.shifted(1)
    if any(kind == "repair" for kind, _ in story):
        first = Reading.objects.filter(metering_point=point, kind="regular", state="accepted").earliest(
            "read_date"
        )
        shift(first, checked, place)
    counted = {
        cycle: sum(
            ((row["closing_total"] - row["opening_total"]) % (row["modulus"] or 10**9))
            // 10_000
            * row["multiplier"]
            // 100
            for row in frames.advances(cycle=cycle, metering_point_ids=[point.pk]).to_pylist()
        )
        for cycle, _ in checked
    }
    assert sum(counted.values()) == place.energy
    if not any(kind == "repair" for kind, _ in story):
        assert counted == dict(checked)
    joined_up(point, [cycle for cycle, _ in checked])


def happen(kind: str, point, place: Place, cycle: Cycle) -> None:
    day = cycle.first + timedelta(days=10)
    at = readings.noon(day)
    shown = {"total": place.meter.shows()}
    if kind == "special":
        operations.record_reading(
            point=point,
            cycle=str(cycle),
            read_date=day,
            registers=shown,
            source="field",
            kind="special",
            at=at,
        )
    elif kind == "exchange":
        metering_operations.exchange(
            point=point, closing=shown, new_meter=metering.meter(integer_digits=4), opening={"total": 7},
            on=day, reason="轮换", at=at,
        )  # fmt: skip
        place.hang(Counter(4, 7), place.multiplier)
    elif kind == "ratio":
        place.multiplier = 2 if place.multiplier == 1 else 1
        metering_operations.change_ratio(
            point=point, transformers=Transformers(5 * place.multiplier, 5, 1), registers=shown, on=day, reason="增容", at=at
        )  # fmt: skip


def accepted_reading(point, place: Place, cycle: Cycle) -> None:
    """The closing reading, accepted also where a young history makes it look unusual."""
    reading = readings.read(point, str(cycle), place.meter.shows())
    if reading.state == "held":
        outcome = operations.accept(exceptions=reading.exceptions.all(), reason="核实", at=reading.entered_at)
        assert not outcome.refused


def shift(reading: Reading, checked: list, place: Place) -> None:
    """One kWh more in the first period and less in the next."""
    later = Reading.objects.filter(
        metering_point=reading.metering_point, previous=reading, state="accepted"
    ).first()
    total = (reading.total + 1) % 10_000
    operations.repair_chain(
        reading=reading, registers={"total": total}, reason="看错", at=readings.noon(date(2026, 6, 1))
    )
    if later is None:
        place.energy += place.multiplier
    elif later.installation.multiplier != reading.installation.multiplier:
        raise AssertionError("a reading and its successor share an installation")


def joined_up(point, cycles: list[str]) -> None:
    rows = [
        row
        for cycle in cycles
        for row in frames.advances(cycle=cycle, metering_point_ids=[point.pk]).to_pylist()
    ]
    assert [row["start"] for row in rows[1:]] == [row["end"] for row in rows[:-1]]
    for reading in Reading.objects.filter(metering_point=point, state="accepted").select_related("previous"):
        if reading.previous is not None:
            assert reading.previous.state == "accepted"
            if reading.previous.installation_id != reading.installation_id:
                assert (reading.previous.kind, reading.kind) == ("removal", "initial")
                assert reading.previous.read_date == reading.read_date
