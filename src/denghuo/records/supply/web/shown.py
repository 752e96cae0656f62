"""How supply records are shown: facts, differences, findings in words, and what this room adds to shared pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.foundation.ui import formats
from denghuo.foundation.ui.extensions import Counter, SearchHit, SearchQuery
from denghuo.kernel.identifiers import NumberKind
from denghuo.kernel.masking import address as masked_address
from denghuo.records.customers.models import Account, Customer
from denghuo.records.grid.models import TransformerArea
from denghuo.records.supply import queries, rules
from denghuo.records.supply.models import LossTerms, SupplyPoint, SupplyTerms, TariffClass

PANEL_ROWS = 20
UNITS = {
    "capacity_kva": "kVA",
    "contract_demand_kw": "kW",
    "free_energy_kwh": "kWh",
    "iron_loss_kw": "kW",
    "reactive_iron_kvar": "kvar",
    "rated_capacity_kva": "kVA",
    "load_loss_kw": "kW",
    "energised_hours_a_day": "h",
}
FINDINGS = {
    "two_part_needed": gettext_lazy(
        "From 315 kVA on a commercial or industrial customer is on a two-part tariff."
    ),
    "two_part_not_open": gettext_lazy(
        "A two-part tariff is open to commercial and industrial customers above 100 kVA only."
    ),
    "pf_standard_differs": gettext_lazy(
        "The power-factor standard is not the one of this class, voltage and capacity."
    ),
    "residential_price_for_other_use": gettext_lazy("A residential price is charged for another use."),
    "agricultural_price_for_other_use": gettext_lazy("The agricultural price is charged for another use."),
    "household_on_commercial_price": gettext_lazy("A household is charged the commercial price."),
    "market_does_not_fit_class": gettext_lazy(
        "List prices are for homes and farming; commerce and industry buy on the market or by agent."
    ),
    "voltage_low_for_capacity": gettext_lazy("This capacity is usually supplied at high voltage."),
    "metering_mode_does_not_fit_voltage": gettext_lazy("The metering mode does not fit the supply voltage."),
    "public_supply_without_area": gettext_lazy(
        "Supplied by a public transformer, but no transformer area is named."
    ),
    "dedicated_supply_in_an_area": gettext_lazy(
        "Supplied by a dedicated transformer, but counted in a public transformer area."
    ),
    "important_at_low_voltage": gettext_lazy("An important customer is supplied at low voltage."),
}
ACTIONS = {
    "supply.supply_point.opened": gettext_lazy("Supply point opened"),
    "supply.supply_point.state_changed": gettext_lazy("State changed"),
    "supply.supply_point.payer_changed": gettext_lazy("Payer changed"),
    "supply.supply_point.address_amended": gettext_lazy("Address amended"),
    "supply.terms.changed": gettext_lazy("Terms changed"),
    "supply.terms.corrected": gettext_lazy("Terms corrected"),
    "supply.loss_terms.set": gettext_lazy("Losses set"),
    "supply.contract.signed": gettext_lazy("Contract signed"),
}


def address(point: SupplyPoint) -> str:
    """A home's address down to the road; a business's in full."""
    return masked_address(point.address) if point.customer.is_person else point.address


WORDS: dict[str, Callable[[Model, Any], str]] = {}


def name_values(words: Mapping[str, Callable[[Model, Any], str]]) -> None:
    """Words for codes that an upper room knows: field name → function of the row and the code."""
    WORDS.update(words)


def value(row: Model, name: str, given: Any = ...) -> str:
    """A field's value in words, with its unit."""
    field = row._meta.get_field(name.removesuffix("_id"))
    content = getattr(row, name) if given is ... else given
    if content is None or content == "":
        return formats.NOTHING
    if isinstance(content, bool):
        return _("Yes") if content else _("No")
    if name in WORDS:
        return WORDS[name](row, content)
    if choices := dict(getattr(field, "flatchoices", ())):
        return str(choices.get(content, content))
    if name in UNITS:
        return f"{formats.amount(content, 0)} {UNITS[name]}"
    return str(content)


