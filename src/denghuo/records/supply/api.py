"""Supply points over the API: read (masked), with what holds on a day."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from denghuo.foundation.identity.api import DecimalText, Page, Paging, Token, keyset_page
from denghuo.kernel import masking
from denghuo.records.supply import queries
from denghuo.records.supply.models import SupplyPoint, SupplyTerms

router = Router(tags=["supply"])


class SupplyPointOut(Schema):
    """A supply point; a person's name and address are masked."""

    number: str
    customer: str = Field(description="Customer number")
    customer_name: str
    account: str = Field(description="Number of the account that pays")
    address: str
    state: str
    unit: str
    energised_date: date | None
    closed_date: date | None


class TermsOut(Schema):
    """What holds from ``valid_from`` until ``valid_to`` (the first day it no longer holds; null = open)."""

    valid_from: date
    valid_to: date | None
    supply_relation: str
    tariff_class: str
    supply_source: str
    use_nature: str
    importance: str
    voltage: str
    metering_mode: str
    capacity_kva: DecimalText
    price_book: str
    tariff: str
    billing_mode: str
    contract_demand_kw: DecimalText | None
    pf_standard: int = Field(description="Hundredths: 80, 85, 90; 0 = none")
    market: str


class SupplyPointWithTerms(SupplyPointOut):
    terms: TermsOut | None = Field(
        description="What holds on the day asked for; null where it is not supplied"
    )


def _values(point: SupplyPoint) -> dict[str, object]:
    person = point.customer.is_person
    return {
        "number": point.number,
        "customer": point.customer.number,
        "customer_name": point.customer.masked_name,
        "account": point.account.number,
        "address": masking.address(point.address) if person else point.address,
        "state": point.state,
        "unit": point.unit_id,
        "energised_date": point.energised_date,
        "closed_date": point.closed_date,
    }


def _terms(row: SupplyTerms) -> TermsOut:
    return TermsOut(**{name: getattr(row, name) for name in TermsOut.model_fields})


@router.get("/", response=Page[SupplyPointOut], auth=Token("supply.view"), summary="Supply points")
def supply_points(request: HttpRequest, paging: Query[Paging]) -> Page[SupplyPointOut]:
    """The supply points of the client's units, in the order of their numbers."""
    rows = queries.in_scope(request.auth.scope).select_related("customer", "account")  # type: ignore[attr-defined]
    found = keyset_page(rows, paging, ("number",))
    items = [SupplyPointOut.model_validate(_values(row)) for row in found.rows]
    return Page[SupplyPointOut](items=items, next_cursor=found.next_cursor)


@router.get("/{number}", response=SupplyPointWithTerms, auth=Token("supply.view"), summary="One supply point")
def supply_point(request: HttpRequest, number: str, on: date | None = None) -> SupplyPointWithTerms:
    """By number, with the terms that hold ``on`` a day (today unless given)."""
    scoped = queries.in_scope(request.auth.scope).select_related("customer", "account")  # type: ignore[attr-defined]
    point = get_object_or_404(scoped, number=number.replace("\x00", ""))
    row = queries.terms_on(point, on or timezone.localdate())
    return SupplyPointWithTerms.model_validate({**_values(point), "terms": _terms(row) if row else None})
