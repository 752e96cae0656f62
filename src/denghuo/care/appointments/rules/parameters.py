"""Figures of appointments that a bureau may set."""

from __future__ import annotations

from decimal import Decimal

from denghuo.foundation.parameters.rules import declare

LOCAL = "供电企业规定"

DAYS_AHEAD = declare(
    "appointments.days_ahead", 30, basis=LOCAL, confidence="U", low=Decimal(1), high=Decimal(180)
)
LEAD_MINUTES = declare(
    "appointments.lead_minutes", 30, basis=LOCAL, confidence="U", low=Decimal(0), high=Decimal(2880)
)
MISSED_AFTER_MINUTES = declare(
    "appointments.missed_after_minutes", 30, basis=LOCAL, confidence="U", low=Decimal(5), high=Decimal(480)
)
REMIND_HOURS = declare(
    "appointments.remind_hours", 2, basis=LOCAL, confidence="U", low=Decimal(1), high=Decimal(12)
)
SERIES_DAYS = declare(
    "appointments.series_days", 28, basis=LOCAL, confidence="U", low=Decimal(7), high=Decimal(90)
)
SERIES_SHIFT_DAYS = declare(
    "appointments.series_shift_days", 6, basis=LOCAL, confidence="U", low=Decimal(0), high=Decimal(30)
)

ALL = [DAYS_AHEAD, LEAD_MINUTES, MISSED_AFTER_MINUTES, REMIND_HOURS, SERIES_DAYS, SERIES_SHIFT_DAYS]
