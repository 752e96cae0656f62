"""The chain of readings over exchanges, changes of ratio, replacements and repairs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from denghuo.commerce.metering import operations as metering_operations
from denghuo.commerce.metering.operations import Transformers
from denghuo.commerce.readings import frames, operations
from denghuo.commerce.readings.models import Reading
from denghuo.commerce.readings.operations import (
    ChainBroken,
    ReadingCannotBeReplaced,
    ReadingCarriesLater,
    ReadingIsBilled,
)
from denghuo.commerce.readings.operations import chain as chain_module
from tests.cast import metering, readings, supply

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return metering.hang(supply.wang_xiuying()).metering_point


def accepted(point) -> list[Reading]:
    return list(
        Reading.objects.filter(metering_point=point, state="accepted")
        .select_related("previous", "installation")
        .order_by("read_date", "installation_id", "id")
    )


def advances(point, cycle: str) -> list[tuple]:
    return [
        (
            row["start"],
            row["end"],
            row["multiplier"] // 100,
            row["opening_total"] // 10_000,
            row["closing_total"] // 10_000,
        )
        for row in frames.advances(cycle=cycle, metering_point_ids=[point.pk]).to_pylist()
    ]


def exchange(point, on: date, closing: int, opening: int = 0) -> None:
    metering_operations.exchange(
        point=point,
        closing={"total": closing},
        new_meter=metering.meter(),
        opening={"total": opening},
        on=on,
        reason="轮换",
        at=readings.noon(on),
    )


def test_an_exchange_in_the_middle_of_a_month_gives_two_advances_that_join_up(home):
    readings.read(home, "2025-08", 200)
    exchange(home, date(2025, 9, 12), closing=280, opening=5)
    readings.read(home, "2025-09", 125)
    assert advances(home, "2025-09") == [
        (date(2025, 9, 1), date(2025, 9, 12), 1, 200, 280),
        (date(2025, 9, 12), date(2025, 10, 1), 1, 5, 125),
    ]
    assert [one.kind for one in accepted(home)] == ["initial", "regular", "removal", "initial", "regular"]
    points = frames.points(
        advances=frames.advances(cycle="2025-09", metering_point_ids=[home.pk]), metering_point_ids=[home.pk]
    )
    assert points["hours"].to_pylist() == [30 * 24 * 100]


def test_two_exchanges_and_a_change_of_ratio_in_one_month():
    mill = metering.hang(supply.textile_mill(), transformers=Transformers(100, 5, 1)).metering_point
    readings.read(mill, "2025-08", 50)
    exchange(mill, date(2025, 9, 5), closing=56)
    metering_operations.change_ratio(
        point=mill,
        transformers=Transformers(200, 5, 1),
        registers={"total": 8},
        on=date(2025, 9, 10),
        reason="增容",
        at=readings.noon(date(2025, 9, 10)),
    )
    exchange(mill, date(2025, 9, 20), closing=16)
    readings.read(mill, "2025-09", 9)
    assert advances(mill, "2025-09") == [
        (date(2025, 9, 1), date(2025, 9, 5), 20, 50, 56),
        (date(2025, 9, 5), date(2025, 9, 10), 20, 0, 8),
        (date(2025, 9, 10), date(2025, 9, 20), 40, 8, 16),
        (date(2025, 9, 20), date(2025, 10, 1), 40, 0, 9),
    ]
    readings.read(mill, "2025-10", 34)
    assert advances(mill, "2025-10") == [(date(2025, 10, 1), date(2025, 11, 1), 40, 9, 34)]


def test_a_special_reading_splits_the_advance_and_the_next_month_does_not_see_it(home):
    readings.read(home, "2025-08", 200)
    operations.record_reading(
        point=home,
        cycle="2025-09",
        read_date=date(2025, 9, 16),
        registers={"total": 250},
        source="field",
        kind="special",
        at=readings.noon(date(2025, 9, 16)),
    )
    readings.read(home, "2025-09", 300)
    readings.read(home, "2025-10", 360)
    assert [row[:2] for row in advances(home, "2025-09")] == [
        (date(2025, 9, 1), date(2025, 9, 16)),
        (date(2025, 9, 16), date(2025, 10, 1)),
    ]
    assert [row[:2] for row in advances(home, "2025-10")] == [(date(2025, 10, 1), date(2025, 11, 1))]


def test_closing_registers_below_the_last_reading_are_refused_and_nothing_is_exchanged(home):
    readings.read(home, "2025-08", 200)
    with pytest.raises(ValidationError) as refused:
        exchange(home, date(2025, 9, 12), closing=150)
    assert set(refused.value.message_dict) == {"total"}
    assert home.installations.count() == 1


def test_a_meter_that_was_read_later_cannot_come_down_earlier(home):
    readings.read(home, "2025-08", 200)
    with pytest.raises(ValidationError):
        exchange(home, date(2025, 8, 20), closing=210)
    with pytest.raises(ValidationError):
        exchange(home, date(2025, 9, 1), closing=210)
    exchange(home, date(2025, 9, 1), closing=200)
    readings.read(home, "2025-09", 40)
    assert advances(home, "2025-09") == [(date(2025, 9, 1), date(2025, 10, 1), 1, 0, 40)]


def test_the_final_reading_closes_its_cycle(home):
    readings.read(home, "2025-08", 200)
    metering_operations.remove(
        point=home,
        closing={"total": 230},
        on=date(2025, 9, 18),
        reason="销户",
        final=True,
        at=readings.noon(date(2025, 9, 18)),
    )
    assert advances(home, "2025-09") == [(date(2025, 9, 1), date(2025, 9, 18), 1, 200, 230)]


def test_a_reading_that_carries_a_later_one_is_replaced_only_by_repairing_the_chain(home):
    first, second = readings.read_months(home, "2025-08", [200, 390])
    at = readings.noon(date(2025, 10, 2))
    with pytest.raises(ReadingCarriesLater):
        operations.replace_reading(reading=first, registers={"total": 180}, reason="看错", at=at)
    repaired = operations.repair_chain(reading=first, registers={"total": 180}, reason="看错", at=at)
    second.refresh_from_db()
    assert second.previous_id == repaired.pk
    assert (repaired.advance_kwh, second.advance_kwh) == (Decimal(180), Decimal(210))
    assert Reading.objects.get(pk=first.pk).state == "replaced"
    assert repaired.replaces_id == first.pk
    with pytest.raises(ReadingCannotBeReplaced):
        operations.repair_chain(reading=first, registers={"total": 181}, reason="看错", at=at)


def test_a_repair_that_would_make_the_next_month_run_backwards_is_refused(home):
    first, _ = readings.read_months(home, "2025-08", [200, 390])
    with pytest.raises(ChainBroken):
        operations.repair_chain(
            reading=first, registers={"total": 400}, reason="看错", at=readings.noon(date(2025, 10, 2))
        )
    assert Reading.objects.get(pk=first.pk).state == "accepted"


def test_the_closing_reading_of_an_exchange_can_be_repaired_too(home):
    readings.read(home, "2025-08", 200)
    exchange(home, date(2025, 9, 12), closing=280)
    readings.read(home, "2025-09", 125)
    removal = Reading.objects.get(metering_point=home, kind="removal")
    initial = Reading.objects.get(metering_point=home, kind="initial", read_date=date(2025, 9, 12))
    at = readings.noon(date(2025, 10, 2))
    operations.repair_chain(reading=removal, registers={"total": 290}, reason="抄错", at=at)
    operations.repair_chain(reading=initial, registers={"total": 3}, reason="抄错", at=at)
    assert [row[3:] for row in advances(home, "2025-09")] == [(200, 290), (3, 125)]


def test_a_billed_reading_waits_for_the_reversal_of_its_bill(home):
    (reading,) = readings.read_months(home, "2025-08", [200])
    kept = list(chain_module._bill_checks)
    operations.refuse_when_billed(lambda one: "B2025080001" if one.pk == reading.pk else "")
    try:
        with pytest.raises(ReadingIsBilled, match="B2025080001"):
            operations.replace_reading(
                reading=reading, registers={"total": 190}, reason="看错", at=readings.noon(date(2025, 9, 2))
            )
    finally:
        chain_module._bill_checks[:] = kept


@pytest.mark.parametrize(
    "change", [{"total": Decimal(1)}, {"read_date": date(2025, 9, 2)}, {"source": "manual"}]
)
def test_the_database_itself_refuses_to_edit_an_accepted_reading(home, change):
    reading = readings.read(home, "2025-08", 200)
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Reading.objects.filter(pk=reading.pk).update(**change)


def test_the_database_itself_refuses_to_take_out_a_carrying_reading_or_delete_any(home):
    first, second = readings.read_months(home, "2025-08", [200, 390])
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Reading.objects.filter(pk=first.pk).update(state="replaced")
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Reading.objects.filter(pk=second.pk)._raw_delete("default")
