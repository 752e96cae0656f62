"""Which plan an account is dunned by, and the plans that are shipped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Scope:
    """For whom a plan is; empty conditions hold for everybody."""

    plan_id: int
    priority: int
    code: str
    valid_from: date
    valid_to: date | None = None
    payer_class: str = ""
    tariff_class: str = ""
    grade: str = ""
    for_protected: bool = False
    from_fen: int | None = None
    below_fen: int | None = None


@dataclass(frozen=True)
class Debtor:
    """What is known of an account that is overdue."""

    payer_class: str
    tariff_classes: frozenset[str]
    important: bool
    protected: bool
    overdue_fen: int


def fits(plan: Scope, debtor: Debtor, on: date) -> bool:
    """Whether the plan is for this debtor on this day."""
    return (
        plan.valid_from <= on
        and (plan.valid_to is None or on < plan.valid_to)
        and plan.for_protected == debtor.protected
        and plan.payer_class in ("", debtor.payer_class)
        and (not plan.tariff_class or plan.tariff_class in debtor.tariff_classes)
        and plan.grade in ("", "important" if debtor.important else "ordinary")
        and (plan.from_fen is None or debtor.overdue_fen >= plan.from_fen)
        and (plan.below_fen is None or debtor.overdue_fen < plan.below_fen)
    )


def choose(plans: Iterable[Scope], debtor: Debtor, on: date) -> int | None:
    """The plan with the highest priority that fits, by its id; None where none does."""
    fitting = [plan for plan in plans if fits(plan, debtor, on)]
    return max(fitting, key=lambda plan: (plan.priority, plan.code)).plan_id if fitting else None


_SMS = "【{unit}】{name}：您的户号{account}截至{today}欠电费{amount}元（已逾期{days}天），请尽快缴纳，以免产生更多违约金。如已缴费请忽略。"
_KIND = "【{unit}】{name}：您的户号{account}还有电费{amount}元未缴。如有困难请与我们联系，可申请分期，我们会上门为您服务。"
_CALL = (
    "核对户名与户号{account}；告知欠费{amount}元、逾期{days}天、违约金{late_fee}元；询问缴费日期并登记承诺。"
)
_VISIT = "上门核实用电人与联系方式；当面告知户号{account}欠费{amount}元；了解原因，登记承诺或困难情况。"
_LETTER = "{name}：\n截至{today}，您的户号{account}欠缴电费{amount}元（其中违约金{late_fee}元），最早一笔应于{due_date}前缴纳，已逾期{days}天。请自收到本通知之日起尽快缴清。逾期仍不缴纳的，我单位将依照《电力供应与使用条例》第三十九条处理。"

SHIPPED: tuple[dict, ...] = (
    {
        "code": "residential",
        "name": "居民客户催费",
        "payer_class": "residential",
        "priority": 10,
        "steps": [(1, "sms", _SMS), (7, "sms", _SMS), (12, "phone", _CALL), (18, "letter", _LETTER), (25, "visit", _VISIT)],
    },
    {
        "code": "business",
        "name": "一般工商业催费",
        "payer_class": "other",
        "priority": 10,
        "steps": [(1, "sms", _SMS), (4, "phone", _CALL), (9, "letter", _LETTER), (15, "visit", _VISIT), (23, "letter", _LETTER)],
    },
    {
        "code": "large",
        "name": "大客户催费",
        "payer_class": "other",
        "from_fen": 5_000_000,
        "priority": 30,
        "steps": [(1, "phone", _CALL), (3, "visit", _VISIT), (5, "letter", _LETTER), (12, "visit", _VISIT), (20, "letter", _LETTER)],
    },
    {
        "code": "protected",
        "name": "受保护客户关怀",
        "for_protected": True,
        "priority": 50,
        "steps": [(5, "sms", _KIND), (15, "visit", _VISIT)],
    },
)  # fmt: skip
"""Plans that a new system begins with; steps are (days after the due date, channel, text)."""
