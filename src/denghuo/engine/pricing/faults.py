"""Why a case cannot be priced: one row each with a stable code, a path and the figures for the message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from denghuo.engine.pricing.exact import Ints
from denghuo.engine.tables.pricing import EXCEPTIONS

# code → English message; the parameters in braces come with every row of that code. Pages translate by code.
MESSAGES: dict[str, str] = {
    "book_unknown": "there is no price book {book!r}",
    "cycle_invalid": "a billing month is written YYYY-MM, found {found!r}",
    "period_invalid": "the period must end after it starts: {start} to {end}",
    "terms_missing": "no terms (tariff, voltage, billing mode) are known for the period",
    "terms_gap": "terms must join up over the period: expected {expected}, found {found}",
    "points_missing": "the case has no metering point",
    "readings_missing": "the metering point has no reading in the period",
    "readings_gap": "readings must join up over the period: expected {expected}, found {found}",
    "readings_unexpected": "a {measure} point has no readings of its own",
    "value_unknown": "unknown {field} {found!r}, expected one of: {expected}",
    "value_missing": "{field} is needed here",
    "value_out_of_range": "{field} must be between {low} and {high}, found {found}",
    "point_parent": "the parent metering point must be another purchase point of the case",
    "point_cycle": "sub-meters refer to each other in a circle",
    "register_incomplete": "register {register} has only one of its two readings",
    "reading_negative": "register {register} shows {found}, which is below zero",
    "reading_backwards": "register {register} went from {opening} back to {closing} and may not roll over",
    "reading_beyond_register": "register {register} shows {found} but starts again at {modulus}",
    "register_missing": "register {register} is needed and the meter has none",
    "tou_registers_missing": "tariff {tariff} needs the {register} register in this period and the meter has none",
    "tou_sum_mismatch": "period registers sum to {sum} kWh but the total register gives {total} kWh",
    "quantity_too_large": "{field} is beyond what can be priced: {found}",
    "tariff_unknown": "the book has no tariff {tariff!r}",
    "tariff_not_in_force": "tariff {tariff!r} is not in force on {date}",
    "tier_scheme_missing": "the tier scheme of tariff {tariff!r} is not in force on {date}",
    "tou_scheme_missing": "the time-of-use scheme of tariff {tariff!r} is not in force on {date}",
    "market_unfit": "tariff {tariff!r} has no energy price for the customer's market attribute on {date}",
    "tariff_role": "tariff {tariff!r} ({customer_class}) does not fit a {role} point",
    "missing_price": "no price of {component} for {tariff}, {voltage}, {tou}, {tier} on {date}",
    "contract_price_missing": "the contract has no price of {component} ({tou})",
    "contract_price_unused": "the contract price of {component} ({tou}) fits no line",
    "contract_price_twice": "the contract prices {component} ({tou}) twice",
    "prior_energy_missing": "yearly tiers need the energy already used in the tier year",
    "tier_season_mixed": "the months of the bill have different numbers of tiers",
    "billing_mode_missing": "tariff {tariff!r} is two-part and needs a billing mode, found {found}",
    "billing_mode_unexpected": "tariff {tariff!r} is single-part and has no basic charge, found {found}",
    "contract_demand_missing": "billing by contract demand needs the contract value",
    "demand_missing": "billing by demand needs a maximum demand reading in every part of the period",
    "submeter_exceeds_parent": "sub-meters use {deducted} kWh but their parent has only {available} kWh ({tou})",
    "power_factor_standard_missing": "capacity {capacity} kVA needs a power-factor standard and none is set",
    "reactive_missing": "the power factor needs reactive readings and the meter has none",
    "power_factor_undefined": "reactive energy {reactive} kvarh without active energy: a human must look",
    "free_energy_exceeds": "free energy needs a residential tariff and there is none in the case",
}


MESSAGES_ZH: dict[str, str] = {
    "book_unknown": "没有电价表 {book!r}",
    "cycle_invalid": "电费年月应写作 YYYY-MM,现为 {found!r}",
    "period_invalid": "计费期的截止日必须晚于起始日:{start} 至 {end}",
    "terms_missing": "计费期内没有用电条款(电价、电压、基本电费方式)",
    "terms_gap": "用电条款必须首尾相接覆盖计费期:应为 {expected},现为 {found}",
    "points_missing": "没有计量点",
    "readings_missing": "计量点在计费期内没有示数",
    "readings_gap": "示数必须首尾相接覆盖计费期:应为 {expected},现为 {found}",
    "readings_unexpected": "计量方式为 {measure} 的计量点不应有示数",
    "value_unknown": "{field} 的值 {found!r} 无效,应为:{expected}",
    "value_missing": "此处必须填写 {field}",
    "value_out_of_range": "{field} 应在 {low} 与 {high} 之间,现为 {found}",
    "point_parent": "上级计量点必须是同一案例中的另一个用电计量点",
    "point_cycle": "分表的上下级关系成环",
    "register_incomplete": "示数 {register} 只有起码或只有止码",
    "reading_negative": "示数 {register} 为 {found},小于零",
    "reading_backwards": "示数 {register} 由 {opening} 倒走到 {closing},且该表不可翻转",
    "reading_beyond_register": "示数 {register} 为 {found},超过表计满码 {modulus}",
    "register_missing": "缺少 {register} 示数",
    "tou_registers_missing": "电价 {tariff} 在本期需要 {register} 示数,而表计没有",
    "tou_sum_mismatch": "分时电量合计 {sum} 千瓦时,与总电量 {total} 千瓦时不符",
    "quantity_too_large": "{field} 超出可计价范围:{found}",
    "tariff_unknown": "电价表中没有电价 {tariff!r}",
    "tariff_not_in_force": "电价 {tariff!r} 在 {date} 未生效",
    "tier_scheme_missing": "电价 {tariff!r} 的阶梯方案在 {date} 未生效",
    "tou_scheme_missing": "电价 {tariff!r} 的分时方案在 {date} 未生效",
    "market_unfit": "电价 {tariff!r} 在 {date} 没有与客户市场化属性对应的上网电价",
    "tariff_role": "电价 {tariff!r}({customer_class})不适用于 {role} 计量点",
    "missing_price": "{date} 没有价格:{component}({tariff},{voltage},{tou},{tier})",
    "contract_price_missing": "合同未约定 {component}({tou})的价格",
    "contract_price_unused": "合同价格 {component}({tou})没有对应的电费项目",
    "contract_price_twice": "合同对 {component}({tou})约定了两个价格",
    "prior_energy_missing": "年阶梯需要本阶梯年已用电量",
    "tier_season_mixed": "账单所含月份的阶梯档数不同",
    "billing_mode_missing": "电价 {tariff!r} 为两部制,需要基本电费计收方式,现为 {found}",
    "billing_mode_unexpected": "电价 {tariff!r} 为单一制,没有基本电费,现为 {found}",
    "contract_demand_missing": "按合同需量计收基本电费需要合同需量值",
    "demand_missing": "按需量计收基本电费,计费期每一段都需要最大需量示数",
    "submeter_exceeds_parent": "分表电量 {deducted} 千瓦时超过上级表 {available} 千瓦时({tou})",
    "power_factor_standard_missing": "容量 {capacity} 千伏安应执行功率因数考核,但未确定标准",
    "reactive_missing": "功率因数考核需要无功示数,而表计没有",
    "power_factor_undefined": "只有无功电量 {reactive} 千乏时而无有功电量,需人工处理",
    "free_energy_exceeds": "免费电量只适用于居民电价,本案例没有居民用电",
}


def message(code: str, parameters: dict[str, str], lang: str = "en") -> str:
    """The sentence of an exception row, in English (``en``) or Chinese (``zh``)."""
    return (MESSAGES_ZH if lang == "zh" else MESSAGES)[code].format(**parameters)


@dataclass
class Faults:
    """Collects exception rows; the loops run over faulty rows only."""

    case_id: Ints
    rows: list[tuple[int, str, str, dict[str, str]]] = field(default_factory=list)
    bad: Any = None

    def __post_init__(self) -> None:
        self.bad = np.zeros(len(self.case_id), bool)

    def add(
        self,
        code: str,
        case: Ints,
        path: str | Callable[[int], str] = "",
        parameters: Callable[[int], dict[str, object]] | None = None,
    ) -> None:
        """One row for each of ``case`` (row numbers); ``path`` and ``parameters`` get the position in it."""
        self.bad[case] = True
        for at, number in enumerate(case.tolist()):
            where = path if isinstance(path, str) else path(at)
            given = parameters(at) if parameters is not None else {}
            self.rows.append((number, code, where, {key: str(value) for key, value in given.items()}))

    def table(self) -> pa.Table:
        rows = sorted(self.rows, key=lambda row: row[0])
        return pa.table(
            [
                pa.array([int(self.case_id[row[0]]) for row in rows], pa.int64()),
                pa.array([row[1] for row in rows], pa.string()),
                pa.array([row[2] for row in rows], pa.string()),
                pa.array([list(row[3].items()) for row in rows], pa.map_(pa.string(), pa.string())),
            ],
            schema=EXCEPTIONS,
        )
