"""Forms of corrections: the facts that go with each reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from denghuo.commerce.billing.models import Bill, BillKind, BillSection, BillState
from denghuo.commerce.billing.web.forms import CycleField
from denghuo.commerce.corrections.models import Reason, Settlement
from denghuo.commerce.corrections.queries import words
from denghuo.commerce.corrections.rules import calculators
from denghuo.commerce.corrections.rules import facts as rules
from denghuo.commerce.tariffs.models import PriceBookVersion
from denghuo.kernel.periods import Cycle
from denghuo.records.grid.models import Voltage
from denghuo.records.supply.models import BillingMode, LossMethod, Market, PowerFactorStandard, SupplyPoint

DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
GENERAL = ("first", "last", "explanation", "document")
AFTER = (
    "correct_record",
    "settlement",
    "channel",
    "beneficiary",
    "bank",
    "bank_account",
    "instalments",
    "apology",
)
OWN: dict[str, tuple[str, ...]] = {
    Reason.WRONG_MULTIPLIER: ("from_multiplier", "to_multiplier"),
    Reason.WIRING: ("factor", "reactive_factor", "with_demand"),
    Reason.METER_ERROR: ("error_percent", "energy_kwh", "in_power_factor", "in_loss"),
    Reason.WRONG_TARIFF: ("from_tariff", "tariff", "voltage", "billing_mode", "market", "from_date", "until_date"),
    Reason.WRONG_CAPACITY: ("capacity_kva", "contract_demand_kw", "from_date", "until_date"),
    Reason.WRONG_READING: ("read_date", *(f"r_{name}" for name in words.REGISTERS)),
    Reason.SWAPPED_METERS: ("other_number",),
    Reason.WRONG_PF_STANDARD: ("pf_standard", "from_date", "until_date"),
    Reason.WRONG_LOSS: (
        "loss_method", "iron_kw", "copper_ratio", "no_load_kvar", "kq", "line_loss_ratio", "rated_kva",
        "load_loss_kw", "shift_factor",
    ),
    Reason.WRONG_PRICE: ("book_version",),
    Reason.THEFT: (),
    Reason.OTHER: (
        "from_multiplier", "to_multiplier", "tariff", "capacity_kva", "pf_standard", "from_date", "until_date",
        "energy_kwh", "in_power_factor", "in_loss",
    ),
}  # fmt: skip


def _number(label: Any, **how: Any) -> forms.DecimalField:
    how.setdefault("required", False)
    return forms.DecimalField(label=label, max_digits=14, **how)


class StartForm(forms.Form):
    """Whose bills, and why."""

    number = forms.CharField(
        label=_("Supply point, account or bill number"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autofocus": True}),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=Reason.choices)


class FactsForm(forms.Form):
    """The months, what was wrong, the right facts, and how the difference is settled."""

    first = CycleField(label=_("First month"))
    last = CycleField(label=_("Last month"))
    explanation = forms.CharField(
        label=_("What was wrong"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
    document = forms.CharField(
        label=_("Evidence"),
        max_length=100,
        required=False,
        help_text=_("Number of the test report, work order or complaint."),
    )
    from_multiplier = forms.IntegerField(label=_("Multiplier billed"), min_value=1, required=False)
    to_multiplier = forms.IntegerField(label=_("Right multiplier"), min_value=1, required=False)
    factor = _number(
        _("Correction factor K"),
        decimal_places=9,
        min_value=Decimal(0),
        help_text=_(
            "Power that should have been measured ÷ power that was. The calculators know the common cases."
        ),
    )
    reactive_factor = _number(
        _("Factor of reactive energy"),
        decimal_places=9,
        min_value=Decimal(0),
        help_text=_("Left empty, reactive energy stays as it was."),
    )
    with_demand = forms.BooleanField(label=_("Maximum demand was recorded too low as well"), required=False)
    error_percent = _number(
        _("Tested error γ (%)"),
        decimal_places=4,
        help_text=_("Above zero: the meter runs fast. Half of the time in question is corrected."),
    )
    energy_kwh = _number(
        _("Energy to add (kWh)"),
        decimal_places=2,
        help_text=_("Below zero is taken off. It is spread over the months as they were billed."),
    )
    in_power_factor = forms.BooleanField(label=_("Counts for the power factor"), required=False, initial=True)
    in_loss = forms.BooleanField(label=_("Loss is added to it"), required=False, initial=True)
    from_tariff = forms.ChoiceField(label=_("Tariff billed"), required=False)
    tariff = forms.ChoiceField(label=_("Right tariff"), required=False)
    voltage = forms.ChoiceField(
        label=_("Right voltage"), required=False, choices=[("", "–"), *Voltage.choices]
    )
    billing_mode = forms.ChoiceField(
        label=_("Right billing mode"), required=False, choices=[("", "–"), *BillingMode.choices]
    )
    market = forms.ChoiceField(
        label=_("Right market attribute"), required=False, choices=[("", "–"), *Market.choices]
    )
    capacity_kva = _number(_("Right capacity (kVA)"), decimal_places=2, min_value=Decimal(0))
    contract_demand_kw = _number(_("Right contract demand (kW)"), decimal_places=2, min_value=Decimal(0))
    pf_standard = forms.TypedChoiceField(
        label=_("Right power-factor standard"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "–"), *PowerFactorStandard.choices],
    )
    from_date = forms.DateField(
        label=_("From day"), required=False, widget=DATE, help_text=_("Left empty: from the first month on.")
    )
    until_date = forms.DateField(
        label=_("Until (day after the last)"),
        required=False,
        widget=DATE,
        help_text=_("Left empty: from then on, also in the records."),
    )
    read_date = forms.DateField(label=_("Day of the reading"), required=False, widget=DATE)
    other_number = forms.CharField(
        label=_("Supply point of the other customer"), max_length=13, required=False
    )
    loss_method = forms.ChoiceField(label=_("Loss method"), required=False, choices=LossMethod.choices)
    iron_kw = _number(_("Iron loss (kW)"), decimal_places=4, min_value=Decimal(0))
    copper_ratio = _number(_("Copper-loss coefficient"), decimal_places=6, min_value=Decimal(0))
    no_load_kvar = _number(_("Reactive iron loss (kvar)"), decimal_places=4, min_value=Decimal(0))
    kq = _number(_("Reactive copper factor"), decimal_places=6, min_value=Decimal(0))
    line_loss_ratio = _number(_("Line-loss ratio"), decimal_places=6, min_value=Decimal(0))
    rated_kva = _number(_("Rated capacity (kVA)"), decimal_places=2, min_value=Decimal(0))
    load_loss_kw = _number(_("Load loss (kW)"), decimal_places=4, min_value=Decimal(0))
    shift_factor = _number(_("Shift factor"), decimal_places=6, min_value=Decimal(0))
    book_version = forms.ModelChoiceField(
        label=_("Version with the right price"), required=False, queryset=PriceBookVersion.objects.none()
    )
    correct_record = forms.BooleanField(
        label=_("Put the records right too"),
        required=False,
        initial=True,
        help_text=_("So that the next bill is right by itself."),
    )
    settlement = forms.ChoiceField(label=_("Settlement"), choices=Settlement.choices, initial="prepayment")
    channel = forms.ChoiceField(
        label=_("Refund by"),
        required=False,
        choices=[("transfer", _("Bank transfer")), ("cash", _("Cash at the counter"))],
    )
    beneficiary = forms.CharField(label=_("Beneficiary"), max_length=80, required=False)
    bank = forms.CharField(label=_("Bank"), max_length=60, required=False)
    bank_account = forms.CharField(label=_("Bank account"), max_length=40, required=False)
    instalments = forms.IntegerField(
        label=_("Number of instalments"), min_value=2, max_value=24, required=False
    )
    apology = forms.BooleanField(label=_("With a letter of apology"), required=False)

    def __init__(
        self,
        point: SupplyPoint,
        reason: str,
        tariff_names: dict[str, str],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.point, self.reason = point, reason
        keep = {*GENERAL, *OWN[reason], *(AFTER if reason != Reason.THEFT else ())}
        if reason == Reason.WRONG_READING:
            for name, label in words.REGISTERS.items():
                self.fields[f"r_{name}"] = _number(label, decimal_places=4, min_value=Decimal(0))
        for name in [name for name in self.fields if name not in keep]:
            del self.fields[name]
        choices = [("", "–"), *tariff_names.items()]
        for name in ("from_tariff", "tariff"):
            if name in self.fields:
                self.fields[name].choices = choices  # type: ignore[attr-defined]
        if "book_version" in self.fields:
            book = point.terms.order_by("-valid_from").values_list("price_book", flat=True).first()
            self.fields["book_version"].queryset = PriceBookVersion.objects.filter(  # type: ignore[attr-defined]
                book=book, state__in=("in_force", "superseded")
            ).order_by("-number")

    @property
    def general(self) -> list[Any]:
        return [self[name] for name in GENERAL]

    @property
    def own(self) -> list[Any]:
        return [self[name] for name in OWN[self.reason]]

    @property
    def settling(self) -> list[Any]:
        return [self[name] for name in AFTER if name in self.fields]

    def facts(self) -> list[rules.Fact]:
        """The facts that were typed.

        Raises:
            FactsInvalid: something is missing or impossible; the text is for the clerk.
        """
        data = self.cleaned_data
        try:
            return [fact for fact in _facts(self.point, self.reason, data) if fact is not None]
        except ValidationError as error:
            raise rules.FactsInvalid(
                _gettext("These facts are not possible: %(why)s")
                % {"why": "; ".join(item["msg"] for item in error.errors())}
            ) from error
        except calculators.CannotCompute as error:
            raise rules.FactsInvalid(
                _gettext("Nothing was recorded in these months: use the normal month of the calculators.")
            ) from error

    def settlement_terms(self) -> dict[str, Any]:
        names = ("channel", "beneficiary", "bank", "bank_account", "instalments")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}


def _missing(text: str) -> rules.FactsInvalid:
    return rules.FactsInvalid(text)


def _facts(point: SupplyPoint, reason: str, data: dict[str, Any]) -> list[rules.Fact | None]:
    if reason in (Reason.WRONG_MULTIPLIER, Reason.OTHER):
        multiplier = _multiplier(data, needed=reason == Reason.WRONG_MULTIPLIER)
        return [multiplier, _terms(data), *_energy(point, data)] if reason == Reason.OTHER else [multiplier]
    if reason == Reason.WIRING:
        if data.get("factor") is None:
            raise _missing(_gettext("Give the correction factor K."))
        return [
            rules.ScaleEnergy(
                factor=data["factor"],
                reactive_factor=data.get("reactive_factor"),
                with_demand=data["with_demand"],
            )
        ]
    if reason == Reason.METER_ERROR:
        found = _energy(point, data)
        if not found:
            raise _missing(_gettext("Give the tested error or the energy to add."))
        return list(found)
    if reason in (Reason.WRONG_TARIFF, Reason.WRONG_CAPACITY, Reason.WRONG_PF_STANDARD):
        terms = _terms(data)
        if terms is None:
            raise _missing(_gettext("Say what is right: without a fact nothing changes."))
        return [terms]
    if reason == Reason.WRONG_READING:
        return [_reading(data)]
    if reason == Reason.SWAPPED_METERS:
        other = SupplyPoint.objects.filter(number=data.get("other_number", "").strip()).first()
        if other is None or other.pk == point.pk or not other.unit_id.startswith(point.unit_id[:2]):
            raise _missing(_gettext("There is no such supply point."))
        return [rules.SwapMeters(other_supply_point_id=other.pk)]
    if reason == Reason.WRONG_LOSS:
        names = [name for name in OWN[reason] if name != "loss_method"]
        given = {name: data[name] for name in names if data.get(name) is not None}
        return [rules.ReplaceLoss(method=data["loss_method"] or "none", **given)]
    if reason == Reason.WRONG_PRICE:
        version = data.get("book_version")
        if version is None:
            raise _missing(_gettext("Choose the version that holds the right price."))
        return [rules.UseBook(book=version.book, version_id=version.pk)]
    return []


def _multiplier(data: dict[str, Any], *, needed: bool) -> rules.Fact | None:
    wrong, right = data.get("from_multiplier"), data.get("to_multiplier")
    if wrong and right and wrong != right:
        return rules.ReplaceMultiplier(from_multiplier=wrong, to_multiplier=right)
    if needed or wrong or right:
        raise _missing(_gettext("Give two different multipliers: the one billed and the right one."))
    return None


def _terms(data: dict[str, Any]) -> rules.Fact | None:
    names = (
        "tariff",
        "voltage",
        "billing_mode",
        "market",
        "capacity_kva",
        "contract_demand_kw",
        "pf_standard",
    )
    given = {name: data[name] for name in names if data.get(name) not in (None, "")}
    if not given:
        return None
    return rules.ReplaceTerms(
        from_date=data.get("from_date"),
        until_date=data.get("until_date"),
        from_tariff=data.get("from_tariff") or None,
        **given,
    )


def _reading(data: dict[str, Any]) -> rules.Fact:
    if not data.get("read_date"):
        raise _missing(_gettext("Give the day of the reading."))
    registers = {name: data[f"r_{name}"] for name in words.REGISTERS if data.get(f"r_{name}") is not None}
    if not registers:
        raise _missing(_gettext("Give what the meter showed."))
    return rules.ReplaceReading(read_date=data["read_date"], registers=registers)


def _energy(point: SupplyPoint, data: dict[str, Any]) -> list[rules.Fact | None]:
    """The energy to add, month by month as they were billed."""
    percent, energy = data.get("error_percent"), data.get("energy_kwh")
    if percent is None and energy is None:
        return []
    months = recorded(point, data["first"], data["last"])
    if not months:
        raise _missing(_gettext("No issued bill of these months was found."))
    if energy is None:
        assert percent is not None
        whole = sum(months.values(), Decimal(0))
        energy = calculators.meter_error(
            recorded_kwh=whole, error_percent=percent, period_factor=period_factor()
        ).energy_kwh
    return [
        rules.AddEnergy(
            cycle=cycle,
            registers={"total": part},
            in_power_factor=data["in_power_factor"],
            in_loss=data["in_loss"],
        )
        for cycle, part in calculators.split_over(energy, months).items()
        if part
    ]


def period_factor() -> Decimal:
    from denghuo.commerce.corrections.rules.parameters import METER_ERROR_PERIOD_FACTOR
    from denghuo.commerce.corrections.web.common import today
    from denghuo.foundation.parameters import queries as parameters

    value = parameters.value(METER_ERROR_PERIOD_FACTOR, on=today())
    assert isinstance(value, Decimal)
    return value


def recorded(point: SupplyPoint, first: Cycle, last: Cycle) -> dict[str, Decimal]:
    """Energy billed at the supply point by month."""
    rows = (
        BillSection.objects.filter(
            supply_point=point,
            bill__cycle__gte=str(first),
            bill__cycle__lte=str(last),
            bill__state=BillState.ISSUED,
            bill__kind__in=(BillKind.ORDINARY, BillKind.FINAL),
        )
        .order_by("bill__cycle")
        .values_list("bill__cycle", "energy_kwh")
    )
    return dict(rows)


def latest_bill(point: SupplyPoint) -> Bill | None:
    return (
        Bill.objects.filter(
            sections__supply_point=point,
            state=BillState.ISSUED,
            kind__in=(BillKind.ORDINARY, BillKind.FINAL),
        )
        .order_by("-cycle")
        .first()
    )


class DecisionForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    due_date = forms.DateField(label=_("Due date of the new bills"), widget=DATE)


class MassForm(forms.Form):
    """Whose bills of which months, and the right fact for all of them."""

    first = CycleField(label=_("First month"))
    last = CycleField(label=_("Last month"))
    unit = forms.CharField(
        label=_("Unit"), max_length=16, required=False, help_text=_("Its code, for example 4501.")
    )
    route = forms.CharField(label=_("Reading route"), max_length=20, required=False)
    tariff = forms.ChoiceField(label=_("Tariff billed"), required=False)
    price_id = forms.CharField(
        label=_("Row of the price book"),
        max_length=80,
        required=False,
        help_text=_("Only bills with a line of this price."),
    )
    to_tariff = forms.ChoiceField(label=_("Right tariff"), required=False)
    book_version = forms.ModelChoiceField(
        label=_("Or: version of the price book with the right price"),
        required=False,
        queryset=PriceBookVersion.objects.none(),
    )
    from_date = forms.DateField(label=_("From day"), required=False, widget=DATE)
    explanation = forms.CharField(
        label=_("What was wrong"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
    protect_residents = forms.BooleanField(
        label=_("Households never pay more"),
        required=False,
        initial=True,
        help_text=_("A household that would have to pay more is left alone."),
    )
    correct_record = forms.BooleanField(label=_("Put the records right too"), required=False, initial=True)

    def __init__(self, tariff_names: dict[str, str], book: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("tariff", "to_tariff"):
            self.fields[name].choices = [("", "–"), *tariff_names.items()]  # type: ignore[attr-defined]
        self.fields["book_version"].queryset = PriceBookVersion.objects.filter(  # type: ignore[attr-defined]
            book=book, state__in=("in_force", "superseded")
        ).order_by("-number")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("to_tariff") and not data.get("book_version"):
            self.add_error("to_tariff", _gettext("Choose the right tariff or a version of the price book."))
        if data.get("to_tariff") and not data.get("tariff"):
            self.add_error("tariff", _gettext("Choose the tariff that was billed."))
        return data

    def facts(self) -> list[rules.Fact]:
        data = self.cleaned_data
        if data["to_tariff"]:
            return [
                rules.ReplaceTerms(
                    from_tariff=data["tariff"], tariff=data["to_tariff"], from_date=data["from_date"]
                )
            ]
        version = data["book_version"]
        return [rules.UseBook(book=version.book, version_id=version.pk)]

    def scope(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("unit", "route", "tariff", "price_id")}
