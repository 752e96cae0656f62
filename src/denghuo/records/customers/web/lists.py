"""Lists of customers and accounts."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.database.text_index import starts_with
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import ChoiceFilter, Column, DateRangeFilter, ListPage, TextFilter
from denghuo.records.customers import queries
from denghuo.records.customers.models import Account, Customer

MOST_HITS = 500


def customer_url(row: Customer) -> str:
    return reverse("customers:customer", args=[row.pk])


def _named(rows: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    found = queries.found_by_digits if text.isdecimal() else queries.found_by_name
    return rows.filter(pk__in=[customer.pk for customer in found(text, scope="", limit=MOST_HITS)])


@require("customers.view")
class CustomerList(ListPage):
    model = Customer
    title = _("Customers")
    pretitle = _("Records")
    scope_field = "unit__code"
    keyset = ("number",)
    export_name = "customers"
    create_url = reverse_lazy("customers:register")
    create_label = _("Register a customer")
    create_permission = "customers.edit"
    empty_title = _("No customers here")
    empty_text = _("Customers are registered at the counter, or brought in from a file by an import.")
    columns = [
        Column("number", _("Customer number"), url=customer_url),
        Column("name", _("Name"), value="masked_name", url=customer_url),
        Column("kind", _("Customer kind")),
        Column("phone", _("Telephone"), kind="masked", mask="phone"),
        Column(
            "special_care",
            _("Special care"),
            kind="badge",
            tones=dict.fromkeys(
                ("elderly", "disabled", "medical", "low_income", "five_guarantees"), "accent"
            ),
        ),
        Column("unit", _("Unit"), value="unit__name"),
        Column("created_at", _("Registered"), kind="moment", hidden=True),
        Column("email", _("E-mail"), kind="masked", mask="email", hidden=True),
        Column("credit_code", _("Credit code"), hidden=True),
    ]
    filters = [
        TextFilter("q", _("Number, name, pinyin or telephone"), apply=_named),
        ChoiceFilter("kind", _("Customer kind")),
        ChoiceFilter("special_care", _("Special care")),
        TextFilter("unit", _("Unit code"), apply=lambda rows, code: rows.filter(unit__code__startswith=code)),
        DateRangeFilter("registered", _("Registered"), field="created_at", instant=True),
    ]

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Customer.objects.select_related("unit")


@require("customers.view")
class AccountList(ListPage):
    model = Account
    title = _("Paying accounts")
    pretitle = _("Records")
    scope_field = "unit__code"
    keyset = ("number",)
    export_name = "accounts"
    empty_title = _("No accounts here")
    empty_text = _("An account is opened on the page of the customer who pays.")
    columns = [
        Column("number", _("Account number"), url=lambda row: reverse("customers:account", args=[row.pk])),
        Column(
            "customer",
            _("Customer"),
            value="customer__masked_name",
            url=lambda row: customer_url(row.customer),
        ),
        Column("payment_method", _("Payment method")),
        Column("opened_date", _("Opened"), kind="date"),
        Column("closed_date", _("Closed on"), kind="date"),
        Column("unit", _("Unit"), value="unit__name"),
    ]
    filters = [
        TextFilter(
            "number", _("Account number"), apply=lambda rows, text: rows.filter(starts_with("number", text))
        ),
        ChoiceFilter("payment_method", _("Payment method")),
        DateRangeFilter("opened", _("Opened"), field="opened_date"),
    ]

    def queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Account.objects.select_related("unit", "customer")


def revealed_fields(changes: str) -> list[str]:
    """The field names in the audit entry of a look at personal data."""
    fields = json.loads(changes).get("fields", [None, []])
    return list(fields[1] if isinstance(fields, list) else [])
