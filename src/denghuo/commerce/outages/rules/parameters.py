"""Figures of outages that a bureau may set; docs/how-to/outages.md says what each does."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from denghuo.foundation.parameters.rules import declare

SUPPLY_RULES = "《供电营业规则》(发改委令2024年第14号)"
LOCAL = "供电企业规定"
STANDARD = "GB/T 43794；DL/T 836"


def _between(low: int, high: int) -> dict[str, Any]:
    return {"low": Decimal(low), "high": Decimal(high)}


NOTICE_DAYS = declare("outages.notice_days", 7, basis=SUPPLY_RULES, **_between(1, 30))
TEMPORARY_NOTICE_HOURS = declare("outages.temporary_notice_hours", 24, basis=SUPPLY_RULES, **_between(1, 168))
NOTICE_MARGIN_DAYS = declare("outages.notice_margin_days", 1, basis=LOCAL, confidence="U", **_between(0, 14))
MERGE_DAYS = declare("outages.merge_days", 30, basis=LOCAL, confidence="U", **_between(1, 180))
CALLS = declare("outages.calls_that_suggest", 3, basis=LOCAL, confidence="U", **_between(2, 50))
CALL_MINUTES = declare("outages.calls_within_minutes", 30, basis=LOCAL, confidence="U", **_between(5, 240))
AREAS = declare("outages.areas_that_suggest_a_feeder", 2, basis=LOCAL, confidence="U", **_between(2, 20))
FEEDERS = declare(
    "outages.feeders_that_suggest_a_substation", 2, basis=LOCAL, confidence="U", **_between(2, 20)
)
ESTIMATE_MINUTES = declare(
    "outages.first_estimate_minutes",
    180,
    basis="供电服务“十项承诺”：城区平均3小时",
    confidence="K",
    **_between(10, 1440),
)
ACCURATE_MINUTES = declare(
    "outages.accurate_within_minutes", 30, basis=LOCAL, confidence="U", **_between(1, 240)
)
SHORT_MINUTES = declare("outages.short_minutes", 3, basis=STANDARD, confidence="U", **_between(0, 60))

ALL = [
    NOTICE_DAYS,
    TEMPORARY_NOTICE_HOURS,
    NOTICE_MARGIN_DAYS,
    MERGE_DAYS,
    CALLS,
    CALL_MINUTES,
    AREAS,
    FEEDERS,
    ESTIMATE_MINUTES,
    ACCURATE_MINUTES,
    SHORT_MINUTES,
]
