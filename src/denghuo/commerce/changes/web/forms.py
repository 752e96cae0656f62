"""Forms of the change pages: what each kind asks for, and what the work on site reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.changes.models import Change
from denghuo.commerce.changes.operations import NewMeter, Wished, Work
from denghuo.commerce.changes.rules import Unit, kinds
from denghuo.commerce.metering.models import Installation, MeteringPoint, RegisterValues
from denghuo.commerce.metering.rules import ALLOWED, REGISTERS, REQUIRED
from denghuo.commerce.tariffs import queries as tariffs
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.records.customers.models import Account, Customer
from denghuo.records.grid import queries as grid
from denghuo.records.grid.models import Voltage
from denghuo.records.supply import queries as supply
from denghuo.records.supply.models import (
    BillingMode,
    MeteringMode,
    SupplyPoint,
    SupplyTerms,
    TariffClass,
    UseNature,
)


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _figure(label: Any, **how: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=Decimal(0), max_digits=10, decimal_places=2, **how)


class AskForm(forms.Form):
    """What the customer asks for; the fields depend on the kind."""

    from_date = forms.DateField(label=pgettext_lazy("change", "From"), widget=day_input())
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(
        self,
        *args: Any,
        kind: str,
        point: SupplyPoint,
        terms: SupplyTerms | None,
        units: Sequence[Unit],
        running: Sequence[Change],
        request: StaffRequest,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.point, self.terms, self.request = kind, point, terms, request
        self.found: dict[str, Any] = {}
        if kind in kinds.WITH_END:
            self.fields["until_date"] = forms.DateField(
                label=pgettext_lazy("change", "Until"), widget=day_input()
            )
        if kind in kinds.CAPACITY_KINDS:
            self.fields["unit_ids"] = forms.TypedMultipleChoiceField(
                label=pgettext_lazy("customer transformer", "Transformers"),
                coerce=int,
                widget=forms.CheckboxSelectMultiple,
                choices=[
                    (unit.id, f"{unit.label} · {unit.capacity_kva.normalize():f} kVA")
                    for unit in units
                    if unit.state == "running"
                ],
                help_text=_("Whole transformers only."),
            )
        build = _FIELDS.get(kind)
        if build is not None:
            self.fields.update(build(self))
        if kind in kinds.ENDS and len(running) > 1:
            self.fields["ends"] = forms.TypedChoiceField(
                label=_("Which one"),
                coerce=int,
                choices=[(change.pk, f"{change.number} · {change.effective_date}") for change in running],
            )
        self.running = {change.pk: change for change in running}
        self.order_fields([*(name for name in self.fields if name != "reason"), "reason"])

    def _named(self, name: str, rows: Any, missing: Any) -> Any:
        """The record with the number that was typed, inside the data scope."""
        number = (self.cleaned_data.get(name) or "").strip()
        if not number:
            return None
        found = rows.filter(number=number).first()
        if found is None:
            self.add_error(name, missing)
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        scope = self.request.user.scope
        if "customer_number" in self.fields:
            self.found["new_customer"] = self._named(
                "customer_number",
                Customer.objects.filter(unit__code__startswith=scope),
                _("There is no customer with this number."),
            )
        if "account_number" in self.fields:
            self.found["new_account"] = self._named(
                "account_number",
                Account.objects.filter(unit__code__startswith=scope),
                _("There is no account with this number."),
            )
        if "other_number" in self.fields:
            self.found["other_point"] = self._named(
                "other_number", supply.in_scope(scope), _("There is no supply point with this number.")
            )
        if code := data.get("area_code", ""):
            area = grid.areas(scope).filter(code=code).first()
            if area is None:
                self.add_error("area_code", _("There is no transformer area with this code."))
            else:
                self.found["area_id"] = area.pk
        return data

    def wished(self) -> Wished:
        """The wish, as the operation takes it."""
        data = self.cleaned_data
        return Wished(
            from_date=data["from_date"],
            until_date=data.get("until_date"),
            unit_ids=frozenset(data.get("unit_ids") or ()),
            capacity_kva=data.get("capacity_kva"),
            terms=self._terms(),
            new_customer=self.found.get("new_customer"),
            new_account=self.found.get("new_account"),
            other_point=self.found.get("other_point"),
            ends=self.running.get(data["ends"]) if data.get("ends") else None,
            name=data.get("name", ""),
            credit_code=data.get("credit_code", ""),
            identity_changes=bool(data.get("identity_changes")),
            address=data.get("address", ""),
            reason=data.get("reason", ""),
        )

    def _terms(self) -> dict[str, Any]:
        """The fields of the terms that differ from what holds."""
        found = {}
        for name in TERM_FORM_FIELDS:
            if name not in self.fields or self.terms is None:
                continue
            value = self.cleaned_data.get(name)
            value = None if value in ("", None) else value
            if value != getattr(self.terms, name) and not (value is None and name in ("tariff", "voltage")):
                found[name] = value
        if "area_id" in self.found and self.terms is not None and self.found["area_id"] != self.terms.area_id:
            found["area_id"] = self.found["area_id"]
        return found


TERM_FORM_FIELDS = (
    "tariff_class", "use_nature", "tariff", "billing_mode", "contract_demand_kw", "household_persons", "voltage",
    "metering_mode",
)  # fmt: skip


def _number(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=20, required=required, help_text=help_text)


def _reduce(form: AskForm) -> dict[str, forms.Field]:
    return {
        "capacity_kva": _figure(
            _("Smaller transformer put in its place (kVA)"),
            required=False,
            help_text=_("Empty: the chosen transformers are sealed."),
        )
    }


def _exchange(form: AskForm) -> dict[str, forms.Field]:
    return {"capacity_kva": _figure(_("Temporary transformer (kVA)"))}


def _people(form: AskForm) -> dict[str, forms.Field]:
    return {
        "customer_number": _number(
            _("Number of the new customer"),
            help_text=_("A new customer is registered first, under Customers."),
        ),
        "account_number": _number(
            _("Account that pays"), required=False, help_text=_("Empty: a new account is opened.")
        ),
    }


def _split(form: AskForm) -> dict[str, forms.Field]:
    return {
        **_people(form),
        "capacity_kva": _figure(_("Capacity of the new supply point (kVA)")),
        "address": forms.CharField(
            label=_("Address of the new supply point"), max_length=200, required=False
        ),
    }


def _merge(form: AskForm) -> dict[str, forms.Field]:
    return {"other_number": _number(_("Supply point that is merged into this one and closed"))}


def _rename(form: AskForm) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {"name": forms.CharField(label=_("New name"), max_length=80)}
    if not form.point.customer.is_person:
        fields["credit_code"] = forms.CharField(
            label=_("Credit code, where it is another"), max_length=18, required=False
        )
    fields["identity_changes"] = forms.BooleanField(
        label=_("It is another person or organisation"), required=False
    )
    return fields


def _relocate(form: AskForm) -> dict[str, forms.Field]:
    return {
        "address": forms.CharField(label=_("New address"), max_length=200),
        "area_code": _number(_("Transformer area"), required=False, help_text=_("Where it is another one.")),
    }


def _choice(form: AskForm, name: str, label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, initial=getattr(form.terms, name) if form.terms else None
    )


def _tariffs(form: AskForm) -> list[tuple[str, str]]:
    try:
        book = tariffs.book_in_force(form.terms.price_book).book if form.terms else None
    except LookupError:
        book = None
    found = {tariff.code: tariff.name.zh for tariff in book.tariffs} if book else {}
    if form.terms and form.terms.tariff not in found:
        found[form.terms.tariff] = form.terms.tariff
    return [(code, f"{name} · {code}") for code, name in sorted(found.items())]


def _class(form: AskForm) -> dict[str, forms.Field]:
    return {
        "tariff_class": _choice(form, "tariff_class", _("Tariff class"), TariffClass.choices),
        "use_nature": _choice(form, "use_nature", _("Use nature"), UseNature.choices),
        "tariff": _choice(form, "tariff", _("Tariff"), _tariffs(form)),
        "billing_mode": _choice(form, "billing_mode", _("Billing mode"), BillingMode.choices),
        "contract_demand_kw": _figure(
            _("Contract demand (kW)"), required=False, initial=form.terms and form.terms.contract_demand_kw
        ),
        "household_persons": forms.IntegerField(
            label=_("Persons registered"),
            required=False,
            min_value=1,
            max_value=30,
            initial=form.terms and form.terms.household_persons,
        ),
    }


def _voltage(form: AskForm) -> dict[str, forms.Field]:
    return {
        "voltage": _choice(form, "voltage", _("Voltage"), Voltage.choices),
        "metering_mode": _choice(form, "metering_mode", _("Metering mode"), MeteringMode.choices),
        "tariff": _choice(form, "tariff", _("Tariff"), _tariffs(form)),
    }


_FIELDS = {
    kinds.REDUCE: _reduce,
    kinds.EXCHANGE: _exchange,
    kinds.TRANSFER: _people,
    kinds.SPLIT: _split,
    kinds.MERGE: _merge,
    kinds.RENAME: _rename,
    kinds.RELOCATE: _relocate,
    kinds.TARIFF_CLASS: _class,
    kinds.VOLTAGE: _voltage,
}
NEW_METER_KINDS = frozenset({kinds.RELOCATE, kinds.MOVE_METER, kinds.VOLTAGE, kinds.REINSTALL, kinds.SPLIT})


class WorkForm(forms.Form):
    """The day, what every meter showed, and new meters: the same facts that a crew sends from the phone."""

    on = forms.DateField(label=_("Day"), widget=day_input())
    seal_number = forms.CharField(label=_("Seal number"), max_length=40, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(
        self,
        *args: Any,
        kind: str,
        points: Iterable[tuple[MeteringPoint, Installation]],
        closed: Iterable[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.registers: dict[tuple[str, str], str] = {}
        self.meters: dict[str, str] = {}
        if kinds.FAMILY[kind] != kinds.SEAL:
            del self.fields["seal_number"]
        for point, installation in points:
            for name in REGISTERS:
                if name in REQUIRED[installation.meter.registers] or (
                    name in ("sharp", "deep", "reactive_reverse")
                    and name in ALLOWED[installation.meter.registers]
                ):
                    self._register(point.number, name)
            if kind in NEW_METER_KINDS and kind != kinds.SPLIT:
                self._meter(point.number, required=False)
        for number in closed:
            self._meter(number, required=False)
        if kind == kinds.SPLIT:
            self._meter("new", required=True)
        self.order_fields([*(name for name in self.fields if name != "note"), "note"])

    def _register(self, number: str, name: str) -> None:
        key = f"r_{number}_{name}"
        label = RegisterValues._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        self.registers[number, name] = key
        self.fields[key] = forms.DecimalField(
            label=f"{number[-2:]} {label}",
            required=False,
            min_value=Decimal(0),
            decimal_places=4,
            max_digits=14,
        )

    def _meter(self, number: str, *, required: bool) -> None:
        key = f"m_{number}"
        self.meters[number] = key
        self.fields[key] = forms.CharField(
            label=_("New meter"),
            required=required,
            max_length=22,
            help_text=_("Asset number; it starts at zero."),
        )

    def work(self) -> Work:
        """What was reported, as the operation takes it."""
        data = self.cleaned_data
        shown: dict[str, dict[str, Any]] = {}
        for (number, name), key in self.registers.items():
            if data.get(key) is not None:
                shown.setdefault(number, {})[name] = data[key]
        return Work(
            on=data["on"],
            shown=shown,
            new_meters={number: NewMeter(data[key]) for number, key in self.meters.items() if data.get(key)},
            seal_number=data.get("seal_number", ""),
            note=data.get("note", ""),
        )


class TransformerForm(forms.Form):
    label = forms.CharField(label=pgettext_lazy("customer transformer", "Label"), max_length=30)
    capacity_kva = _figure(_("Capacity (kVA)"))
