"""Meters read outside: the room of readings decides, two readers on one meter meet in a conflict."""

from __future__ import annotations

from datetime import date

import pytest

from denghuo.commerce.fieldwork import operations, queries
from denghuo.commerce.fieldwork.operations import CannotBeResolved
from denghuo.commerce.fieldwork.queries import terminal
from denghuo.commerce.readings import operations as readings
from denghuo.commerce.readings.models import Reading
from tests.cast import fieldwork as cast
from tests.cast import metering, supply
from tests.cast.fieldwork import ELEVEN, NINE, PNG, TEN
from tests.cast.readings import read_months

pytestmark = pytest.mark.django_db


@pytest.fixture
def meter():
    """李建国's meter on 马超's route: 300 kWh a month up to 1000 on 1 August, and a neighbour who is read in August."""
    everybody = cast.people()
    neighbour = metering.hang(supply.wang_xiuying()).metering_point
    mine = metering.hang(supply.li_jianguo()).metering_point
    read_months(neighbour, "2026-05", [50, 100, 150, 200])
    read_months(mine, "2026-05", [400, 700, 1000])
    route = readings.open_route(
        code="R01", name="梧桐巷", unit=mine.supply_point.unit, at=NINE, actor=everybody["heyong"]
    )
    readings.add_stops(route=route, points=[neighbour, mine], at=NINE, actor=everybody["heyong"])
    readings.assign_reader(
        route=route, reader=everybody["machao"], on=date(2026, 8, 1), at=NINE, actor=everybody["heyong"]
    )
    return mine


def take(point, total, who="machao", **how):
    payload = {
        "cycle": "2026-08",
        "read_date": "2026-09-01",
        "registers": {"total": str(total)},
        **how,
    }
    return cast.send(cast.phone(who), cast.item("reading", metering_point_id=point.pk, **payload))


def live(point) -> Reading:
    return Reading.objects.get(metering_point=point, cycle="2026-08", state__in=["held", "accepted"])


def test_the_list_that_a_reader_takes_along(meter):
    parcel = terminal.parcel(staff=cast.people()["machao"], on=date(2026, 9, 8))
    (route,) = parcel["routes"]
    assert (route["cycle"], route["read_date"], len(route["stops"])) == ("2026-08", "2026-09-01", 2)
    done, stop = route["stops"]
    assert done["entered"] == {"total": "200"} and done["state"] == "accepted"
    assert stop["previous"] == {"total": "1000"} and stop["previous_date"] == "2026-08-01"
    assert stop["entered"] is None and stop["daily_kwh"] == pytest.approx(300 / 31, abs=0.001)
    assert stop["digits"] == 6 and stop["multiplier"] == 1
    assert supply.li_jianguo.__name__ and "李建国" not in str(parcel), "only a masked name leaves the house"
    assert terminal.parcel(staff=cast.people()["nongjun"], on=date(2026, 9, 8))["routes"] == []


def test_a_reading_is_accepted_or_held_by_the_rules_of_readings(meter):
    sent = take(meter, 1290)
    assert sent.outcome == "applied" and live(meter).total == 1290
    assert (live(meter).source, live(meter).state, live(meter).entered_by.username) == (
        "field",
        "accepted",
        "machao",
    )
    assert take(meter, 1290).outcome == "duplicate"


def test_an_odd_reading_waits_for_a_clerk(meter):
    sent = take(meter, 90_000, reason="表被换过", photos=[])
    assert sent.outcome == "applied" and sent.words
    assert live(meter).state == "held"


@pytest.mark.parametrize(
    "how",
    [
        {"registers": {}},
        {"registers": {"total": "abc"}},
        {"registers": {"total": "-1"}},
        {"registers": {"total": "1e9"}},
        {"registers": {"total": "1.23456"}},
        {"registers": {"nothing": "1"}},
        {"registers": "1200"},
        {"cycle": "August"},
        {"read_date": "1.9.2026"},
        {"photos": ["nowhere"]},
    ],
)
def test_what_is_no_reading_is_refused(meter, how):
    sent = take(meter, 1290, **how)
    assert sent.outcome == "refused" and sent.words
    assert not Reading.objects.filter(metering_point=meter, cycle="2026-08").exists()


def test_who_may_not_read_is_refused(meter):
    assert take(meter, 1290, who="weidong").outcome == "refused", "another station's reader"
    sent = cast.send(cast.phone(), cast.item("reading", metering_point_id=987_654, cycle="2026-08"))
    assert sent.outcome == "refused"


def test_two_readers_on_one_meter_the_second_proposes_and_a_dispatcher_decides(meter):
    take(meter, 1290)
    second = take(meter, 1310, who="nongjun")
    assert second.outcome == "conflict" and second.first["registers"] == {"total": "1290"}
    assert second.first["who"] == "马超" and live(meter).total == 1290
    operations.propose(submission=second, text="1290 看错了", at=ELEVEN, actor=second.staff)
    with pytest.raises(CannotBeResolved):
        operations.propose(submission=second, text="不是我的", at=ELEVEN, actor=cast.people()["machao"])
    operations.apply_anyway(submission=second, reason="照片核对", at=ELEVEN, actor=cast.people()["qinyong"])
    assert live(meter).total == 1310 and not queries.undecided("45").exists()


def test_a_conflict_over_a_held_reading_is_reread(meter):
    take(meter, 90_000)
    second = take(meter, 1300, who="nongjun")
    assert second.outcome == "conflict"
    operations.apply_anyway(
        submission=second, answers={"total": "1301"}, reason="再看", at=ELEVEN, actor=cast.people()["qinyong"]
    )
    assert live(meter).total == 1301
    second.refresh_from_db()
    assert second.first["corrected"] == {"total": "1301"} and second.sent["registers"] == {"total": "1300"}


def test_another_meter_hangs_there(meter):
    sent = take(meter, 1290, asset_number="9999999999")
    assert sent.outcome == "conflict"
    operations.apply_anyway(submission=sent, reason="抄错表号", at=ELEVEN, actor=cast.people()["qinyong"])
    assert live(meter).total == 1290


def test_a_meter_that_cannot_be_read(meter):
    phone = cast.phone("machao")
    operations.keep_photo(device=phone, client_id="door", content=PNG, taken_at=TEN, at=ELEVEN)
    how = {"cycle": "2026-08", "read_date": "2026-09-01", "photos": ["door"], "metering_point_id": meter.pk}
    assert cast.send(phone, cast.item("not_read", **how)).outcome == "refused"
    noted = cast.send(phone, cast.item("not_read", reason="门锁着", **how))
    assert noted.outcome == "applied" and not Reading.objects.filter(metering_point=meter, cycle="2026-08")
    guessed = cast.send(phone, cast.item("not_read", reason="门锁着", estimate=True, **how))
    assert guessed.outcome == "applied" and live(meter).source == "estimate"
    again = cast.send(phone, cast.item("not_read", reason="门锁着", estimate=True, **how))
    assert again.outcome == "conflict"
