"""The calculator: one month of use under any book, with why; the address holds the question."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from denghuo.commerce.tariffs import queries
from denghuo.commerce.tariffs.frames import Enquiry
from denghuo.commerce.tariffs.web import texts
from denghuo.engine.pricing.book import Component, CustomerClass, Form, Tariff, TouScheme
from denghuo.engine.pricing.checks import periods_of
from denghuo.engine.pricing.explain import Trace
from denghuo.engine.pricing.rates import CompiledBook
from denghuo.foundation.ui import charts
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import Cycle

LARGEST_KWH = Decimal("999999999")
QUANTITY = {"min_value": 0, "max_value": LARGEST_KWH, "decimal_places": 2, "required": False}
MODES = (
    ("capacity", gettext_lazy("by transformer capacity")),
    ("contract_demand", gettext_lazy("by contract demand")),
    ("actual_demand", gettext_lazy("by actual demand")),
)
START_VALUES = {"energy_kwh": "200"}
FACTORY_VALUES = {
    "capacity_kva": "630",
    "power_factor": "0.92",
    "kwh_peak": "40000",
    "kwh_flat": "35000",
    "kwh_valley": "25000",
}


def _number(label: Any, unit: str, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=format_lazy("{label} ({unit})", label=label, unit=unit),
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        **{**QUANTITY, **more},
    )


class EnquiryForm(forms.Form):
    """Only the fields that matter to the chosen tariff."""

    book = forms.ChoiceField(label=pgettext_lazy("price", "Price book"))
    tariff = forms.ChoiceField(label=gettext_lazy("Tariff"))
    cycle = forms.CharField(
        label=gettext_lazy("Month"), widget=forms.DateInput(attrs={"type": "month"}), max_length=7
    )
    voltage = forms.ChoiceField(label=gettext_lazy("Voltage"), choices=list(texts.VOLTAGES.items()))
    energy_kwh = _number(gettext_lazy("Energy of the month"), "kWh")
    prior_kwh = _number(gettext_lazy("Used earlier this tier year"), "kWh")
    persons = forms.IntegerField(
        label=gettext_lazy("Persons in the household"), required=False, min_value=1, max_value=99
    )
    market = forms.ChoiceField(
        label=gettext_lazy("Energy comes from"),
        choices=[
            ("agent", gettext_lazy("Agent purchase")),
            ("agent_penalty", gettext_lazy("Agent purchase at the penalty price")),
            ("direct", gettext_lazy("Direct trade")),
        ],
    )
    capacity_kva = _number(gettext_lazy("Capacity"), "kVA", max_value=Decimal(10_000_000))
    billing_mode = forms.ChoiceField(label=gettext_lazy("Basic charge"), choices=MODES)
    contract_kw = _number(gettext_lazy("Contract demand"), "kW")
    demand_kw = _number(gettext_lazy("Maximum demand"), "kW")
    pf_standard = forms.TypedChoiceField(label=gettext_lazy("Power-factor standard"), coerce=int)
    power_factor = forms.DecimalField(
        label=gettext_lazy("Power factor"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=1,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
    )

    def __init__(
        self,
        data: Any,
        *,
        books: dict[str, Any],
        tariff: Tariff | None,
        tariffs: list[Tariff],
        periods: list[str],
        contract: list[Component],
    ) -> None:
        super().__init__(data)
        language = get_language() or ""
        self.fields["book"].choices = list(books.items())  # type: ignore[attr-defined]
        self.fields["tariff"].choices = [(t.code, texts.local(t.name, language)) for t in tariffs]  # type: ignore[attr-defined]
        standards = tariff.pf_standards if tariff else []
        self.fields["pf_standard"].choices = [  # type: ignore[attr-defined]
            (0, gettext_lazy("none")),
            *[(s, f"0.{s}") for s in standards],
        ]
        for period in periods:
            self.fields[f"kwh_{period}"] = _number(texts.PERIODS[period], "kWh")
        for component in contract:
            self.fields[f"contract_{component.code}"] = _number(
                texts.local(component.name, language), str(texts.UNITS["kwh"]), decimal_places=8, min_value=-1000
            )  # fmt: skip
        for name in _unused(
            tariff, bool(periods), bool(contract), self._value("market"), self._value("billing_mode")
        ):
            self.fields.pop(name, None)

    def _value(self, name: str) -> str:
        return str(self.data.get(name, "")) if self.data else ""

    @property
    def period_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("kwh_")]

    @property
    def contract_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("contract_") and name != "contract_kw"]

    def clean_cycle(self) -> str:
        text = self.cleaned_data["cycle"]
        try:
            return str(Cycle.parse(text))
        except ValueError as error:
            raise forms.ValidationError(_("A month is written YYYY-MM.")) from error

    def enquiry(self) -> Enquiry:
        """The question, for the engine."""
        data = self.cleaned_data
        zero = Decimal(0)
        by_period = {
            name.removeprefix("kwh_"): data.get(name) or zero for name in self.fields if name.startswith("kwh_")
        }  # fmt: skip
        total = sum(by_period.values(), zero) if by_period else data.get("energy_kwh") or zero
        factor = data.get("power_factor")
        return Enquiry(
            book=data["book"],
            tariff=data["tariff"],
            voltage=data["voltage"],
            cycle=data["cycle"],
            energy_kwh=total,
            by_period=by_period,
            prior_kwh=data.get("prior_kwh") or zero,
            persons=data.get("persons"),
            market=data.get("market") or "agent",
            billing_mode=data.get("billing_mode") or "single",
            capacity_kva=data.get("capacity_kva") or zero,
            contract_kw=data.get("contract_kw"),
            demand_kw=data.get("demand_kw"),
            pf_standard=data.get("pf_standard") or 0,
            reactive_kvarh=queries.reactive_for(total, factor) if factor else None,
            contract_prices={
                name.removeprefix("contract_"): data[name]
                for name in self.fields
                if name.startswith("contract_") and name != "contract_kw" and data.get(name) is not None
            },
        )


def _unused(tariff: Tariff | None, by_period: bool, contract: bool, market: str, mode: str) -> list[str]:
    """Names of the fields that say nothing to this tariff."""
    unused = ["energy_kwh"] if by_period else []
    ci = tariff is not None and tariff.customer_class is CustomerClass.COMMERCIAL_INDUSTRIAL
    if not (tariff and tariff.tiers):
        unused += ["prior_kwh", "persons"]
    if not ci:
        unused += ["market"]
    two_part = tariff is not None and tariff.form is Form.TWO_PART
    if not two_part:
        unused += ["billing_mode", "contract_kw", "demand_kw"]
    elif mode in ("", "capacity"):
        unused += ["contract_kw", "demand_kw"]
    elif mode == "actual_demand":
        unused += ["contract_kw"]
    if not (tariff and tariff.pf_standards):
        unused += ["pf_standard", "power_factor", *([] if two_part else ["capacity_kva"])]
    return unused


def _asked(request: HttpRequest) -> tuple[EnquiryForm, CompiledBook | None, Tariff | None]:
    """The form filled from the address, with sensible values where it says nothing."""
    data = request.GET.copy()
    books = {code: code for code in queries.books() if queries.version_in_force(code)}
    code = data.get("book") or queries.home_book()
    code = code if code in books else next(iter(books), "")
    data["book"] = code
    compiled = queries.book_in_force(code) if code else None
    on = _month(data.get("cycle")) or timezone.localdate().replace(day=1)
    data["cycle"] = data.get("cycle") or on.strftime("%Y-%m")
    tariffs = [t for t in compiled.book.tariffs if t.in_force(on) and t.customer_class is not CustomerClass.GENERATION] if compiled else []  # fmt: skip
    tariff = next((t for t in tariffs if t.code == data.get("tariff")), tariffs[0] if tariffs else None)
    data["tariff"] = tariff.code if tariff else ""
    _fill(data, tariff)
    periods = _periods(compiled, tariff, on)
    contract = _contract(compiled, tariff) if data.get("market") == "direct" else []
    names = {
        known: texts.local(queries.book_in_force(known).book.name, get_language() or "") for known in books
    }
    form = EnquiryForm(data, books=names, tariff=tariff, tariffs=tariffs, periods=periods, contract=contract)
    return form, compiled, tariff


def _fill(data: Any, tariff: Tariff | None) -> None:
    """Sensible values for what the address does not say; a two-part tariff is not offered below 1 kV."""
    two_part = tariff is not None and tariff.form is Form.TWO_PART
    defaults = {
        "voltage": "1-10kv" if two_part else "lt1kv",
        "market": "agent",
        "billing_mode": "capacity",
        "pf_standard": "0",
        **START_VALUES,
    }
    if two_part and tariff:
        defaults |= {"pf_standard": str(max(tariff.pf_standards, default=0)), **FACTORY_VALUES}
        if data.get("voltage") == "lt1kv":
            data["voltage"] = "1-10kv"
    for name, value in defaults.items():
        data.setdefault(name, value)


def _month(text: str | None) -> date | None:
    try:
        return Cycle.parse(text or "").first
    except ValueError:
        return None


def _periods(compiled: CompiledBook | None, tariff: Tariff | None, on: date) -> list[str]:
    scheme = _scheme(compiled, tariff, on)
    return [str(period) for period in periods_of(scheme)] if scheme else []


def _scheme(compiled: CompiledBook | None, tariff: Tariff | None, on: date) -> TouScheme | None:
    if compiled is None or tariff is None or not tariff.tou:
        return None
    return next((s for s in compiled.book.tou_schemes if s.code == tariff.tou and s.in_force(on)), None)


def _contract(compiled: CompiledBook | None, tariff: Tariff | None) -> list[Component]:
    if compiled is None or tariff is None or tariff.components is None:
        return []
    return [c for c in compiled.book.components if c.from_contract and c.code in tariff.components]


@require("tariffs.view")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The form with its answer."""
    form, compiled, tariff = _asked(request)
    context = {
        "page_title": _("Price calculator"),
        "form": form,
        "tariff": tariff,
        "breadcrumbs": [(_("Price books"), reverse("tariffs:books")), (_("Calculator"), None)],
    }
    return render(request, "tariffs/calculator.html", context | _answer(form, compiled, tariff))


