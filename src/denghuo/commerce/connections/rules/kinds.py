"""The kinds of application: which diagram each walks, within which limits, on which terms it usually ends.

Limits are those of regulation §7.1 with their basis; ``confidence`` U marks what a bureau must confirm. A bureau sets
its own on the page of time limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ORDER_27 = "《供电监管办法》(电监会令第27号)"
RULE_1479 = "发改能源规〔2020〕1479号"
ONE_PLUS_ONE = "居民用电“1+1”服务：当日受理、次日送电"
STEPS = "业扩报装分段时限：受理1、方案10/20、设计审核3、中间检查2、竣工检验与装表6个工作日"
PV_OPINION = "国家电网2013年意见及各地压减；国能发新能规〔2025〕7号"

LOW, HIGH, SOLAR = "low_voltage", "high_voltage", "pv"


@dataclass(frozen=True)
class Limit:
    step: str
    days: int
    basis: str
    confidence: str = "K"


@dataclass(frozen=True)
class Kind:
    """One kind of application. ``flow``: which diagram; ``terms``: what the draft of the terms begins with.

    ``approved_plan``: the plan needs a second person (low voltage needs none: 三零). ``reviewed``: design review, mid
    and completion inspection. ``sources``: incoming feeders the customer asks for.
    """

    code: str
    flow: str
    limits: tuple[Limit, ...]
    terms: Mapping[str, Any] = field(default_factory=dict)
    approved_plan: bool = False
    reviewed: bool = False
    sources: int = 1

    @property
    def process(self) -> str:
        return f"connections.{self.code}"


HOME: Mapping[str, Any] = {"tariff_class": "residential", "use_nature": "household"}
BUSINESS: Mapping[str, Any] = {"tariff_class": "commercial_industrial", "use_nature": "shop"}
WORKS: Mapping[str, Any] = {"tariff_class": "commercial_industrial", "use_nature": "industry"}

_HV_STEPS = (
    Limit("approve", 2, STEPS, "U"),
    Limit("design", 3, STEPS, "V2"),
    Limit("mid", 2, STEPS, "V2"),
    Limit("completion", 3, STEPS, "U"),
    Limit("install", 3, STEPS, "U"),
)

KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "residential", LOW,
            (Limit("", 1, f"{ONE_PLUS_ONE}；国家上限5个工作日（{RULE_1479}）"), Limit("survey", 1, ORDER_27)),
            HOME,
        ),
        Kind(
            "business", LOW,
            (
                Limit("", 15, f"{RULE_1479} “三零”全过程15个工作日；无外线工程5个工作日"),
                Limit("survey", 1, STEPS, "U"), Limit("plan", 2, STEPS, "U"), Limit("install", 2, STEPS, "U"),
            ),
            BUSINESS,
        ),
        Kind(
            "temporary", LOW,
            (Limit("", 15, f"{RULE_1479}（按低压非居民）", "U"), Limit("survey", 1, STEPS, "U"), Limit("plan", 2, STEPS, "U")),
            {"tariff_class": "commercial_industrial", "use_nature": "temporary"},
        ),
        Kind(
            "charging", LOW,
            (Limit("", 5, "充电桩：低压答复1个工作日，全过程按无外线5个工作日", "U"), Limit("plan", 1, "充电桩供电方案答复：低压1个工作日", "V2")),
            {"tariff_class": "residential", "use_nature": "ev_charging"},
        ),
        Kind(
            "high_single", HIGH,
            (Limit("", 22, RULE_1479), Limit("survey", 3, STEPS, "U"), Limit("plan", 7, STEPS, "V2"), *_HV_STEPS),
            WORKS, approved_plan=True, reviewed=True,
        ),
        Kind(
            "high_dual", HIGH,
            (Limit("", 32, RULE_1479), Limit("survey", 5, STEPS, "U"), Limit("plan", 15, STEPS, "V2"), *_HV_STEPS),
            WORKS, approved_plan=True, reviewed=True, sources=2,
        ),
        Kind(
            "increase_low", LOW,
            (Limit("", 15, f"{RULE_1479}（按低压非居民）", "U"), Limit("survey", 1, STEPS, "U"), Limit("plan", 2, STEPS, "U")),
        ),
        Kind(
            "increase_high", HIGH,
            (Limit("", 22, f"{RULE_1479}（按高压单电源）", "U"), Limit("survey", 3, STEPS, "U"), Limit("plan", 7, STEPS, "V2"), *_HV_STEPS),
            approved_plan=True, reviewed=True,
        ),
        Kind(
            "pv_household", SOLAR,
            (Limit("", 20, PV_OPINION, "U"), Limit("plan", 10, PV_OPINION, "U"), Limit("install", 5, PV_OPINION, "U"), Limit("completion", 5, PV_OPINION, "U")),
            {"tariff_class": "generation"},
        ),
        Kind(
            "pv_enterprise", SOLAR,
            (Limit("", 45, PV_OPINION, "U"), Limit("plan", 20, PV_OPINION, "U"), Limit("approve", 2, PV_OPINION, "U"), Limit("design", 5, PV_OPINION, "U"), Limit("install", 10, PV_OPINION, "U"), Limit("completion", 10, PV_OPINION, "U")),
            {"tariff_class": "generation"}, approved_plan=True, reviewed=True,
        ),
    )
}  # fmt: skip
"""Pause rule: clocks stand still while the customer designs or builds (regulation §7.1)."""

INCREASES = frozenset({"increase_low", "increase_high"})
PV = frozenset({"pv_household", "pv_enterprise"})
AT_EXISTING_POINT = INCREASES | PV
"""Kinds that name a supply point which is in use already."""

STAGES: Mapping[str, tuple[str, ...]] = {
    LOW: ("accepted", "survey", "plan", "contract", "works", "install", "archived"),
    HIGH: ("accepted", "survey", "plan", "approve", "answer", "fees", "contract", "design", "mid", "completion", "install", "archived"),
    SOLAR: ("accepted", "survey", "plan", "approve", "answer", "design", "contract", "install", "completion", "archived"),
}  # fmt: skip
"""Stages in the order of the strip; one that a kind does not walk is left out of it."""


def stages(kind: Kind, *, external_works: bool | None = None) -> tuple[str, ...]:
    """The stages an application of this kind walks (as far as it is known)."""
    skipped = set()
    if kind.code == "residential":
        skipped.add("plan")
    if kind.flow == LOW and external_works is not True:
        skipped.add("works")
    if kind.flow == SOLAR and not kind.approved_plan:
        skipped |= {"approve", "design"}
    return tuple(stage for stage in STAGES[kind.flow] if stage not in skipped)


def limit_days(kind: Kind, external_works: bool | None) -> int:
    """Working days of the whole: low voltage without external works has 5 (三零)."""
    total = next(limit.days for limit in kind.limits if not limit.step)
    return 5 if kind.code == "business" and external_works is False else total
