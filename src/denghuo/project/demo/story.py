"""The town month by month: meters are read, what looks wrong is settled, bills are run, approved, issued and paid.

The last cycle is left as a billing clerk finds it on 7 September 2026: computed, with readings and bills still held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np
from django.db import connection, transaction

from denghuo.commerce.billing import operations as billing
from denghuo.commerce.billing.models import BillingException
from denghuo.commerce.billing.rules import DueDate, Scope
from denghuo.commerce.metering import operations as metering
from denghuo.commerce.metering.rules import REGISTERS
from denghuo.commerce.readings import operations as readings
from denghuo.commerce.readings.models import Reading, ReadingException
from denghuo.foundation.database.bulk import reserve_ids
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.jobs import operations as jobs
from denghuo.kernel.periods import Cycle
from denghuo.kernel.quantities import READING_SCALE, unscaled
from denghuo.project.demo import cast, gauges, money, population, usage
from denghuo.project.demo.gauges import Gauge

LAST = Cycle(2026, 8)
TODAY = date(2026, 9, 7)
SUN = usage.Trade("sun", 420, 0.0, np.array([0.6, 0.7, 0.8, 0.95, 1.1, 1.2, 1.4, 1.3, 1.2, 1.05, 0.8, 0.65]))
CHECKED = "现场核实无误，按实抄示数结算"


def cycles(months: int) -> list[Cycle]:
    """The ``months`` cycles that end with August 2026."""
    return [LAST.shifted(-back) for back in range(months - 1, -1, -1)]


def morning_after(cycle: Cycle, hour: int = 9) -> datetime:
    """An hour of the second day after a cycle, in Beijing time."""
    day = cycle.period.end + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour - 8, tzinfo=UTC)


@dataclass
class Town:
    """What turns and who works while the months go by."""

    random: np.random.Generator
    people: dict[str, Staff]
    crowd: list[Gauge]
    seats: list[tuple[cast.Seat, Gauge]]
    panels: list[Gauge]
    cycles: list[Cycle] = field(default_factory=list)

    @property
    def gauges(self) -> list[Gauge]:
        return [*self.crowd, *(gauge for _, gauge in self.seats), *self.panels]


def wind_up(
    random: np.random.Generator,
    people: dict[str, Staff],
    meters: list[population.Meters],
    seats: list[cast.Seat],
    span: list[Cycle],
) -> Town:
    """Decide what every meter will record."""
    calendar = [cycle.month for cycle in span]
    crowd = []
    for group in meters:
        registers = group.profile.registers
        count = len(group.metering_point_ids)
        drawn = usage.months(random, group.profile.trade, count, calendar, group.multipliers)
        start = gauges.takeover(random, count, registers)
        crowd.append(Gauge(np.array(group.metering_point_ids, np.int64), registers, drawn, start))
    names = [str(cycle) for cycle in span]
    played = [
        (
            seat,
            Gauge(
                np.array([seat.point.pk], np.int64),
                seat.member.registers,
                cast.months_of(seat, random, names),
            ),
        )
        for seat in seats
    ]
    panels = [
        Gauge(
            np.array([seat.feed_in.pk], np.int64), "total", usage.months(random, SUN, 1, calendar, np.ones(1))
        )
        for seat in seats
        if seat.feed_in
    ]
    return Town(random, people, crowd, played, panels, span)


@transaction.atomic
def take_over(town: Town, meters: list[population.Meters], on: date, at: datetime) -> None:
    """The first reading of every meter of the crowd."""
    for group, gauge in zip(meters, town.crowd, strict=True):
        count = len(gauge.point_ids)
        shown = gauge.shown(0)
        population.write(
            Reading,
            {
                "id": reserve_ids(Reading, count),
                "installation_id": list(group.installation_ids),
                "metering_point_id": gauge.point_ids.tolist(),
                "cycle": [str(Cycle.of(on).shifted(-1))] * count,
                "read_date": [on] * count,
                "kind": ["initial"] * count,
                "source": ["manual"] * count,
                "state": ["accepted"] * count,
                "entered_at": [at] * count,
                **{name: shown[name].tolist() for name in REGISTERS if name in shown},
            },
        )


def live(town: Town, done: Callable[[str], None]) -> None:
    """Let the months go by; calls ``done`` with each cycle."""
    habits = money.settle_down(town.people, at=morning_after(town.cycles[0].shifted(-1)), last=LAST)
    for index, cycle in enumerate(town.cycles):
        last = index == len(town.cycles) - 1
        if last:
            money.correct(town.people)
        _exchange(town, index, cycle)
        _read(town, index, cycle, slips=last)
        _settle_readings(town, cycle, surges_only=last)
        _bill(town, cycle, last=last)
        if not last:
            money.pay_month(town.people, habits, cycle)
        if connection.vendor == "postgresql":
            _analyse()
        done(str(cycle))
    money.tell_the_rest(town.people, TODAY)


def _exchange(town: Town, index: int, cycle: Cycle) -> None:
    for seat, gauge in town.seats:
        on = seat.member.exchanged_on
        if on is None or on not in cycle.period or index == 0:
            continue
        closing = gauge.restart(index)
        at = datetime(on.year, on.month, on.day, 2, tzinfo=UTC)
        actor = town.people["nongjun"]
        metering.exchange(
            point=seat.point,
            closing={name: unscaled(int(values[0]), READING_SCALE) for name, values in closing.items()},
            new_meter=cast.new_meter(seat.member, seat.supply_point.unit, at, actor),
            opening=cast.opening(seat.member),
            on=on,
            reason="到期轮换",
            at=at,
            actor=actor,
        )


def _read(town: Town, index: int, cycle: Cycle, *, slips: bool) -> None:
    at = morning_after(cycle)
    sent = gauges.batch(town.gauges, index + 1, cycle.period.end)
    if slips:
        households = len(town.crowd[0].point_ids)
        sent = gauges.slip(town.random, sent, households)
    readings.record_many(batch=sent, cycle=str(cycle), source="remote", at=at, actor=town.people["machao"])
    readings.raise_missing(cycle=str(cycle), at=at, actor=town.people["machao"])


def _settle_readings(town: Town, cycle: Cycle, *, surges_only: bool) -> None:
    """Accept what looked unusual and was so; of the last cycle only the surges, which the billing gate then holds."""
    waiting = (
        ReadingException.objects.exclude(state="resolved").filter(cycle=str(cycle)).select_related("reading")
    )
    if surges_only:
        surging = [seat.point.pk for seat, _ in town.seats if seat.member.surges_in == str(cycle)]
        waiting = waiting.filter(metering_point__in=surging)
    readings.accept(
        exceptions=waiting, reason=CHECKED, at=morning_after(cycle, 14), actor=town.people["machao"]
    )


def _bill(town: Town, cycle: Cycle, *, last: bool) -> None:
    clerk, supervisor = town.people["liumin"], town.people["heyong"]
    at = morning_after(cycle, 16)
    run = billing.start_run(cycle=cycle, scope=Scope(), actor=clerk, at=at)
    assert run.long_run is not None
    jobs.drive(run=run.long_run, clock=lambda: at)
    if last:
        return
    held = BillingException.objects.filter(run=run, bill__isnull=False, state="open", severity="hold")
    if held.exists():
        billing.release(exceptions=held, actor=clerk, at=at, reason="与客户核对，用电情况属实")
    run.refresh_from_db()
    billing.approve(run=run, actor=supervisor, at=at + timedelta(hours=1))
    on = cycle.period.end + timedelta(days=2)
    billing.issue(run=run, actor=clerk, at=at + timedelta(hours=18), due_date=DueDate(days=15).of(on))


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
