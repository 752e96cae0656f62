"""Regulated figures of changes; regulation §1.6, §1.4 and docs/domain/suspension-days.md say how sure each is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from denghuo.foundation.parameters.rules import Parameter, declare

SUPPLY_RULES = "《供电营业规则》(发改委令2024年第14号)"
ORDER_1583 = "发改办价格〔2016〕1583号"
ORDER_526 = "发改价格〔2023〕526号"
LOCAL = "供电企业规定"


def _between(low: int, high: int) -> dict[str, Any]:
    return {"low": Decimal(low), "high": Decimal(high)}


NOTICE = declare("changes.notice_working_days", 5, basis=ORDER_1583, **_between(0, 30))
LEAST_DAYS = declare(
    "changes.suspension_least_days", 15, basis=f"{SUPPLY_RULES}；{ORDER_1583}", **_between(1, 90)
)
YEAR_DAYS = declare(
    "changes.suspension_days_a_year", 180, basis=f"{ORDER_1583}：一个日历年内累计不超过六个月", confidence="U",
    **_between(30, 366),
)  # fmt: skip
TIMES = declare(
    "changes.suspensions_a_year", 0, basis="《供电营业规则》(1996)第二十四条；1583号文已取消", confidence="U",
    **_between(0, 12),
)  # fmt: skip
WHOLE_DEMAND = declare(
    "changes.demand_whole_capacity", True, basis="《供电营业规则》(1996)第二十四条", confidence="U"
)
DEMAND_BY_MONTH = declare("changes.demand_by_whole_month", False, basis=LOCAL, confidence="U")
RESTORE_MONTHS = declare("changes.restore_within_months", 24, basis=SUPPLY_RULES, **_between(1, 120))
THRESHOLD = declare(
    "changes.two_part_threshold_kva", 315, basis=f"{ORDER_526}；{ORDER_1583}", **_between(0, 10_000)
)
EXCHANGE_LOW = declare("changes.exchange_months_10kv", 2, basis=SUPPLY_RULES, **_between(1, 12))
EXCHANGE_HIGH = declare("changes.exchange_months_35kv", 3, basis=SUPPLY_RULES, **_between(1, 12))
REMOVAL_MONTHS = declare("changes.removal_months", 6, basis=SUPPLY_RULES, **_between(1, 24))
MODE_MONTHS = declare("changes.billing_mode_months", 3, basis=ORDER_1583, confidence="V2", **_between(0, 24))
MODE_NOTICE = declare(
    "changes.billing_mode_working_days", 15, basis=ORDER_1583, confidence="V2", **_between(0, 60)
)
DEMAND_NOTICE = declare(
    "changes.contract_demand_working_days", 5, basis=ORDER_1583, confidence="V2", **_between(0, 60)
)
DEMAND_FLOOR = declare(
    "changes.contract_demand_floor_percent", 40, basis=ORDER_1583, confidence="U", **_between(0, 100)
)
WARN_DAYS = declare("changes.warn_days", 10, basis=LOCAL, confidence="U", **_between(0, 90))

ALL: list[Parameter] = [
    NOTICE, LEAST_DAYS, YEAR_DAYS, TIMES, WHOLE_DEMAND, DEMAND_BY_MONTH, RESTORE_MONTHS, THRESHOLD, EXCHANGE_LOW,
    EXCHANGE_HIGH, REMOVAL_MONTHS, MODE_MONTHS, MODE_NOTICE, DEMAND_NOTICE, DEMAND_FLOOR, WARN_DAYS,
]  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """The figures in force; defaults are the national ones."""

    notice_working_days: int = 5
    least_days: int = 15
    year_days: int = 180
    times_a_year: int = 0
    demand_whole_capacity: bool = True
    demand_by_whole_month: bool = False
    restore_months: int = 24
    two_part_threshold_kva: int = 315
    exchange_months_low: int = 2
    exchange_months_high: int = 3
    removal_months: int = 6
    mode_months: int = 3
    mode_notice: int = 15
    demand_notice: int = 5
    demand_floor_percent: int = 40
    warn_days: int = 10

    @classmethod
    def of(cls, values: dict[str, Any]) -> Figures:
        """From the values of ``ALL`` by code."""
        return cls(*(values[parameter.code] for parameter in ALL))
