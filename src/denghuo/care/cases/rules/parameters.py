"""Figures of the service that a bureau may set; regulation and confidence beside them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from denghuo.foundation.parameters.rules import declare

PROMISE = "供电服务“十项承诺”"
ORDER_27 = "《供电监管办法》（电监会令第27号）"
DAMAGE = "《居民用户家用电器损坏处理办法》"
LOCAL = "供电企业规定"


def _between(low: int, high: int) -> dict[str, Any]:
    return {"low": Decimal(low), "high": Decimal(high)}


CONTACT_HOURS = declare("cases.complaint_contact_hours", 24, basis=PROMISE, **_between(1, 72))
COMPLAINT_DAYS = declare("cases.complaint_answer_days", 5, basis=PROMISE, **_between(1, 15))
TIP_OFF_DAYS = declare("cases.tip_off_answer_days", 10, basis=LOCAL, confidence="U", **_between(1, 30))
SUGGESTION_DAYS = declare("cases.suggestion_answer_days", 10, basis=LOCAL, confidence="U", **_between(1, 30))
ENQUIRY_DAYS = declare("cases.enquiry_answer_days", 5, basis=LOCAL, confidence="U", **_between(1, 10))
DATA_DAYS = declare("cases.request_answer_days", 5, basis=ORDER_27, **_between(1, 10))
METER_DAYS = declare("cases.meter_check_days", 5, basis=PROMISE, **_between(1, 10))
CLAIM_DAYS = declare("cases.damage_claim_days", 7, basis=DAMAGE, **_between(1, 60))
VISIT_HOURS = declare("cases.damage_visit_hours", 24, basis=DAMAGE, **_between(1, 72))
DAMAGE_FLOOR = declare(
    "cases.damage_floor_percent", 10, basis=f"{DAMAGE}第十条", confidence="U", **_between(0, 100)
)
DAMAGE_DAYS = declare("cases.damage_answer_days", 10, basis=LOCAL, confidence="U", **_between(1, 60))
ARRIVE_CITY = declare("cases.arrive_city_minutes", 45, basis=PROMISE, **_between(10, 60))
ARRIVE_RURAL = declare("cases.arrive_rural_minutes", 90, basis=PROMISE, **_between(10, 120))
ARRIVE_REMOTE = declare("cases.arrive_remote_minutes", 120, basis=PROMISE, **_between(10, 240))
LEGAL_CITY = declare("cases.legal_city_minutes", 60, basis=ORDER_27, **_between(45, 120))
LEGAL_RURAL = declare("cases.legal_rural_minutes", 120, basis=ORDER_27, **_between(60, 240))
LEGAL_REMOTE = declare("cases.legal_remote_minutes", 240, basis=ORDER_27, **_between(120, 480))
RESTORE_CITY = declare("cases.restore_city_minutes", 180, basis=PROMISE, **_between(30, 1440))
RESTORE_RURAL = declare("cases.restore_rural_minutes", 240, basis=PROMISE, **_between(30, 1440))
RESTORE_REMOTE = declare(
    "cases.restore_remote_minutes", 240, basis=LOCAL, confidence="U", **_between(30, 2880)
)
PASSES = declare("cases.passes_allowed", 2, basis=LOCAL, confidence="U", **_between(0, 10))
REPEAT_DAYS = declare("cases.second_complaint_days", 60, basis=LOCAL, confidence="U", **_between(1, 366))
REPEAT_CALL_DAYS = declare("cases.repeat_call_days", 30, basis=LOCAL, confidence="U", **_between(1, 366))
SAME_AREA_HOURS = declare("cases.same_area_hours", 4, basis=LOCAL, confidence="U", **_between(1, 48))
SAME_AREA_FAULTS = declare("cases.same_area_faults", 2, basis=LOCAL, confidence="U", **_between(2, 20))
IMPROVEMENT_DAYS = declare("cases.improvement_days", 20, basis=LOCAL, confidence="U", **_between(1, 180))

ARRIVAL = [
    ARRIVE_CITY, ARRIVE_RURAL, ARRIVE_REMOTE, LEGAL_CITY, LEGAL_RURAL, LEGAL_REMOTE, RESTORE_CITY, RESTORE_RURAL,
    RESTORE_REMOTE,
]  # fmt: skip
ANSWER_DAYS = {
    "complaint": COMPLAINT_DAYS,
    "tip_off": TIP_OFF_DAYS,
    "suggestion": SUGGESTION_DAYS,
    "praise": SUGGESTION_DAYS,
    "enquiry": ENQUIRY_DAYS,
    "request": DATA_DAYS,
    "meter_dispute": METER_DAYS,
    "damage": DAMAGE_DAYS,
}
"""Working days until the answer is due, by kind; a fault has its minutes instead."""
