"""Regulated figures of inspection, breach of use and theft; docs/domain/theft-and-breach.md says what each rests on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from denghuo.foundation.parameters.rules import declare

SUPPLY_RULES = "《供电营业规则》(发改委令2024年第14号)"
IMPORTANT = "GB/T 29328-2018《重要电力用户供电电源及自备应急电源配置技术规范》"
ELECTRICITY_LAW = "《中华人民共和国电力法》第七十一条"
LOCAL = "供电企业规定"


def _between(low: int, high: int) -> dict[str, Any]:
    return {"low": Decimal(low), "high": Decimal(high)}


FIRST_MONTHS = declare("inspection.first_grade_months", 3, basis=IMPORTANT, **_between(1, 12))
SECOND_MONTHS = declare("inspection.second_grade_months", 6, basis=IMPORTANT, **_between(1, 24))
HV35_MONTHS = declare("inspection.hv35_months", 12, basis="用电检查周期：35kV及以上每年", **_between(1, 36))
HV10_MONTHS = declare(
    "inspection.hv10_months",
    6,
    basis="供电企业规定：一般高压客户每半年一次；通行规则为每两年一次（24个月）",
    confidence="U",
    **_between(1, 36),
)
GENERATOR_MONTHS = declare(
    "inspection.generator_months", 6, basis=f"{IMPORTANT}；{LOCAL}", confidence="U", **_between(1, 24)
)
LV_PERCENT = declare(
    "inspection.lv_sample_percent",
    Decimal("0.5"),
    basis="低压客户抽查，比例由供电企业定",
    confidence="U",
    **_between(0, 100),
)
EMERGENCY_PERCENT = declare("inspection.emergency_power_percent", 120, basis=IMPORTANT, **_between(100, 300))
CYCLE_PARAMETERS = [FIRST_MONTHS, SECOND_MONTHS, HV35_MONTHS, HV10_MONTHS, GENERATOR_MONTHS, LV_PERCENT]

REWARD_PERCENT = declare(
    "inspection.reward_percent",
    10,
    basis=f"{LOCAL}：举报奖励占违约使用电费",
    confidence="U",
    **_between(0, 50),
)
REWARD_CAP_YUAN = declare(
    "inspection.reward_cap_yuan", 5_000, basis=LOCAL, confidence="U", **_between(0, 1_000_000)
)
POLICE_YUAN = declare(
    "inspection.police_above_yuan",
    3_000,
    basis=f"{ELECTRICITY_LAW}；盗窃罪数额标准由省定",
    confidence="U",
    **_between(0, 1_000_000),
)
CREDIT_YUAN = declare(
    "inspection.credit_report_above_yuan",
    50_000,
    basis="窃电金额超过5万元纳入征信",
    confidence="U",
    **_between(0, 100_000_000),
)
PAY_DAYS = declare("inspection.pay_days", 10, basis=LOCAL, confidence="U", **_between(0, 90))

THEFT_DAYS = declare(
    "inspection.theft_days", 180, basis=f"{SUPPLY_RULES}：窃电日数无法查明的按180天", **_between(1, 365)
)
POWER_HOURS = declare(
    "inspection.theft_hours_power", 12, basis=f"{SUPPLY_RULES}：动力用户每日12小时", **_between(1, 24)
)
LIGHT_HOURS = declare(
    "inspection.theft_hours_lighting", 6, basis=f"{SUPPLY_RULES}：照明用户每日6小时", **_between(1, 24)
)
THEFT_MULTIPLE = declare(
    "inspection.theft_multiple", Decimal(3), basis=f"{SUPPLY_RULES}：不高于应补交电费的3倍", **_between(0, 3)
)
DEDUCT = declare(
    "inspection.theft_deduct_recorded", False, basis=f"{LOCAL}：按标定电流计算时扣减已计电量", confidence="U"
)
CLASS_MONTHS = declare(
    "inspection.class_months", 3, basis=f"{SUPPLY_RULES}：使用起讫日期难以确定的按3个月", **_between(1, 12)
)
CLASS_MULTIPLE = declare(
    "inspection.class_multiple", Decimal(2), basis=f"{SUPPLY_RULES}：不高于2倍差额电费", **_between(0, 2)
)
CAPACITY_MULTIPLE = declare(
    "inspection.capacity_multiple",
    Decimal(3),
    basis=f"{SUPPLY_RULES}：不高于3倍私增容量电费",
    **_between(0, 3),
)
CAPACITY_YUAN = declare(
    "inspection.capacity_yuan_per_kva",
    Decimal(50),
    basis=f"{SUPPLY_RULES}：每千瓦（千伏安）50元",
    **_between(0, 50),
)
SEALED_MULTIPLE = declare(
    "inspection.sealed_multiple", Decimal(2), basis=f"{SUPPLY_RULES}：不高于2倍补交电费", **_between(0, 2)
)
SEALED_YUAN = declare(
    "inspection.sealed_yuan_per_kva",
    Decimal(30),
    basis=f"{SUPPLY_RULES}：每次每千瓦（千伏安）30元",
    **_between(0, 30),
)
DEVICE_RESIDENTIAL_YUAN = declare(
    "inspection.device_yuan_residential",
    Decimal(500),
    basis=f"{SUPPLY_RULES}：居民用户每次500元",
    **_between(0, 500),
)
DEVICE_OTHER_YUAN = declare(
    "inspection.device_yuan_other",
    Decimal(5_000),
    basis=f"{SUPPLY_RULES}：其他用户每次5000元",
    **_between(0, 5_000),
)
SOURCE_YUAN = declare(
    "inspection.source_yuan_per_kw",
    Decimal(500),
    basis=f"{SUPPLY_RULES}：每千瓦（千伏安）500元",
    **_between(0, 500),
)
QUOTA_YUAN = declare(
    "inspection.quota_yuan_per_kw",
    Decimal(1),
    basis="《供电营业规则》(电力工业部令第8号，1996)，2024年6月起不再适用",
    confidence="U",
)
QUOTA_MULTIPLE = declare(
    "inspection.quota_multiple",
    Decimal(5),
    basis="《供电营业规则》(电力工业部令第8号，1996)，2024年6月起不再适用",
    confidence="U",
)

RATE_PARAMETERS = [
    THEFT_DAYS, POWER_HOURS, LIGHT_HOURS, THEFT_MULTIPLE, DEDUCT, CLASS_MONTHS, CLASS_MULTIPLE, CAPACITY_MULTIPLE,
    CAPACITY_YUAN, SEALED_MULTIPLE, SEALED_YUAN, DEVICE_RESIDENTIAL_YUAN, DEVICE_OTHER_YUAN, SOURCE_YUAN,
    QUOTA_YUAN, QUOTA_MULTIPLE,
]  # fmt: skip
