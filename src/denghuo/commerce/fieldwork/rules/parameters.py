"""Figures that a bureau sets for work outside."""

from __future__ import annotations

from decimal import Decimal

from denghuo.foundation.parameters.rules import declare

LOCAL = "供电企业规定"

POSITION_DAYS = declare(
    "fieldwork.keep_positions_days",
    7,
    basis=f"《个人信息保护法》第十九条：最短必要期限；{LOCAL}",
    confidence="U",
    low=Decimal(1),
    high=Decimal(90),
)
CLOCK_HOURS = declare(
    "fieldwork.device_clock_hours", 72, basis=LOCAL, confidence="U", low=Decimal(1), high=Decimal(240)
)
JUMP_PERCENT = declare(
    "fieldwork.jump_percent", 50, basis=LOCAL, confidence="U", low=Decimal(10), high=Decimal(500)
)
JUMP_FLOOR_KWH = declare(
    "fieldwork.jump_floor_kwh", 20, basis=LOCAL, confidence="U", low=Decimal(0), high=Decimal(10_000)
)
PHOTO_PIXELS = declare(
    "fieldwork.photo_pixels", 1280, basis=LOCAL, confidence="C", low=Decimal(480), high=Decimal(4096)
)
ODD_NEEDS_PHOTO = declare("fieldwork.odd_reading_needs_photo", True, basis=LOCAL, confidence="U")

ALL = [POSITION_DAYS, CLOCK_HOURS, JUMP_PERCENT, JUMP_FLOOR_KWH, PHOTO_PIXELS, ODD_NEEDS_PHOTO]
