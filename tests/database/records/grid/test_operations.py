"""Building the grid and moving parts of it; one change is seen everywhere at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from denghuo.foundation.audit import queries as audit
from denghuo.foundation.outbox.models import Message
from denghuo.records.grid import operations, queries
from denghuo.records.supply import queries as supply_queries
from tests.cast import customers, grid, supply

pytestmark = pytest.mark.django_db


def test_a_taken_code_is_refused(now):
    grid.substation()
    with pytest.raises(operations.GridInvalid) as refusal:
        operations.add_substation(
            code="S01", name="别的站", voltage="35kv", unit=customers.unit("45"), at=now
        )
    assert "code" in refusal.value.message_dict


@pytest.mark.parametrize("name", ["", "x" * 10_000, "站\x00", "   "])
def test_a_name_that_does_not_hold_is_refused(name, now):
    with pytest.raises(operations.GridInvalid):
        operations.add_substation(code="S09", name=name, voltage="35kv", unit=customers.unit("45"), at=now)


def test_a_feeder_cannot_be_above_its_substation(now):
    low = grid.substation("S02", "35kV河西变电站", "35kv")
    with pytest.raises(operations.GridInvalid):
        grid.feeder("F0201", "110kV线", voltage="110kv", of=low)


def test_a_transformer_without_capacity_is_refused():
    with pytest.raises(operations.GridInvalid):
        grid.transformer(rated_capacity_kva=0)


def test_a_dedicated_transformer_has_no_area():
    dedicated = grid.transformer("D000001", "纺织厂专变", is_public=False)
    with pytest.raises(operations.GridInvalid):
        grid.area("A000009", of=dedicated)


def test_moving_a_transformer_moves_everything_behind_it(now):
    point = supply.household()
    transformer = point.terms.get().area.transformer
    other = grid.feeder("F0102", "10kV东街线")
    operations.move_transformer(transformer=transformer, feeder=other, at=now, reason="负荷转供")
    terms = supply_queries.terms_on(point, date(2026, 9, 7))
    assert terms.area.transformer.feeder == other
    assert audit.history(transformer)[0].action == "grid.transformer.moved"
    assert Message.objects.filter(name="grid.transformer_moved").exists()


def test_a_transformer_cannot_move_to_another_voltage_or_to_where_it_is(now):
    transformer = grid.transformer()
    with pytest.raises(operations.CannotBeMoved):
        operations.move_transformer(transformer=transformer, feeder=transformer.feeder, at=now)
    with pytest.raises(operations.CannotBeMoved):
        operations.move_transformer(
            transformer=transformer, feeder=grid.feeder("F0109", "35kV线", voltage="35kv"), at=now
        )


def test_an_area_moves_to_a_larger_transformer(now):
    area = grid.area()
    larger = grid.transformer("T010199", "梧桐巷新公变", rated_capacity_kva=630)
    moved = operations.move_area(area=area, transformer=larger, at=now, reason="增容")
    assert moved.transformer.rated_capacity_kva == Decimal(630)
    with pytest.raises(operations.CannotBeMoved):
        operations.move_area(area=grid.area("A010102", "东街台区"), transformer=larger, at=now)


def test_a_transformer_that_feeds_an_area_is_not_sealed(now):
    area = grid.area()
    with pytest.raises(operations.GridInvalid):
        operations.set_transformer_state(transformer=area.transformer, state="sealed", at=now)
    spare = grid.transformer("T010198", "备用变")
    sealed = operations.set_transformer_state(transformer=spare, state="sealed", at=now)
    assert sealed.state == "sealed"


def test_the_responsible_person_of_an_area_changes(now):
    area = grid.area()
    amended = operations.amend_area(area=area, at=now, name="梧桐巷一号台区")
    assert amended.name == "梧桐巷一号台区"
    with pytest.raises(operations.GridInvalid):
        operations.amend_area(area=area, at=now, name="")


def test_a_station_sees_the_bureaus_substations_but_not_its_neighbours_areas():
    grid.area("A010101", unit_code="4501")
    hidden = grid.area("A020101", "河西台区", unit_code="4502")
    assert queries.substations("4501").count() == 1
    assert queries.feeders("4501").count() == 1
    assert hidden not in queries.areas("4501")
    assert hidden in queries.areas("45")
