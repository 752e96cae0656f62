"""Fees of a connection: the few that are lawful, and those that are refused with the document that abolished them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from denghuo.commerce.connections.rules.parameters import FEES_2020, HIGH_RELIABILITY, TEMPORARY_FEE_2017


@dataclass(frozen=True)
class FeeRule:
    """``lawful`` items carry the basis on which they are charged, the others that on which they are refused."""

    code: str
    lawful: bool
    basis: str
    confidence: str = "K"


RULES: Mapping[str, FeeRule] = {
    rule.code: rule
    for rule in (
        FeeRule("high_reliability", True, HIGH_RELIABILITY, "U"),
        FeeRule(
            "customer_works",
            True,
            "《供电营业规则》：客户委托的产权分界点用户侧工程，自愿委托、单独签约",
            "U",
        ),
        FeeRule("network_entry", False, FEES_2020),
        FeeRule("meter_box", False, FEES_2020),
        FeeRule("temporary_connection", False, TEMPORARY_FEE_2017),
        FeeRule("design_review", False, FEES_2020),
        FeeRule("test", False, FEES_2020),
        FeeRule("energising", False, FEES_2020),
        FeeRule("pv_connection", False, "国能发新能规〔2025〕7号：受理、方案、装表、合同、调试均不收费"),
    )
}


def high_reliability_fen(extra_kva: Decimal, yuan_per_kva: Decimal) -> int:
    """The high-reliability fee of the feeders beyond the first, in fen."""
    return int((extra_kva * yuan_per_kva * 100).quantize(Decimal(1), ROUND_HALF_UP))
