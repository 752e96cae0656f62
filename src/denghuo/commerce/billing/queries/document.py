"""A bill as the data of its printed sheet (``templates/billing/bill.typ``)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from denghuo.commerce.billing.models import Bill, BillKind
from denghuo.commerce.billing.queries import words
from denghuo.commerce.billing.queries.bills import months_of_use
from denghuo.commerce.billing.queries.trace import ExplainedLine, ExplainedSection, explained_many
from denghuo.engine.pricing.explain import TraceAdvance, TraceRegister, TraceTiers
from denghuo.foundation.documents import qr
from denghuo.kernel.capital_amount import chinese_capital_amount
from denghuo.kernel.masking import person_name
from denghuo.kernel.periods import Cycle
from denghuo.records.customers.models import CustomerKind

SHOWN_MONTHS = 12


def bill_document(bills: Sequence[Bill]) -> list[dict[str, Any]]:
    """JSON-able data, one entry a bill, in order."""
    sections = explained_many(bills)
    months = {
        cycle: months_of_use([bill.account_id for bill in bills if bill.cycle == cycle], until=cycle)
        for cycle in {bill.cycle for bill in bills}
    }
    return [_bill(bill, sections[bill.pk], months[bill.cycle][bill.account_id]) for bill in bills]


def _bill(bill: Bill, sections: list[ExplainedSection], months: list[Any]) -> dict[str, Any]:
    customer = bill.account.customer
    name = customer.name if customer.kind == CustomerKind.ORGANISATION else person_name(customer.name)
    first = Cycle.parse(bill.cycle).shifted(1 - SHOWN_MONTHS)
    used = {month.cycle: month for month in months}
    return {
        "number": bill.number,
        "qr": qr.svg(bill.number),
        "kind": str(bill.get_kind_display()),
        "state": bill.state,
        "state_label": str(bill.get_state_display()),
        "is_draft": bill.state in ("draft", "held", "approved"),
        "is_reversal": bill.kind == BillKind.REVERSAL,
        "reverses": bill.reverses.number if bill.reverses is not None else "",
        "reason": bill.reason,
        "cycle": bill.cycle,
        "customer": name,
        "account": bill.account.number,
        "unit": bill.unit.name,
        "period": [bill.period_start.isoformat(), bill.last_date.isoformat()],
        "days": (bill.period_end - bill.period_start).days,
        "issued": bill.issued_at.date().isoformat() if bill.issued_at else "",
        "due": bill.due_date.isoformat() if bill.due_date else "",
        "energy": _plain(bill.energy_kwh),
        "total_fen": bill.total_fen,
        "capitals": chinese_capital_amount(bill.total_fen),
        "average_price": _average(bill.total_fen, bill.energy_kwh),
        "estimated": bill.estimated,
        "sections": [_section(section) for section in sections],
        "months": [
            {
                "label": str(cycle)[5:],
                "energy": float(used[str(cycle)].energy_kwh) if str(cycle) in used else None,
                "estimated": str(cycle) in used and used[str(cycle)].estimated,
                "current": str(cycle) == bill.cycle,
            }
            for cycle in (first.shifted(n) for n in range(SHOWN_MONTHS))
        ],
    }


def _average(total_fen: int, energy_kwh: Decimal) -> str:
    if not energy_kwh:
        return ""
    return format((Decimal(total_fen) / 100 / energy_kwh).quantize(Decimal("0.00001")), "f")


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _section(explained: ExplainedSection) -> dict[str, Any]:
    section, trace = explained.section, explained.trace
    return {
        "supply_point": section.supply_point.number,
        "address": section.supply_point.address,
        "tariff": explained.tariff_name,
        "book": f"{section.book_version.name} v{section.book_version.number}",
        "period": [section.period_start.isoformat(), section.period_end.isoformat()],
        "energy": _plain(section.energy_kwh),
        "total_fen": section.total_fen,
        "average_price": _average(section.total_fen, section.energy_kwh),
        "estimated": section.estimated,
        "power_factor": section.power_factor_percent,
        "meters": _meters(explained),
        "groups": [
            {
                "label": str(group.label),
                "total_fen": group.total_fen,
                "lines": [_line(item) for item in group.lines],
            }
            for group in explained.groups
        ],
        "tiers": _tiers(trace.tiers) if trace is not None and trace.tiers is not None else [],
    }


def _meters(explained: ExplainedSection) -> list[dict[str, Any]]:
    """Register readings behind the energy: one row a register that moved."""
    rows = []
    for point, trace in explained.points:
        for advance in trace.advances:
            for register in trace_registers(advance):
                rows.append(
                    {
                        "point": point.number if point is not None else str(trace.point_id),
                        "register": str(words.REGISTERS[register.name]),
                        "opening": _plain(register.opening),
                        "closing": _plain(register.closing),
                        "multiplier": _plain(register.multiplier),
                        "energy": _plain(register.energy),
                        "estimated": advance.estimated,
                    }
                )
    return rows


def trace_registers(advance: TraceAdvance) -> list[TraceRegister]:
    """The registers worth showing: the total, and every other that moved."""
    return [register for register in advance.registers if register.name == "total" or register.energy]


def _line(item: ExplainedLine) -> dict[str, Any]:
    line = item.line
    return {
        "label": item.label,
        "quantity": "" if line.unit_name in ("fen", "amount") else _plain(line.quantity),
        "unit": item.unit,
        "price": _price(item),
        "prorated": f"{line.numerator}/{line.denominator}" if item.prorated else "",
        "amount_fen": line.amount_fen,
    }


def _price(item: ExplainedLine) -> str:
    if item.line.unit_name == "amount":
        return ""
    if item.is_rate:
        return f"{_plain(item.rate_percent)}%"
    return _plain(item.line.price)


def _tiers(tiers: TraceTiers) -> list[dict[str, Any]]:
    """Bars of the tiers: how far each is filled, before and by this bill (kWh)."""
    rows = []
    before = tiers.prior_kwh
    low = Decimal(0)
    for number, used in enumerate(tiers.energy_kwh, start=1):
        high = tiers.bounds_kwh[number - 1] if number <= len(tiers.bounds_kwh) else None
        width = None if high is None else high - low
        prior = max(Decimal(0), before - low) if width is None else min(max(Decimal(0), before - low), width)
        rows.append(
            {
                "label": str(_("Tier %(number)s") % {"number": number}),
                "from": _plain(low),
                "to": "" if high is None else _plain(high),
                "prior": float(prior),
                "used": float(used),
                "width": None if width is None else float(width),
            }
        )
        low = high if high is not None else low
    return rows
