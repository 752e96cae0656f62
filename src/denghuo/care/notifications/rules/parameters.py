"""Figures of messages that a bureau may set."""

from __future__ import annotations

from decimal import Decimal

from denghuo.foundation.parameters.rules import declare

LOCAL = "供电企业规定"

QUIET_FROM_HOUR = declare(
    "notifications.quiet_from_hour", 21, basis=LOCAL, confidence="U", low=Decimal(0), high=Decimal(24)
)
QUIET_UNTIL_HOUR = declare(
    "notifications.quiet_until_hour", 8, basis=LOCAL, confidence="U", low=Decimal(0), high=Decimal(23)
)
TEST_PROVIDER = declare(
    "notifications.test_provider", "none", basis=LOCAL, confidence="C", choices=("none", "sms", "all")
)
"""For demonstrations: which channels the test provider stands in for. Nothing it takes leaves the house."""

ALL = [QUIET_FROM_HOUR, QUIET_UNTIL_HOUR, TEST_PROVIDER]
