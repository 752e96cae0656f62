"""Regulated figures of receivables; docs/domain/late-fee.md says what each rests on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from denghuo.foundation.parameters.rules import Parameter, declare

_RULES = "《供电营业规则》(发改委令2024年第14号)；《电力供应与使用条例》第三十九条"
_LIMITS: dict[str, Any] = {"low": Decimal(0), "high": Decimal("0.003")}

RATE_RESIDENTIAL = declare("receivables.late_rate_residential", Decimal("0.001"), basis=_RULES, **_LIMITS)
RATE_OTHER = declare("receivables.late_rate_other", Decimal("0.002"), basis=_RULES, **_LIMITS)
RATE_CROSS_YEAR = declare("receivables.late_rate_cross_year", Decimal("0.003"), basis=_RULES, **_LIMITS)
MINIMUM_YUAN: Parameter = declare(
    "receivables.late_fee_minimum_yuan",
    Decimal("1.00"),
    history=((date(2024, 6, 1), "0"),),
    basis="1996年《供电营业规则》第九十八条；2024年起取消",
    confidence="U",
    low=Decimal(0),
)
LATE_FEE_FIRST = declare(
    "receivables.late_fee_before_principal", True, basis="供用电合同约定", confidence="U"
)
PAYMENT_DAY_COUNTS = declare("receivables.payment_day_counts", True, basis="供用电合同约定", confidence="U")
DISPUTE_STOPS_LATE_FEE = declare(
    "receivables.dispute_stops_late_fee", True, basis="供电企业规定", confidence="U"
)
DUE_DATE_MOVES = declare(
    "receivables.due_date_moves_to_working_day", False, basis="《民法典》第二百零三条", confidence="U"
)
PLAN_GRACE_DAYS = declare(
    "receivables.plan_grace_days", 3, basis="供电企业规定", confidence="U", low=Decimal(0), high=Decimal(60)
)
PLAN_MAX_PARTS = declare(
    "receivables.plan_max_parts", 12, basis="供电企业规定", confidence="U", low=Decimal(2), high=Decimal(60)
)
