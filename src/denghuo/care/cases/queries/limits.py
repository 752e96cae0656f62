"""Figures that hold on a day, and instants that follow from them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from denghuo.care.cases.models import Settlement
from denghuo.care.cases.rules import arrival, parameters
from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.foundation.parameters.rules import Parameter
from denghuo.foundation.workflow.rules import clocks
from denghuo.kernel.periods import day_of


def figure(parameter: Parameter, *, on: date) -> int:
    """The value of a whole-number parameter on a day."""
    return int(parameter_queries.value(parameter, on=on))


def working_days_later(at: datetime, days: int) -> datetime:
    """Until when something due in so many working days may come (close of business of the last day)."""
    on = day_of(at)
    exceptions = calendars.exceptions(on, on + timedelta(days=days * 3 + 40))
    return clocks.due_at(at, days, clocks.WORKING_DAYS, exceptions)


def arrival_limits(*, on: date) -> arrival.ArrivalLimits:
    found = {
        code: int(value) for code, value in parameter_queries.values(list(parameters.ARRIVAL), on=on).items()
    }
    kinds = (arrival.CITY, arrival.RURAL, arrival.REMOTE)
    promised, legal, restore = (
        {kind: found[f"cases.{what}_{kind}_minutes"] for kind in kinds}
        for what in ("arrive", "legal", "restore")
    )
    return arrival.ArrivalLimits(promised=promised, legal=legal, restore=restore)


def settlement_of(unit_id: str) -> str:
    """The kind of settlement of a unit, or of the nearest unit above that has one."""
    return arrival.settlement_of(unit_id, dict(Settlement.objects.values_list("unit_id", "kind")))
