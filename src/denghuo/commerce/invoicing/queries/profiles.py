"""Seller, buyer and remarks as an invoice would bear them today."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from denghuo.commerce.billing.models import Bill, BillSection
from denghuo.commerce.invoicing.models import BuyerProfile, SellerProfile
from denghuo.records.customers.models import Account

REMARKS_LENGTH = 600


@dataclass(frozen=True)
class Buyer:
    """The title of an account. ``problem`` says why it cannot be invoiced: "" or "credit_code"."""

    name: str
    credit_code: str = ""
    address: str = ""
    phone: str = ""
    bank: str = ""
    bank_account: str = ""
    email: str = ""
    special: bool = False
    is_person: bool = False

    @property
    def problem(self) -> str:
        return "" if self.is_person or self.credit_code else "credit_code"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def buyer_of(account: Account, profile: BuyerProfile | None = None) -> Buyer:
    """The profile of the account, else the customer's name and number."""
    found = profile or BuyerProfile.objects.filter(account_id=account.pk).first()
    customer = account.customer
    if found is None:
        return Buyer(
            name=customer.name,
            credit_code="" if customer.is_person else customer.credit_code,
            is_person=customer.is_person,
        )
    names = ("name", "credit_code", "address", "phone", "bank", "bank_account", "email", "special")
    return Buyer(**{name: getattr(found, name) for name in names}, is_person=customer.is_person)


def seller_of(unit_id: str) -> SellerProfile | None:
    """The profile of the nearest bureau above a unit."""
    above = [unit_id[:length] for length in range(1, len(unit_id) + 1)]
    return SellerProfile.objects.filter(unit__in=above).order_by("-unit_id").first()


def remarks_of(bill: Bill, sections: list[BillSection]) -> str:
    """户号, 户名, 用电地址, 账期, 抄表起止, as the regulation wants them in the remarks."""
    points = "、".join(section.supply_point.number for section in sections)
    addresses = "、".join(dict.fromkeys(section.supply_point.address for section in sections))
    parts: tuple[str, ...] = (
        f"户号：{points}",
        f"户名：{bill.account.customer.name}",
        f"用电地址：{addresses}",
        f"账期：{bill.cycle}",
        f"抄表起止：{bill.period_start:%Y-%m-%d}至{bill.last_date:%Y-%m-%d}",
        f"账单编号：{bill.number}",
    )
    text = "；".join(parts)
    if len(text) > REMARKS_LENGTH:  # a payer of many supply points: how many instead of which
        parts = (f"户号：{sections[0].supply_point.number}等{len(sections)}户", *parts[1:2], *parts[3:])
        text = "；".join(parts)
    return text[:REMARKS_LENGTH]
