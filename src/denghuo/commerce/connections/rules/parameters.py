"""Regulated and local figures of connections; docs/domain/supply-plan.md says what each rests on and how sure it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from denghuo.foundation.parameters.rules import declare

SUPPLY_RULES = "《供电营业规则》(发改委令2024年第14号)"
THREE_ZERO = "发改能源规〔2020〕1479号 “三零”服务"
FEES_2020 = "国办函〔2020〕129号"
HIGH_RELIABILITY = "发改价格〔2003〕2279号、国办函〔2020〕129号：高可靠性供电费按多路供电回路收取，标准由省级价格主管部门规定"
TEMPORARY_FEE_2017 = "发改办价格〔2017〕1895号"
LOCAL = "供电企业规定"
DESIGN = "DL/T 5729、供电企业配电网规划设计导则"


def _between(low: str, high: str) -> dict[str, Any]:
    return {"low": Decimal(low), "high": Decimal(high)}


COINCIDENCE_HOME = declare(
    "connections.coincidence_home", Decimal("0.30"), basis=DESIGN, confidence="U", **_between("0.05", "1")
)
COINCIDENCE_OTHER = declare(
    "connections.coincidence_other", Decimal("0.60"), basis=DESIGN, confidence="U", **_between("0.05", "1")
)
LOAD_RATE_LIMIT = declare(
    "connections.load_rate_limit", Decimal("0.80"), basis=DESIGN, confidence="U", **_between("0.5", "1")
)
SINGLE_PHASE_KW = declare(
    "connections.single_phase_kw", Decimal(12), basis=f"{SUPPLY_RULES}；各地 12–16 kW", confidence="U", **_between("8", "20")
)  # fmt: skip
LOW_VOLTAGE_KVA = declare(
    "connections.low_voltage_kva", Decimal(160), basis=THREE_ZERO, confidence="K", **_between("50", "315")
)
DIRECT_METER_A = declare(
    "connections.direct_meter_a", 60, basis="DL/T 448：负荷电流 60 A 以下宜直接接入", confidence="K", **_between("40", "100")
)  # fmt: skip
PLAN_VALID_DAYS_LOW = declare(
    "connections.plan_valid_days_low", 90, basis=f"{SUPPLY_RULES}：低压三个月", confidence="K", **_between("30", "365")
)  # fmt: skip
PLAN_VALID_DAYS_HIGH = declare(
    "connections.plan_valid_days_high", 365, basis=f"{SUPPLY_RULES}：高压一年", confidence="K", **_between("90", "730")
)  # fmt: skip
TEMPORARY_MONTHS = declare(
    "connections.temporary_months", 6, basis=f"{SUPPLY_RULES}；经批准可延长，至多三年", confidence="U", **_between("1", "36")
)  # fmt: skip
HIGH_RELIABILITY_YUAN = declare(
    "connections.high_reliability_yuan_per_kva", Decimal(160), basis=HIGH_RELIABILITY, confidence="U", **_between("0", "2000")
)  # fmt: skip
PV_HOSTING_RATE = declare(
    "connections.pv_hosting_rate", Decimal("0.80"), basis="DL/T 2041：反向负载率不超过 80 %", confidence="U", **_between("0.3", "1")
)  # fmt: skip
PV_OWN_USE_SHARE = declare(
    "connections.pv_own_use_share", Decimal("0.50"), basis="国能发新能规〔2025〕7号：由省级能源主管部门确定", confidence="U", **_between("0", "1")
)  # fmt: skip

ALL = [
    COINCIDENCE_HOME, COINCIDENCE_OTHER, LOAD_RATE_LIMIT, SINGLE_PHASE_KW, LOW_VOLTAGE_KVA, DIRECT_METER_A,
    PLAN_VALID_DAYS_LOW, PLAN_VALID_DAYS_HIGH, TEMPORARY_MONTHS, HIGH_RELIABILITY_YUAN, PV_HOSTING_RATE, PV_OWN_USE_SHARE,
]  # fmt: skip