def label(row: Model, name: str) -> str:
    return str(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _facts(row: Model | None, names: Sequence[str]) -> list[tuple[str, str]]:
    return [(label(row, name), value(row, name)) for name in names] if row else []


def classification_facts(terms: SupplyTerms | None) -> list[tuple[str, str]]:
    """The five classifications, and what else describes the customer."""
    names = ("supply_relation", "tariff_class", "supply_source", "use_nature", "importance", "industry_code")
    return _facts(terms, names)


def billing_facts(terms: SupplyTerms | None) -> list[tuple[str, str]]:
    """What the price is made of; what does not concern this customer is left out."""
    if terms is None:
        return []
    names = [
        "price_book",
        "tariff",
        "billing_mode",
        "voltage",
        "metering_mode",
        "capacity_kva",
        "market",
        "pf_standard",
    ]
    optional = (
        "contract_demand_kw",
        "demand_exempt",
        "pf_no_reward",
        "kept_single_part",
        "household_persons",
        "free_energy_kwh",
    )
    return _facts(terms, [*names, *(name for name in optional if getattr(terms, name) not in (None, False))])


def loss_facts(terms: LossTerms | None) -> list[tuple[str, str]]:
    if terms is None:
        return []
    names = [
        field.name
        for field in terms._meta.concrete_fields
        if field.name not in ("id", "supply_point", "valid_from", "valid_to", "reason")
    ]
    return _facts(terms, [name for name in names if getattr(terms, name) is not None])


def row(terms: Model, differences: Mapping[str, tuple[Any, Any]], today: date) -> dict[str, Any]:
    """A row of history with its differences in words."""
    valid_from, valid_to = terms.valid_from, terms.valid_to  # type: ignore[attr-defined]
    holds = valid_from <= today and (valid_to is None or today < valid_to)
    return {
        "terms": terms,
        "now": holds,
        "future": valid_from > today,
        "changes": [
            (label(terms, name), value(terms, name, before), value(terms, name, after))
            for name, (before, after) in differences.items()
        ],
    }


def finding(item: rules.Finding) -> dict[str, Any]:
    return {
        "text": str(FINDINGS[item.code]),
        "basis": item.basis,
        "expected": item.expected,
        "code": item.code,
    }


FORM_SECTIONS: Sequence[tuple[Any, Sequence[str]]] = (
    (gettext_lazy("When and why"), ("from_date", "until_date", "reason")),
    (gettext_lazy("Who and where"), ("account_number", "address", "energised_date")),
    (
        gettext_lazy("Classification"),
        ("tariff_class", "use_nature", "supply_relation", "supply_source", "importance", "industry_code"),
    ),
    (gettext_lazy("Supply"), ("voltage", "capacity_kva", "metering_mode", "area_code", "transformer_code")),
    (
        gettext_lazy("Price terms"),
        ("price_book", "tariff", "billing_mode", "contract_demand_kw", "market", "pf_standard", "pf_no_reward", "demand_exempt", "kept_single_part"),
    ),
    (gettext_lazy("Household"), ("household_persons", "free_energy_kwh")),
)  # fmt: skip


def form_sections(form: Any) -> list[tuple[Any, list[Any]]]:
    """The fields of a terms form in the order people think of them."""
    return [
        (title, fields)
        for title, names in FORM_SECTIONS
        if (fields := [form[name] for name in names if name in form.fields])
    ]


def _first(points: Any) -> list[Any]:
    rows = queries.with_terms_on(points.select_related("customer"), timezone.localdate())
    return list(rows.order_by("number")[: PANEL_ROWS + 1])


def _first_of(customer: Customer) -> list[Any]:
    """What the counter and the panel of one page both show, asked once."""
    if not hasattr(customer, "_first_points"):
        customer._first_points = _first(SupplyPoint.objects.filter(customer=customer))  # type: ignore[attr-defined]
    return customer._first_points  # type: ignore[attr-defined]


def _panel(found: list[Any]) -> dict[str, Any]:
    shown = [
        (point, address(point), TariffClass(point.now_class).label if point.now_class else formats.NOTHING)
        for point in found[:PANEL_ROWS]
    ]
    return {"rows": shown, "more": len(found) > PANEL_ROWS}


def customer_panel(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """The customer's supply points with what holds today."""
    return _panel(_first_of(customer))


def account_panel(request: HttpRequest, account: Account) -> dict[str, Any]:
    """What the account pays for."""
    open_url = reverse("supply:open") if request.user.may("supply.edit") and not account.closed_date else ""  # type: ignore[union-attr]
    return {
        **_panel(_first(SupplyPoint.objects.filter(account=account))),
        "open_url": f"{open_url}?account={account.number}" if open_url else "",
    }


def area_panel(request: HttpRequest, area: TransformerArea) -> dict[str, Any]:
    """The supply points behind a transformer area."""
    points = queries.behind_area(area.pk, timezone.localdate())
    return _panel(_first(points.filter(unit__code__startswith=request.user.scope))) | {"area_code": area.code}  # type: ignore[union-attr]


def customer_counters(customer: Customer) -> list[Counter]:
    """How many supply points are in use."""
    found = _first_of(customer)
    if len(found) <= PANEL_ROWS:
        count = sum(point.state != "closed" for point in found)
    else:
        count = SupplyPoint.objects.filter(customer=customer).exclude(state="closed").count()
    return [Counter(gettext_lazy("Supply points"), count, url="#panel-supply-points")]


def search_supply_points(query: SearchQuery, scope: str) -> Iterator[SearchHit]:
    """By supply point number and by address."""
    if query.digits:
        if query.number not in (None, NumberKind.SUPPLY_POINT) or len(query.digits) < 4 or query.phone:
            return
        found = queries.found_by_number(query.digits, scope=scope, limit=query.limit)
    elif len(query.text) < 2:
        return
    else:
        found = queries.found_by_address(query.text, scope=scope, limit=query.limit)
    for point in found:
        yield SearchHit(
            kind=gettext_lazy("Supply points"),
            title=point.number,
            subtitle=f"{point.customer.masked_name} · {address(point)}",
            url=reverse("supply:supply-point", args=[point.pk]),
            icon="home-bolt",
        )
