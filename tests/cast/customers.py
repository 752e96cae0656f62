"""Customers of the town, made by the real operations."""

from __future__ import annotations

from datetime import UTC, date, datetime

from denghuo.foundation.identity.models import OrganisationUnit, UnitKind
from denghuo.records.customers import operations, rules
from denghuo.records.customers.models import Account, Customer, CustomerKind

AT = datetime(2025, 8, 1, 1, 0, tzinfo=UTC)
OPENED = date(2025, 8, 1)
UNITS = {
    "45": ("灯火供电局", UnitKind.BUREAU),
    "4501": ("城东供电所", UnitKind.STATION),
    "4502": ("河西供电所", UnitKind.STATION),
    "4503": ("营业厅", UnitKind.HALL),
}


def unit(code: str = "4501") -> OrganisationUnit:
    """A unit of the town, with the bureau above it."""
    name, kind = UNITS.get(code, (f"{code}班", UnitKind.TEAM))
    parent = next((unit(prefix) for prefix in (code[:4], code[:2]) if prefix != code), None)
    found, _made = OrganisationUnit.objects.get_or_create(
        code=code, defaults={"name": name, "kind": kind, "parent": parent}
    )
    return found


def identity_number(serial: int = 1) -> str:
    """A made-up resident identity number with a right check character."""
    body = f"450103195001{serial % 28 + 1:02d}{serial % 1000:03d}"
    return next(body + c for c in "0123456789X" if rules.identity_number_is_valid(body + c))


def credit_code(serial: int = 1) -> str:
    """A made-up unified social credit code with a right check character."""
    body = f"91450100MA{serial:07d}"
    return next(body + c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if rules.credit_code_is_valid(body + c))


def person(
    name: str = "王秀英", *, unit_code: str = "4501", phone: str = "13800138001", **fields
) -> Customer:
    fields = {"at": AT, "synthetic": True, **fields}
    return operations.register(
        kind=CustomerKind.PERSON, name=name, unit=unit(unit_code), phone=phone, **fields
    )


def organisation(
    name: str = "灯火铸造有限公司", *, unit_code: str = "4501", phone: str = "0771-5551234", **fields
) -> Customer:
    fields = {"at": AT, "synthetic": True, "credit_code": credit_code(), **fields}
    return operations.register(
        kind=CustomerKind.ORGANISATION, name=name, unit=unit(unit_code), phone=phone, **fields
    )


def account(customer: Customer | None = None, **fields) -> Account:
    fields = {"opened_date": OPENED, "at": AT, **fields}
    return operations.open_account(customer=customer or person(), **fields)
