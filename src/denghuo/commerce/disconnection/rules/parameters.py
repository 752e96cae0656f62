"""Regulated figures of disconnection; docs/domain/disconnection.md says what each rests on and how sure it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from denghuo.foundation.parameters.rules import declare

ORDINANCE = "《电力供应与使用条例》第三十九条"
SUPPLY_RULES = "《供电营业规则》(发改委令2024年第14号)"
PROMISE = "供电服务“十项承诺”"
LOCAL = "供电企业规定"


def _between(low: int, high: int) -> dict[str, Any]:
    return {"low": Decimal(low), "high": Decimal(high)}


OVERDUE_DAYS = declare("disconnection.overdue_days", 30, basis=ORDINANCE, **_between(30, 365))
DEMAND_DAYS = declare(
    "disconnection.demand_days", 3, basis=f"{ORDINANCE}：经催交仍未交付", confidence="U", **_between(0, 60)
)
NOTICE_DAYS = declare("disconnection.notice_days", 7, basis=f"{SUPPLY_RULES}；{PROMISE}", **_between(3, 30))
NOTICE_FULL_DAYS = declare(
    "disconnection.notice_full_days", True, basis="《民法典》第二百零一条、第二百零三条", confidence="U"
)
NOTICE_VALID_DAYS = declare(
    "disconnection.notice_valid_days", 30, basis=LOCAL, confidence="U", **_between(8, 180)
)
SECOND_NOTICE_MINUTES = declare(
    "disconnection.second_notice_minutes", 30, basis=SUPPLY_RULES, **_between(30, 240)
)
SECOND_NOTICE_WINDOW_MINUTES = declare(
    "disconnection.second_notice_window_minutes", 120, basis=LOCAL, confidence="U", **_between(10, 480)
)
NIGHT_FROM_HOUR = declare("disconnection.night_from_hour", 17, basis=LOCAL, confidence="U", **_between(0, 24))
NIGHT_UNTIL_HOUR = declare(
    "disconnection.night_until_hour", 8, basis=LOCAL, confidence="U", **_between(0, 24)
)
QUIET_HOLIDAYS = declare("disconnection.quiet_holidays", True, basis=LOCAL, confidence="U")
QUIET_EVES = declare("disconnection.quiet_eves", True, basis=LOCAL, confidence="U")
QUIET_WEEKENDS = declare("disconnection.quiet_weekends", True, basis=LOCAL, confidence="U")
BUREAU_ABOVE_YUAN = declare(
    "disconnection.bureau_decides_above_yuan", 50_000, basis=LOCAL, confidence="U", **_between(0, 100_000_000)
)
RECORD_HOURS = declare(
    "disconnection.record_within_hours", 48, basis=LOCAL, confidence="U", **_between(1, 240)
)
REPORT_HOURS = declare(
    "disconnection.report_hours", 24, basis=SUPPLY_RULES, confidence="U", **_between(1, 72)
)
RESTORE_HOURS = declare("disconnection.restore_hours", 24, basis=PROMISE, **_between(1, 72))
REMOTE_MINUTES = declare("disconnection.remote_minutes", 30, basis=LOCAL, confidence="U", **_between(1, 1440))
RESTORE_NEEDS_LATE_FEE = declare("disconnection.restore_needs_late_fee", True, basis=LOCAL, confidence="U")
SWITCH_PORT = declare(
    "disconnection.switch_port", "none", basis=LOCAL, confidence="C", choices=("none", "emulated")
)

ALL = [
    OVERDUE_DAYS,
    DEMAND_DAYS,
    NOTICE_DAYS,
    NOTICE_FULL_DAYS,
    NOTICE_VALID_DAYS,
    SECOND_NOTICE_MINUTES,
    SECOND_NOTICE_WINDOW_MINUTES,
    NIGHT_FROM_HOUR,
    NIGHT_UNTIL_HOUR,
    QUIET_HOLIDAYS,
    QUIET_EVES,
    QUIET_WEEKENDS,
    BUREAU_ABOVE_YUAN,
    RECORD_HOURS,
    REPORT_HOURS,
    RESTORE_HOURS,
    REMOTE_MINUTES,
    RESTORE_NEEDS_LATE_FEE,
]
