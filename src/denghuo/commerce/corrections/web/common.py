"""What the pages of corrections share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from denghuo.commerce.billing.rules import DueDate
from denghuo.commerce.corrections.models import Correction, MassCorrection
from denghuo.commerce.corrections.queries import words
from denghuo.commerce.corrections.rules.effect import Effect
from denghuo.commerce.corrections.rules.facts import Fact
from denghuo.commerce.tariffs import queries as tariffs
from denghuo.commerce.tariffs.queries import NoBookInForce
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import charts
from denghuo.records.supply.models import SupplyPoint


def now() -> datetime:
    return timezone.now()


def today() -> date:
    return timezone.localdate()


def due_rule() -> DueDate:
    return DueDate(days=settings.DUE_DAYS, day_of_month=settings.DUE_DAY_OF_MONTH)


def visible_correction(request: StaffRequest, number: str) -> Correction:
    """The correction, or 404 outside the data scope."""
    found = (
        Correction.objects.select_related(
            "account__customer", "supply_point", "unit", "drafted_by", "decided_by", "partner", "refund", "mass", "plan"
        )
        .filter(number=number, unit__code__startswith=request.user.scope)
        .first()
    )  # fmt: skip
    if found is None:
        raise Http404
    return found


def visible_mass(request: StaffRequest, number: str) -> MassCorrection:
    found = (
        MassCorrection.objects.select_related(
            "unit", "requested_by", "decided_by", "preview_run", "commit_run"
        )
        .filter(number=number, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


def visible_point(request: StaffRequest, pk: int) -> SupplyPoint:
    found = (
        SupplyPoint.objects.select_related("account__customer", "unit")
        .filter(pk=pk, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


def tariff_names(book: str) -> dict[str, str]:
    """Code → name of the tariffs of a price book in force; nothing where there is none."""
    try:
        compiled = tariffs.book_in_force(book)
    except NoBookInForce:
        return {}
    chinese = (get_language() or "zh-hans").startswith("zh")
    return {item.code: item.name.zh if chinese else item.name.en for item in compiled.book.tariffs}


def book_of(point: SupplyPoint) -> str:
    return point.terms.order_by("-valid_from").values_list("price_book", flat=True).first() or ""


def fact_rows(facts: Iterable[Fact], names: dict[str, str]) -> list[tuple[Any, str]]:
    return [words.fact(item, names) for item in facts]


def shown(effect: Effect) -> dict[str, Any]:
    """The effect for ``corrections/parts/effect.html``."""
    months = [
        {
            "month": month,
            "key": month.cycle,
            "kwh": Decimal(month.after_kwh) - Decimal(month.before_kwh),
            "lines": [
                {"line": line, "label": words.line_label(line), "unit": words.unit(line)} for line in month.lines
            ],
            "whys": [(words.WHYS.get(why.code, why.code), why.before or "–", why.after or "–") for why in month.whys],
            "problems": [words.problem(item["code"]) for item in month.problems],
        }
        for month in effect.months
    ]  # fmt: skip
    cycles = [month.cycle for month in effect.months]
    before, after = pgettext("correction", "Before"), pgettext("correction", "After")
    return {
        "effect": effect,
        "months": months,
        "kwh": sum(
            (Decimal(month.after_kwh) - Decimal(month.before_kwh) for month in effect.months), Decimal(0)
        ),
        "chart": charts.bars(
            cycles,
            {
                before: [Decimal(month.before_fen) / 100 for month in effect.months],
                after: [Decimal(month.after_fen) / 100 for month in effect.months],
            },
            unit=str(_("yuan")),
            colours={before: "@chart-4", after: "@accent"},
        )
        if cycles
        else None,
    }
