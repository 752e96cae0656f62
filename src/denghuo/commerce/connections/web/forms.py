"""Forms of the connection pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.connections import queries, rules
from denghuo.commerce.connections.models import Application, Channel, FeedMode, SolarForm, Zone
from denghuo.commerce.connections.queries import words
from denghuo.commerce.connections.rules import documents, fees, solar
from denghuo.commerce.fieldwork import queries as fieldwork
from denghuo.commerce.metering.models import Meter, MeterState, RegisterSet
from denghuo.commerce.metering.rules import REGISTERS, REQUIRED
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.workflow.models import PauseReason
from denghuo.records.customers.models import Customer, CustomerKind
from denghuo.records.grid import queries as grid
from denghuo.records.grid.models import Feeder, TransformerArea, Voltage
from denghuo.records.supply.models import (
    BillingMode,
    Importance,
    Market,
    MeteringMode,
    PowerFactorStandard,
    SupplySource,
    TariffClass,
    UseNature,
)

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LONG = forms.Textarea(attrs={"rows": 2})


def _field(form: forms.Form, name: str) -> Any:
    """A field whose choices follow from the application."""
    return form.fields[name]


class NewCustomerForm(forms.Form):
    """A customer who has no number yet."""

    customer_kind = forms.ChoiceField(label=_("Customer kind"), choices=CustomerKind.choices)
    name = forms.CharField(label=_("Name"), max_length=80)
    certificate = forms.CharField(label=_("Identity number or credit code"), max_length=20, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20)


class ApplicationForm(forms.Form):
    """What is applied for; which fields there are follows from the kind."""

    unit = forms.ModelChoiceField(
        label=_("Station that will supply"), queryset=OrganisationUnit.objects.none()
    )
    address = forms.CharField(label=_("Address of the supply"), max_length=200)
    neighbour = forms.CharField(
        label=_("Supply point next door"), max_length=13, required=False,
        help_text=_("Its area counts as the nearest; the records have no coordinates."),
    )  # fmt: skip
    capacity_kva = forms.DecimalField(
        label=_("Capacity applied for (kVA)"), min_value=0, decimal_places=2, max_digits=10
    )
    tariff_class = forms.ChoiceField(
        label=_("Tariff class"), choices=[item for item in TariffClass.choices if item[0] != "generation"]
    )
    use_nature = forms.ChoiceField(label=_("Use nature"), choices=UseNature.choices)
    importance = forms.ChoiceField(label=_("Load importance"), choices=Importance.choices)
    own_power_percent = forms.IntegerField(
        label=_("Own emergency power (% of the security load)"), required=False, min_value=0, max_value=1000
    )
    industry_code = forms.CharField(label=_("Industry code"), max_length=6, required=False)
    temporary_until = forms.DateField(label=_("Temporary until"), widget=DAY)
    form = forms.ChoiceField(label=_("Form of the PV plant"), choices=SolarForm.choices)
    capacity_kw = forms.DecimalField(
        label=_("Installed capacity (kW)"), min_value=0, decimal_places=2, max_digits=10
    )
    feed_mode = forms.ChoiceField(label=_("Feed-in"), choices=FeedMode.choices)
    voltage = forms.ChoiceField(label=_("Connection voltage"), choices=Voltage.choices)
    own_use_percent = forms.DecimalField(
        label=_("Own use a year (%)"), required=False, min_value=0, max_value=100, decimal_places=2
    )
    zone = forms.ChoiceField(label=_("Hosting zone"), choices=Zone.choices)
    spot_market = forms.BooleanField(label=_("The province runs a spot market"), required=False)
    abilities = forms.MultipleChoiceField(
        label=_("Four abilities"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(code, words.ABILITIES[code]) for code in solar.ABILITIES],
    )  # fmt: skip
    contact_name = forms.CharField(label=_("Contact"), max_length=40)
    contact_phone = forms.CharField(label=_("Telephone of the contact"), max_length=20)
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    given = forms.MultipleChoiceField(
        label=_("Documents handed over now"), required=False, widget=forms.CheckboxSelectMultiple
    )
    remark = forms.CharField(label=_("Remark"), max_length=300, required=False, widget=LONG)

    def __init__(self, *args: Any, kind: str, customer: Customer | None, scope: str, **more: Any) -> None:
        super().__init__(*args, **more)
        drop = {"temporary_until"} if kind != "temporary" else set()
        if kind in rules.PV:
            drop |= {
                "capacity_kva",
                "importance",
                "own_power_percent",
                "industry_code",
                "tariff_class",
                "use_nature",
            }
        else:
            drop |= {"form", "capacity_kw", "feed_mode", "voltage", "own_use_percent", "zone", "spot_market", "abilities"}  # fmt: skip
        if kind in rules.AT_EXISTING_POINT:
            drop |= {"unit", "address", "neighbour", "tariff_class", "use_nature"}
        if rules.KINDS[kind].flow != rules.HIGH:
            drop |= {"own_power_percent"}
        if kind == "residential":
            drop |= {"importance", "industry_code", "tariff_class", "use_nature"}
        for name in drop:
            self.fields.pop(name, None)
        if "unit" in self.fields:
            _field(self, "unit").queryset = stations(scope)
        person = customer.is_person if customer else kind in ("residential", "charging", "pv_household")
        held = queries.held_documents(customer.pk) if customer else {}
        asked = documents.asked(documents.needed(kind, is_person=person), held)
        _field(self, "given").choices = [(item.code, words.document_label(item.code)) for item in asked]
        if not asked:
            self.fields.pop("given")


def stations(scope: str) -> Any:
    return OrganisationUnit.objects.filter(code__startswith=scope, kind="station").order_by("code")


class SurveyForm(forms.Form):
    area = forms.ModelChoiceField(
        label=_("Transformer area on site"), queryset=TransformerArea.objects.none(), required=False
    )
    distance_m = forms.IntegerField(label=_("Distance to the connection point (m)"), required=False, min_value=0, max_value=100_000)  # fmt: skip
    external_works = forms.BooleanField(label=_("Works outside the premises are needed"), required=False)
    meter_place = forms.CharField(label=_("Place of the meter"), max_length=120, required=False)
    finding = forms.CharField(label=_("Findings"), max_length=500, required=False, widget=LONG)

    def __init__(self, *args: Any, application: Application, **more: Any) -> None:
        super().__init__(*args, **more)
        _field(self, "area").queryset = TransformerArea.objects.filter(
            unit__code__startswith=application.unit_id
        )


class DispatchForm(forms.Form):
    crew = forms.ModelChoiceField(
        label=_("Given to"),
        queryset=Staff.objects.none(),
        required=False,
        help_text=_("Empty: everybody of the unit."),
    )

    def __init__(self, *args: Any, application: Application, **more: Any) -> None:
        super().__init__(*args, **more)
        _field(self, "crew").queryset = Staff.objects.filter(
            pk__in=[crew.pk for crew in fieldwork.crews(application.unit_id)]
        )


class PlanForm(forms.Form):
    """The figures of a plan that a person may set."""

    capacity_kva = forms.DecimalField(
        label=_("Approved capacity (kVA)"), min_value=0, decimal_places=2, max_digits=10
    )
    voltage = forms.ChoiceField(label=_("Voltage"), choices=Voltage.choices)
    phases = forms.TypedChoiceField(label=_("Phases"), choices=[(1, "1"), (3, "3")], coerce=int)
    supply_source = forms.ChoiceField(label=_("Supply source"), choices=SupplySource.choices)
    area = forms.ModelChoiceField(
        label=_("Transformer area"), queryset=TransformerArea.objects.none(), required=False
    )
    external_works = forms.BooleanField(label=_("Works outside the premises are needed"), required=False)
    metering_mode = forms.ChoiceField(label=_("Metering mode"), choices=MeteringMode.choices)
    registers = forms.ChoiceField(label=_("Registers"), choices=RegisterSet.choices)
    ct_primary_a = forms.IntegerField(label=_("CT primary (A)"), min_value=1, max_value=100_000)
    ct_secondary_a = forms.IntegerField(label=_("CT secondary (A)"), min_value=1, max_value=5)
    pt_ratio = forms.IntegerField(label=_("PT ratio"), min_value=1, max_value=10_000)
    tariff = forms.ChoiceField(label=_("Tariff"))
    billing_mode = forms.ChoiceField(label=_("Billing mode"), choices=BillingMode.choices)
    contract_demand_kw = forms.DecimalField(label=_("Contract demand (kW)"), required=False, min_value=0, decimal_places=2, max_digits=10)  # fmt: skip
    demand_exempt = forms.BooleanField(label=_("Exempt from the basic charge"), required=False)
    pf_standard = forms.TypedChoiceField(
        label=_("Power-factor standard"), choices=PowerFactorStandard.choices, coerce=int
    )
    market = forms.ChoiceField(label=_("Market attribute"), choices=Market.choices)
    iron_loss_kw = forms.DecimalField(label=_("Iron loss of the transformer (kW)"), required=False, min_value=0, decimal_places=4, max_digits=10)  # fmt: skip
    load_loss_kw = forms.DecimalField(label=_("Load loss of the transformer (kW)"), required=False, min_value=0, decimal_places=4, max_digits=10)  # fmt: skip
    shift_factor = forms.DecimalField(label=_("Shift factor of the load loss"), required=False, min_value=0, decimal_places=2, max_digits=6)  # fmt: skip
    reason = forms.CharField(
        label=_("Why the plan differs from the draft"), max_length=300, required=False, widget=LONG
    )

    def __init__(self, *args: Any, application: Application, book: str, **more: Any) -> None:
        super().__init__(*args, **more)
        _field(self, "area").queryset = TransformerArea.objects.filter(
            unit__code__startswith=application.unit_id
        )
        _field(self, "tariff").choices = list(queries.tariff_names(book).items())
        self.sources = 0
        if rules.KINDS[application.kind].flow == rules.HIGH:
            self.sources = max(2, rules.KINDS[application.kind].sources)
            feeders = (
                grid.feeders(application.unit_id)
                .exclude(voltage="lt1kv")
                .select_related("substation")
                .order_by("code")
            )
            for number in range(1, self.sources + 1):
                self.fields[f"feeder_{number}"] = forms.ModelChoiceField(label=_("Source %(number)s: feeder") % {"number": number}, queryset=feeders, required=False)  # fmt: skip
                self.fields[f"bus_{number}"] = forms.CharField(label=_("Source %(number)s: bus section") % {"number": number}, max_length=20, required=False)  # fmt: skip
                self.fields[f"kva_{number}"] = forms.DecimalField(label=_("Source %(number)s: capacity (kVA)") % {"number": number}, required=False, min_value=0, decimal_places=2, max_digits=10)  # fmt: skip

    def source_rows(self) -> list[Any]:
        return [[self[f"feeder_{n}"], self[f"bus_{n}"], self[f"kva_{n}"]] for n in range(1, self.sources + 1)]

    def given_sources(self) -> list[tuple[Feeder, Any, str]]:
        data = self.cleaned_data
        return [
            (data[f"feeder_{n}"], data[f"kva_{n}"] or 0, data[f"bus_{n}"])
            for n in range(1, self.sources + 1)
            if data.get(f"feeder_{n}")
        ]


class DecideForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False, widget=LONG)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=LONG)


class RemarkForm(forms.Form):
    remark = forms.CharField(label=_("Remark"), max_length=200, required=False)


class RefusalForm(forms.Form):
    reason = forms.CharField(label=_("Reason, as the customer will read it"), max_length=300, widget=LONG)
    basis = forms.CharField(label=_("What it rests on"), max_length=200)


class ContractForm(forms.Form):
    signed_date = forms.DateField(label=_("Signed on"), widget=DAY)


class FeesForm(forms.Form):
    """One row a lawful or abolished fee; those that were abolished are refused with the reason."""

    code = forms.ChoiceField(label=_("Fee"), required=False)
    amount_yuan = forms.DecimalField(
        label=_("Amount (yuan)"), required=False, min_value=0, decimal_places=2, max_digits=12
    )
    explanation = forms.CharField(label=_("Explanation"), max_length=200, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        _field(self, "code").choices = [
            ("", _("No fee")),
            *((code, words.fee_label(code)) for code in fees.RULES),
        ]


class ReviewForm(forms.Form):
    passed = forms.BooleanField(label=pgettext_lazy("review", "Passed"), required=False)
    defects = forms.CharField(
        label=_("New defects, one a line"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    fixed = forms.MultipleChoiceField(
        label=_("Found put right"), required=False, widget=forms.CheckboxSelectMultiple
    )
    remark = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def __init__(self, *args: Any, application: Application, kind: str, **more: Any) -> None:
        super().__init__(*args, **more)
        rows = list(queries.open_defects(application, kind))
        _field(self, "fixed").choices = [(str(row.pk), row.text) for row in rows]
        if not rows:
            self.fields.pop("fixed")


class AbilitiesForm(forms.Form):
    abilities = forms.MultipleChoiceField(
        label=_("Four abilities"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(code, words.ABILITIES[code]) for code in solar.ABILITIES],
    )  # fmt: skip


class MeterForm(forms.Form):
    """A meter out of stock: the asset number as scanned."""

    meter = forms.CharField(label=_("Asset number of the meter"), max_length=22)
    place = forms.ChoiceField(label=_("Use of the point"))

    def __init__(self, *args: Any, places: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        _field(self, "place").choices = places

    def clean_meter(self) -> Meter:
        found = Meter.objects.filter(
            asset_number=self.cleaned_data["meter"].strip(), state=MeterState.IN_STOCK
        ).first()
        if found is None:
            raise forms.ValidationError(_("There is no such meter in stock."))
        return found


class InstallForm(forms.Form):
    """For every meter taken out its registers; for one that comes down, those of the old meter."""

    def __init__(self, *args: Any, issues: list[Any], old: dict[int, Any], **more: Any) -> None:
        super().__init__(*args, **more)
        self.issues = issues
        self.old = old
        for issue in issues:
            for register in _registers(issue.meter.registers):
                self.fields[f"o_{issue.pk}_{register}"] = _register_field(register)
            if issue.pk in old:
                for register in _registers(old[issue.pk].registers):
                    self.fields[f"c_{issue.pk}_{register}"] = _register_field(register, initial=None)
            self.fields[f"seal_{issue.pk}"] = forms.CharField(label=_("Seal"), max_length=40, required=False)

    def parts(self) -> list[tuple[Any, list[Any], list[Any], Any]]:
        """(issue, opening fields, closing fields, seal) for the page."""
        return [
            (
                issue,
                [self[name] for name in self.fields if name.startswith(f"o_{issue.pk}_")],
                [self[name] for name in self.fields if name.startswith(f"c_{issue.pk}_")],
                self[f"seal_{issue.pk}"],
            )
            for issue in self.issues
        ]

    def given(self, issue: Any, letter: str) -> dict[str, Any]:
        prefix = f"{letter}_{issue.pk}_"
        return {
            name.removeprefix(prefix): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix)
        }


REGISTER_LABELS = {
    "total": pgettext_lazy("register", "total"),
    "sharp": pgettext_lazy("register", "sharp"),
    "peak": pgettext_lazy("register", "peak"),
    "flat": pgettext_lazy("register", "flat"),
    "valley": pgettext_lazy("register", "valley"),
    "deep": pgettext_lazy("register", "deep valley"),
    "reactive_forward": pgettext_lazy("register", "reactive forward"),
    "reactive_reverse": pgettext_lazy("register", "reactive reverse"),
    "max_demand": pgettext_lazy("register", "maximum demand"),
}


def _registers(register_set: str) -> list[str]:
    return [name for name in REGISTERS if name in REQUIRED[register_set]]


def _register_field(register: str, initial: int | None = 0) -> forms.DecimalField:
    return forms.DecimalField(
        label=REGISTER_LABELS[register], initial=initial, min_value=0, decimal_places=4, max_digits=14
    )


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(label=_("Document"))
    file = forms.FileField(label=_("Photo or PDF"), required=False)

    def __init__(self, *args: Any, kinds: list[str], **more: Any) -> None:
        super().__init__(*args, **more)
        _field(self, "kind").choices = [(code, words.document_label(code)) for code in kinds]


class PauseForm(forms.Form):
    pause = forms.ChoiceField(label=_("Why the clock stands still"), choices=PauseReason.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class ProgressForm(forms.Form):
    """What a visitor types to see how an application goes."""

    number = forms.CharField(label=_("Application number"), max_length=14)
    digits = forms.RegexField(
        label=_("Last four digits of the telephone"), regex=r"^\d{4}$", max_length=4,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