@require("tariffs.view")
@require_GET
def result(request: HttpRequest) -> HttpResponse:
    """Only the answer, for htmx."""
    form, compiled, tariff = _asked(request)
    context = {"form": form, "tariff": tariff, **_answer(form, compiled, tariff)}
    return render(request, "tariffs/parts/answer.html", context)


def _answer(form: EnquiryForm, compiled: CompiledBook | None, tariff: Tariff | None) -> dict[str, Any]:
    if compiled is None or tariff is None or not form.is_valid():
        return {"trace": None}
    enquiry = form.enquiry()
    trace = queries.quote(enquiry, compiled, queries.day_calendar(enquiry.book, *_period(enquiry.cycle)))
    answer: dict[str, Any] = {
        "trace": trace,
        "sections": _sections(trace),
        "problems": _why_not(trace, compiled),
    }
    if trace.priced and tariff.tiers:
        answer |= _year(enquiry, compiled)
    return answer


def _period(cycle: str) -> tuple[date, date]:
    period = Cycle.parse(cycle).period
    return period.start, period.end


def _sections(trace: Trace) -> list[dict[str, Any]]:
    """Lines by group, each with its subtotal."""
    groups: dict[str, list[Any]] = {}
    for line in trace.lines:
        group = "power_factor" if line.component == "power_factor" else line.group
        groups.setdefault(group, []).append(line)
    return [
        {"group": group, "lines": lines, "sum": sum((line.amount_yuan for line in lines), Decimal(0))}
        for group, lines in groups.items()
    ]


