"""Customers as a file: one row for each supply point, with its customer, account and terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.imports import rules as imports
from denghuo.records.customers import operations as customer_operations
from denghuo.records.customers import rules as customer_rules
from denghuo.records.customers.models import Customer
from denghuo.records.grid import queries as grid_queries
from denghuo.records.supply import operations
from denghuo.records.supply.models import (
    BillingMode,
    Importance,
    Market,
    MeteringMode,
    SupplyPoint,
    SupplySource,
    TariffClass,
    UseNature,
    Voltage,
)

WORDS: dict[str, dict[str, str]] = {
    "kind": {"个人": "person", "居民": "person", "单位": "organisation", "企业": "organisation"},
    "tariff_class": {
        "居民": "residential",
        "居民生活用电": "residential",
        "农业": "agricultural",
        "农业生产用电": "agricultural",
        "工商业": "commercial_industrial",
        "工商业用电": "commercial_industrial",
    },
    "use_nature": {"居民家庭": "household", "商业": "shop", "机关": "office", "工业": "industry", "大工业": "large_industry", "农业": "farming", "教育": "education", "医疗": "health", "充电": "ev_charging", "临时": "temporary"},
    "supply_source": {"公变": "public_transformer", "专变": "dedicated_transformer", "专线": "dedicated_line"},
    "voltage": {"220V": "lt1kv", "380V": "lt1kv", "不满1千伏": "lt1kv", "10kV": "1-10kv", "20kV": "20kv", "35kV": "35kv", "110kV": "110kv", "220kV": "220kv"},
    "metering_mode": {"高供高计": "high_high", "高供低计": "high_low", "低供低计": "low_low"},
    "billing_mode": {"单一制": "single", "按容量": "capacity", "按合约需量": "contract_demand", "按实际需量": "actual_demand"},
    "market": {"目录电价": "list", "代理购电": "agent", "直接交易": "direct"},
    "importance": {"普通": "ordinary", "特级": "special", "一级": "first", "二级": "second"},
}  # fmt: skip


def _word(name: str, codes: Sequence[str]) -> imports.Parser:
    return imports.choice({**WORDS[name], **{code: code for code in codes}})


def check(rows: Sequence[imports.Row], context: imports.Context) -> Iterable[imports.RowProblem]:
    """Units and grid out of reach, official numbers that are mistyped, supply points that are there already."""
    wanted = {
        name: {row.values[name] for row in rows if row.values[name]}
        for name in ("unit", "area_code", "transformer_code")
    }
    units = set(
        OrganisationUnit.objects.filter(
            code__in=wanted["unit"], code__startswith=context.unit_id
        ).values_list("code", flat=True)
    )
    areas = set(
        grid_queries.areas(context.unit_id)
        .filter(code__in=wanted["area_code"])
        .values_list("code", flat=True)
    )
    transformers = set(
        grid_queries.transformers(context.unit_id)
        .filter(code__in=wanted["transformer_code"])
        .values_list("code", flat=True)
    )
    there = set(
        SupplyPoint.objects.filter(address__in={row.values["address"] for row in rows})
        .exclude(state="closed")
        .values_list("address", "customer__name")
    )
    for row in rows:
        values = row.values
        if (values["address"], values["name"]) in there:
            message = _("This customer has a supply point at this address already.")
            yield imports.RowProblem(row.number, message, "address", duplicate=True)
        elif problem := _problem(values, units, areas, transformers):
            yield imports.RowProblem(row.number, problem[1], problem[0])


def _problem(
    values: Mapping[str, Any], units: set[str], areas: set[str], transformers: set[str]
) -> tuple[str, str] | None:
    identity, code = values["identity_number"] or "", values["credit_code"] or ""
    person = values["kind"] == "person"
    if values["unit"] not in units:
        return "unit", _("There is no such unit in your part of the bureau.")
    if values["area_code"] and values["area_code"] not in areas:
        return "area_code", _("There is no transformer area with this code.")
    if values["transformer_code"] and values["transformer_code"] not in transformers:
        return "transformer_code", _("There is no transformer with this code.")
    if identity and not person:
        return "identity_number", _("An organisation has no identity number.")
    if len(identity) == 18 and not customer_rules.identity_number_is_valid(identity.upper()):
        return "identity_number", _(
            "The check character of the identity number is wrong; please compare it with the card."
        )
    if code and person:
        return "credit_code", _("A person has no credit code.")
    if code and not customer_rules.credit_code_is_valid(code.upper()):
        return "credit_code", _(
            "The check character of the credit code is wrong; please compare it with the licence."
        )
    if values["billing_mode"] == "contract_demand" and values["contract_demand_kw"] is None:
        return "contract_demand_kw", _("Two-part by contract demand needs the contract demand.")
    return None


def commit(rows: Sequence[imports.Row], context: imports.Context) -> Mapping[str, int]:
    """Register the customers that are new and open their supply points; a customer with several rows is made once."""
    stamp: dict[str, Any] = {"at": context.at, "actor": context.actor}
    units = {unit.code: unit for unit in OrganisationUnit.objects.filter(code__startswith=context.unit_id)}
    area_codes = {row.values["area_code"] for row in rows} - {None}
    own_codes = {row.values["transformer_code"] for row in rows} - {None}
    areas = {area.code: area for area in grid_queries.areas(context.unit_id).filter(code__in=area_codes)}
    transformers = {
        own.code: own for own in grid_queries.transformers(context.unit_id).filter(code__in=own_codes)
    }
    made = 0
    for row in rows:
        values = row.values
        customer = _known_customer(values) or customer_operations.register(
            kind=values["kind"],
            name=values["name"],
            unit=units[values["unit"]],
            phone=values["phone"] or "",
            identity_number=values["identity_number"] or "",
            credit_code=values["credit_code"] or "",
            **stamp,
        )
        account = customer.accounts.filter(closed_date__isnull=True).first()
        account = account or customer_operations.open_account(
            customer=customer, opened_date=values["energised_date"], **stamp
        )
        operations.open_supply_point(
            customer=customer,
            account=account,
            unit=units[values["unit"]],
            address=values["address"],
            energised_date=values["energised_date"],
            terms={
                **{name: values[name] for name in PLAIN if values[name] is not None},
                "area": areas.get(values["area_code"]),
                "transformer": transformers.get(values["transformer_code"]),
            },
            **stamp,
        )
        made += 1
    return {"supply_points": made}


def _known_customer(values: Mapping[str, Any]) -> Customer | None:
    """The same customer as on an earlier row: by official number, otherwise nobody."""
    for name in ("credit_code", "identity_number"):
        if values[name]:
            return Customer.objects.filter(**{name: values[name].upper(), "name": values["name"]}).first()
    return None


PLAIN = (
    "tariff_class", "use_nature", "supply_source", "importance", "voltage", "metering_mode", "capacity_kva",
    "price_book", "tariff", "billing_mode", "contract_demand_kw", "pf_standard", "market", "household_persons",
)  # fmt: skip


def _field(
    name: str, label: Any, alias: str, parse: imports.Parser, example: str = "", required: bool = True
) -> imports.Field:
    return imports.Field(name, label, aliases=(alias,), parse=parse, example=example, required=required)


_power = imports.decimal(2, minimum=Decimal("0.01"), maximum=Decimal(10_000_000))

CUSTOMERS = imports.ImportKind(
    code="customers",
    title=gettext_lazy("Customers and supply points"),
    description=gettext_lazy("One row for each supply point; rows of the same official number share one customer."),
    permission="supply.edit",
    fields=(
        _field("name", gettext_lazy("Name"), "户名", imports.text(80), "王秀英"),
        _field("kind", gettext_lazy("Customer kind"), "客户类型", _word("kind", ("person", "organisation")), "个人"),
        _field("identity_number", gettext_lazy("Identity number"), "身份证号", imports.identifier(20), "", False),
        _field("credit_code", gettext_lazy("Credit code"), "统一社会信用代码", imports.identifier(18), "", False),
        _field("phone", gettext_lazy("Telephone"), "联系电话", imports.text(20), "13800138001", False),
        _field("address", gettext_lazy("Address"), "用电地址", imports.text(200), "灯火镇梧桐巷12-301"),
        _field("unit", gettext_lazy("Unit code"), "单位代码", imports.identifier(16), "4501"),
        _field("energised_date", gettext_lazy("Energised"), "送电日期", imports.day, "2025-08-01"),
        _field("tariff_class", gettext_lazy("Tariff class"), "用电类别", _word("tariff_class", TariffClass.values), "居民生活用电"),
        _field("use_nature", gettext_lazy("Use"), "用电性质", _word("use_nature", UseNature.values), "居民家庭"),
        _field("voltage", gettext_lazy("Supply voltage"), "供电电压", _word("voltage", Voltage.values), "220V"),
        _field("capacity_kva", gettext_lazy("Capacity kVA"), "运行容量", _power, "8"),
        _field("price_book", gettext_lazy("Price book"), "电价表", imports.identifier(30), "cn-gx"),
        _field("tariff", gettext_lazy("Tariff"), "电价", imports.text(40), "residential"),
        _field("supply_source", gettext_lazy("Supply source"), "供电方式", _word("supply_source", SupplySource.values), "公变", False),
        _field("metering_mode", gettext_lazy("Metering mode"), "计量方式", _word("metering_mode", MeteringMode.values), "低供低计", False),
        _field("billing_mode", gettext_lazy("Billing mode"), "计费方式", _word("billing_mode", BillingMode.values), "单一制", False),
        _field("contract_demand_kw", gettext_lazy("Contract demand kW"), "合约需量", _power, "", False),
        _field("pf_standard", gettext_lazy("Power-factor standard"), "功率因数标准", imports.choice({"0": 0, "无": 0, "0.80": 80, "0.85": 85, "0.90": 90, "0.8": 80, "0.9": 90, "80": 80, "85": 85, "90": 90}), "", False),
        _field("market", gettext_lazy("Market attribute"), "市场化属性", _word("market", Market.values), "目录电价", False),
        _field("importance", gettext_lazy("Load importance"), "负荷重要性", _word("importance", Importance.values), "普通", False),
        _field("household_persons", gettext_lazy("Persons registered"), "户籍人口", imports.integer(minimum=1, maximum=50), "", False),
        _field("area_code", gettext_lazy("Transformer area code"), "台区编码", imports.identifier(20), "A010101", False),
        _field("transformer_code", gettext_lazy("Transformer code"), "变压器编码", imports.identifier(20), "", False),
    ),
    key=lambda values: f"{values['name']}/{values['address']}",
    check=check,
    commit=commit,
    chunk_rows=500,
)  # fmt: skip
