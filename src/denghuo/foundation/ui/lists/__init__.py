"""Lists: filters in the URL, keyset paging, column choice, export of exactly what the filter says.

@require("customers.customer.view")
class CustomerList(ListPage):
    model = Customer
    title = _("Customers")
    columns = [
        Column("number", _("Number"), url=lambda row: reverse("customers:customer", args=[row.pk]), sort=True),
        Column("name", _("Name"), kind="masked", mask="name"),
        Column("state", _("State"), kind="badge"),
    ]
    filters = [
        TextFilter("q", _("Number or name"), lookups=("number__startswith", "name__startswith")),
        ChoiceFilter("state", _("State")),
        UnitFilter(),
    ]
    keyset = ("number",)
    scope_field = "unit_id"

path("", CustomerList.as_view(), name="customers")
"""

from denghuo.foundation.ui.lists.columns import Column
from denghuo.foundation.ui.lists.filters import (
    ChoiceFilter,
    DateRangeFilter,
    Filter,
    FlagFilter,
    MonthFilter,
    NumberRangeFilter,
    TextFilter,
    UnitFilter,
)
from denghuo.foundation.ui.lists.keyset import Page
from denghuo.foundation.ui.lists.page import BulkAction, ListPage

__all__ = [
    "BulkAction",
    "ChoiceFilter",
    "Column",
    "DateRangeFilter",
    "Filter",
    "FlagFilter",
    "ListPage",
    "MonthFilter",
    "NumberRangeFilter",
    "Page",
    "TextFilter",
    "UnitFilter",
]
