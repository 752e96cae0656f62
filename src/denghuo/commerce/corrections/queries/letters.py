"""What the customer's letters say: plain data for the templates, in Chinese like every paper of the utility."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import translation

from denghuo.commerce.corrections.models import Correction, CorrectionState, Settlement
from denghuo.commerce.corrections.queries import words
from denghuo.kernel.periods import day_of

SETTLED = {
    Settlement.PREPAYMENT: "多收部分转入您的预存电费，用于抵扣以后的电费。",
    Settlement.REFUND: "多收部分将按您指定的方式退还，退款经审批后办理。",
    Settlement.COLLECT: "应补部分请于新账单的缴费截止日前缴纳，截止日前不计收违约金。",
    Settlement.INSTALMENTS: "应补部分可按约定分期缴纳。",
}


def notice_data(found: Correction, tariffs: Mapping[str, str]) -> dict[str, Any]:
    """The correction notice: facts, months before and after, and the lines that change."""
    with translation.override("zh-hans"):
        effect = found.effects
        return {
            **_head(found),
            "facts": [[str(label), text] for label, text in (words.fact(f, tariffs) for f in found.changes)],
            "explanation": found.explanation,
            "months": [
                {
                    "cycle": month.cycle,
                    "follows": month.follows,
                    "before_kwh": month.before_kwh,
                    "after_kwh": month.after_kwh,
                    "before_fen": month.before_fen,
                    "after_fen": month.after_fen,
                    "difference_fen": month.difference_fen,
                    "whys": [
                        f"{words.WHYS.get(why.code, why.code)} {why.before or '–'} → {why.after or '–'}"
                        for why in month.whys
                        if why.code != "energy"
                    ],
                }
                for month in effect.months
            ],
            "lines": _lines(found),
            "before_fen": effect.before_fen,
            "after_fen": effect.after_fen,
            "settlement": "" if effect.difference_fen == 0 else _settled(found),
        }


def _lines(found: Correction) -> list[dict[str, Any]]:
    """The changed kinds of line, summed over the months."""
    sums: dict[str, list[Any]] = {}
    for month in found.effects.months:
        for line in month.lines:
            if line.changed:
                entry = sums.setdefault(words.line_label(line), [Decimal(0), Decimal(0), 0, 0])
                if line.unit == "kwh":
                    entry[0] += Decimal(line.before_quantity or 0)
                    entry[1] += Decimal(line.after_quantity or 0)
                entry[2] += line.before_fen
                entry[3] += line.after_fen
    return [
        {
            "label": label,
            "before": str(a),
            "after": str(b),
            "before_fen": x,
            "after_fen": y,
            "difference_fen": y - x,
        }
        for label, (a, b, x, y) in sums.items()
    ]


def _settled(found: Correction) -> str:
    more = found.difference_fen > 0
    if more and found.settlement in (Settlement.PREPAYMENT, Settlement.REFUND):
        return SETTLED[Settlement.COLLECT]
    if not more and found.settlement in (Settlement.COLLECT, Settlement.INSTALMENTS):
        return SETTLED[Settlement.PREPAYMENT]
    return SETTLED[Settlement(found.settlement)]


def letter_data(found: Correction) -> dict[str, Any]:
    """The letter of apology of a correction that was carried out."""
    with translation.override("zh-hans"):
        due = (
            found.corrected_bills.filter(replacement__due_date__isnull=False)
            .values_list("replacement__due_date", flat=True)
            .order_by("-replacement__due_date")
            .first()
        )
        return {
            **_head(found),
            "explanation": found.explanation,
            "more": found.difference_fen > 0,
            "amount_fen": abs(found.difference_fen),
            "bills": found.months,
            "due": str(due or ""),
            "settlement": _settled(found),
        }


def _head(found: Correction) -> dict[str, Any]:
    moment = found.decided_at or found.drafted_at
    return {
        "unit": found.unit.name,
        "number": found.number,
        "customer": found.account.customer.name,
        "account": found.account.number,
        "supply_point": found.supply_point.number,
        "address": found.supply_point.address,
        "reason": str(found.get_reason_display()),
        "first": found.first_cycle,
        "last": found.last_cycle,
        "difference_fen": found.difference_fen,
        "draft": found.state != CorrectionState.COMMITTED,
        "date": str(day_of(moment)),
    }
