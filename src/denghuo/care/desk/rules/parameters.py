"""Figures of the counter that a bureau may set."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from denghuo.foundation.parameters.rules import declare

PROMISE = "供电营业厅服务规范:限时办结"
LOCAL = "供电企业规定"


def _between(low: int, high: int) -> dict[str, Any]:
    return {"low": Decimal(low), "high": Decimal(high)}


PAYMENT_MINUTES = declare("desk.payment_minutes", 5, basis=PROMISE, **_between(1, 30))
BUSINESS_MINUTES = declare("desk.business_minutes", 20, basis=PROMISE, **_between(5, 60))
WARN_PERCENT = declare("desk.warn_percent", 75, basis=LOCAL, confidence="U", **_between(10, 100))
PATIENCE_MINUTES = declare("desk.patience_minutes", 30, basis=LOCAL, confidence="U", **_between(5, 240))
EARLY_MINUTES = declare("desk.appointment_early_minutes", 10, basis=LOCAL, confidence="U", **_between(0, 60))
EVALUATE_HOURS = declare("desk.evaluate_hours", 24, basis=LOCAL, confidence="U", **_between(1, 168))
KIOSK_A_MINUTE = declare("desk.kiosk_tickets_a_minute", 12, basis=LOCAL, confidence="U", **_between(1, 120))
HOTLINE = declare("desk.hotline", "95598", basis="供电服务热线", confidence="K")

CLOCKS = [PAYMENT_MINUTES, BUSINESS_MINUTES, WARN_PERCENT]
ALL = [*CLOCKS, PATIENCE_MINUTES, EARLY_MINUTES, EVALUATE_HOURS, KIOSK_A_MINUTE, HOTLINE]