def _why_not(trace: Trace, compiled: CompiledBook) -> list[str]:
    language = get_language() or ""
    names = {c.code: texts.local(c.name, language) for c in compiled.book.components}
    found = [texts.exception_text(e.code, e.parameters, e.message, names) for e in trace.exceptions]
    return list(dict.fromkeys(found))


def _year(enquiry: Enquiry, compiled: CompiledBook) -> dict[str, Any]:
    """The same use in every month of the year: what the tiers make of it."""
    traces = queries.yearly_effect(enquiry, compiled)
    if not all(trace.priced for trace in traces):
        return {}
    months = [str(number) for number in range(1, 13)]
    amounts = [trace.total_yuan or Decimal(0) for trace in traces]
    labels = [_("Tier %(number)d") % {"number": number} for number in (1, 2, 3)]
    energy = {
        label: [trace.tiers.energy_kwh[at] if trace.tiers else Decimal(0) for trace in traces]
        for at, label in enumerate(labels)
    }
    return {
        "year_total": sum(amounts, Decimal(0)),
        "year_rows": [
            {"month": month, "tiers": [energy[label][at] for label in labels], "amount": amounts[at]}
            for at, month in enumerate(months)
        ],
        "year_labels": labels,
        "year_chart": charts.bars(
            months,
            energy,
            unit="kWh",
            stacked=True,
            colours={labels[0]: "@valley", labels[1]: "@peak", labels[2]: "@sharp"},
        ),
    }
