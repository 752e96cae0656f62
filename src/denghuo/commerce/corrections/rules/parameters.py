"""Regulated figures of corrections; docs/domain/meter-error.md says what each rests on."""

from __future__ import annotations

from decimal import Decimal

from denghuo.foundation.parameters.rules import declare

_RULES = "《供电营业规则》退补电费条款（1996年版第八十、八十一条；发改委令2024年第14号相应条款）"

METER_ERROR_PERIOD_FACTOR = declare(
    "corrections.meter_error_period_factor",
    Decimal("0.5"),
    basis=_RULES,
    confidence="K",
    low=Decimal(0),
    high=Decimal(1),
)
BACKBILL_CAP_MONTHS = declare(
    "corrections.error_backbill_cap_months",
    0,
    basis="1983年旧规则与部分地方规定；现行全国规则未见上限",
    confidence="U",
    low=Decimal(0),
)
LIMITATION_YEARS = declare(
    "corrections.limitation_years", 3, basis="《民法典》第一百八十八条", confidence="K", low=Decimal(1)
)
