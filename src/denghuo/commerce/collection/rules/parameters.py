"""Figures of collection that a bureau sets for itself."""

from __future__ import annotations

from decimal import Decimal

from denghuo.foundation.parameters.rules import declare

_LOCAL = {"basis": "供电企业规定", "confidence": "U"}

CONTACT_FROM_HOUR = declare("collection.contact_from_hour", 9, low=Decimal(0), high=Decimal(23), **_LOCAL)
CONTACT_UNTIL_HOUR = declare("collection.contact_until_hour", 20, low=Decimal(1), high=Decimal(24), **_LOCAL)
MESSAGES_ON_HOLIDAYS = declare("collection.messages_on_holidays", False, **_LOCAL)
PROMISE_MAX_DAYS = declare("collection.promise_max_days", 15, low=Decimal(1), high=Decimal(90), **_LOCAL)
PROMISE_GRACE_DAYS = declare("collection.promise_grace_days", 1, low=Decimal(0), high=Decimal(15), **_LOCAL)
PROTECTING_CARE = declare(
    "collection.protecting_care", "five_guarantees low_income medical disabled elderly", **_LOCAL
)
WRITE_OFF_AGE_DAYS = declare(
    "collection.write_off_age_days",
    1095,
    low=Decimal(30),
    basis="《民法典》第一百八十八条（普通诉讼时效三年）；企业坏账管理规定",
    confidence="U",
)
WRITE_OFF_STATION_LIMIT_YUAN = declare(
    "collection.write_off_station_limit_yuan", Decimal("5000.00"), low=Decimal(0), **_LOCAL
)
LATE_FEE_ON_WRITTEN_OFF = declare("collection.late_fee_on_written_off", False, **_LOCAL)
CREDIT_BUREAU_REPORTING = declare(
    "collection.credit_bureau_reporting",
    "not_automatic",
    choices=("not_automatic", "after_legal_review"),
    basis="《征信业管理条例》；须事先告知并经法务审核",
    confidence="U",
)
DEFAULT_TARGET_CURRENT = declare(
    "collection.target_current",
    Decimal("0.9990"),
    low=Decimal(0),
    high=Decimal(1),
    basis="电费回收考核办法",
    confidence="U",
)
DEFAULT_TARGET_OLD = declare(
    "collection.target_old",
    Decimal("0.3000"),
    low=Decimal(0),
    high=Decimal(1),
    basis="电费回收考核办法",
    confidence="U",
)
POINTS_PER_TENTH_PERCENT = declare(
    "collection.points_per_tenth_percent", Decimal("0.50"), low=Decimal(0), high=Decimal(20), **_LOCAL
)
MOST_POINTS = declare("collection.most_points", Decimal("10.00"), low=Decimal(0), high=Decimal(100), **_LOCAL)
REWARD_YUAN = declare("collection.reward_yuan", Decimal("200.00"), low=Decimal(0), **_LOCAL)
DEDUCTION_YUAN_PER_POINT = declare(
    "collection.deduction_yuan_per_point", Decimal("50.00"), low=Decimal(0), **_LOCAL
)
