"""Customers over the API: read (masked), register."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from denghuo.foundation.identity.api import Page, Paging, Problem, Token, idempotent, keyset_page
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.kernel import masking
from denghuo.records.customers import operations, queries
from denghuo.records.customers.models import Customer

router = Router(tags=["customers"])


class CustomerOut(Schema):
    """A customer as it is shown to anyone: personal data is masked."""

    number: str
    kind: str
    name: str
    phone: str
    special_care: str
    credit_code: str
    unit: str
    version: int
    registered_at: datetime


class CustomerIn(Schema):
    kind: Literal["person", "organisation"]
    name: str = Field(min_length=1, max_length=80)
    unit: str = Field(min_length=2, max_length=16, description="Code of an organisation unit of the client")
    identity_number: str = Field("", max_length=20)
    credit_code: str = Field("", max_length=18)
    phone: str = Field("", max_length=20)
    email: str = Field("", max_length=254)
    special_care: Literal["", "elderly", "disabled", "medical", "low_income", "five_guarantees"] = ""


class CustomerFilter(Schema):
    name: str = Field("", max_length=80, description="Beginning or part of the name, or its pinyin")


def _out(customer: Customer) -> CustomerOut:
    return CustomerOut(
        number=customer.number,
        kind=customer.kind,
        name=customer.masked_name,
        phone=masking.phone(customer.phone) if customer.phone else "",
        special_care=customer.special_care,
        credit_code=customer.credit_code,
        unit=customer.unit_id,
        version=customer.version,
        registered_at=customer.created_at,
    )


@router.get("/", response=Page[CustomerOut], auth=Token("customers.view"), summary="Customers")
def customers(
    request: HttpRequest, paging: Query[Paging], narrowed: Query[CustomerFilter]
) -> Page[CustomerOut]:
    """The customers of the client's units, in the order of their numbers."""
    scope = request.auth.scope  # type: ignore[attr-defined]
    rows = queries.in_scope(scope)
    if text := narrowed.name.replace("\x00", "").strip():
        rows = rows.filter(pk__in=[c.pk for c in queries.found_by_name(text, scope=scope, limit=500)])
    found = keyset_page(rows, paging, ("number",))
    return Page[CustomerOut](items=[_out(row) for row in found.rows], next_cursor=found.next_cursor)


@router.get("/{number}", response=CustomerOut, auth=Token("customers.view"), summary="One customer")
def customer(request: HttpRequest, number: str) -> CustomerOut:
    """By customer number; a customer of another unit is not found."""
    scoped = queries.in_scope(request.auth.scope)  # type: ignore[attr-defined]
    return _out(get_object_or_404(scoped, number=number.replace("\x00", "")))


@router.post("/", response=CustomerOut, auth=Token("customers.edit"), summary="Register a customer")
@idempotent
def register(request: HttpRequest, body: CustomerIn) -> CustomerOut:
    """The answer carries the new number. A field that does not hold gives ``invalid_request``."""
    scope = request.auth.scope  # type: ignore[attr-defined]
    unit = OrganisationUnit.objects.filter(code__startswith=scope, code=body.unit.replace("\x00", "")).first()
    if unit is None:
        raise Problem(422, "invalid_request", "there is no such unit", field="unit")
    values = body.model_dump(exclude={"unit"})
    try:
        made = operations.register(**values, unit=unit, at=timezone.now())
    except operations.CustomerInvalid as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Problem(422, "invalid_request", messages[0], field=field) from error
    return _out(made)
