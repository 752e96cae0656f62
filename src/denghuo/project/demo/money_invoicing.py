"""Invoices of the town: titles of its firms, requests month by month, the tax platform's answers, one rejection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from denghuo.commerce.billing.models import Bill, BillState
from denghuo.commerce.invoicing import operations, queries
from denghuo.commerce.invoicing.models import Invoice, InvoiceState
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import Cycle, day_of
from denghuo.project.demo import cast
from denghuo.records.customers.models import Account
from denghuo.records.customers.rules import credit_code_is_valid

BUREAU = "45"
FIRMS = {
    "mill": ("灯火纺织厂有限公司", "灯火镇工业一路1号", "灯火银行工业区支行", True),
    "foundry": ("灯火铸造有限公司", "灯火镇工业二路18号", "灯火银行工业区支行", True),
    "hospital": ("灯火镇人民医院", "灯火镇人民路100号", "灯火银行人民路支行", False),
    "noodles": ("城东区陈记面馆", "灯火镇城东路45号", "灯火银行城东支行", False),
}
HOUSEHOLDS = ("li", "zhou")
WRONG_FIRST = ("noodles", "2026-06")
"""Whose invoice of which cycle the platform rejected once, because the title did not fit the tax number."""
LAST_ANSWERED = Cycle(2026, 7)
"""What was asked for after this cycle is still on its way on 7 September 2026."""


def credit_code(serial: int) -> str:
    """A made-up unified social credit code of Nanning with a right check character."""
    body = f"91450100MADEN{serial:04d}"[:17]
    return next(body + c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if credit_code_is_valid(body + c))


def play(people: Mapping[str, Staff]) -> None:
    """Say who sells and buys, then ask for, send and answer the invoices of every issued cycle."""
    accounts = _accounts()
    _titles(people, accounts)
    cycles = (
        Bill.objects.filter(state__in=[BillState.ISSUED, BillState.CANCELLED], issued_at__isnull=False)
        .order_by("cycle")
        .values_list("cycle", flat=True)
        .distinct()
    )
    for cycle in [Cycle.parse(text) for text in cycles][-6:]:
        _month(cycle, people, accounts)
    outbox.deliver(at=_noon(date(2026, 9, 5)))
    _red_letters(people)


def _accounts() -> dict[str, Account]:
    names = {member.key: member.name for member in cast.CAST}
    found = {}
    for key in (*FIRMS, *HOUSEHOLDS):
        account = (
            Account.objects.select_related("customer")
            .filter(customer__name=names[key])
            .order_by("id")
            .first()
        )
        if account is not None:
            found[key] = account
    return found


def _titles(people: Mapping[str, Staff], accounts: Mapping[str, Account]) -> None:
    at = _noon(date(2025, 9, 1))
    operations.set_seller(
        unit=OrganisationUnit.objects.get(code=BUREAU),
        fields={
            "name": "灯火供电局",
            "credit_code": credit_code(1),
            "address": "灯火镇灯火大道1号",
            "phone": "0771-5550000",
            "bank": "灯火银行总行营业部",
            "bank_account": "6200000000000000001",
            "issuer": people["yejing"].name,
        },
        actor=people["yejing"],
        at=at,
    )
    for serial, (key, (name, address, bank, special)) in enumerate(FIRMS.items(), start=11):
        if key in accounts:
            operations.set_buyer(
                account=accounts[key],
                fields={
                    "name": name,
                    "credit_code": credit_code(serial),
                    "address": address,
                    "phone": f"0771-55501{serial}",
                    "bank": bank,
                    "bank_account": f"62000000000000{serial:05d}",
                    "email": "",
                },
                special=special,
                actor=people["linxiaoyu"],
                at=at,
            )


def _month(cycle: Cycle, people: Mapping[str, Staff], accounts: Mapping[str, Account]) -> None:
    bills = queries.bills_to_invoice(BUREAU).filter(cycle=str(cycle), account__in=accounts.values())
    first = bills.order_by("issued_at").first()
    if first is None or first.issued_at is None:
        return
    asked = day_of(first.issued_at) + timedelta(days=1)
    made = operations.request_many(bills=bills, actor=people["linxiaoyu"], at=_noon(asked))
    if cycle > LAST_ANSWERED or not made.invoices:
        return
    operations.export(unit_id=BUREAU, actor=people["yejing"], at=_noon(asked, 6))
    answered = asked + timedelta(days=1)
    for invoice in (
        Invoice.objects.filter(state=InvoiceState.EXPORTED).select_related("account").order_by("id")
    ):
        key = next((key for key, account in accounts.items() if account.pk == invoice.account_id), "")
        if (key, str(cycle)) == WRONG_FIRST:
            operations.record_rejected(
                invoice=invoice,
                rejection="购买方名称与纳税人识别号不匹配",
                actor=people["yejing"],
                at=_noon(answered),
            )
        else:
            _issued(invoice, answered, people)


def _issued(invoice: Invoice, on: date, people: Mapping[str, Staff]) -> None:
    """The platform's number: year, region, and a serial made from our request."""
    operations.record_issued(
        invoice=invoice,
        tax_number=f"{on:%y}45{invoice.pk:016d}",
        issued_date=on,
        actor=people["yejing"],
        at=_noon(on),
    )


def _red_letters(people: Mapping[str, Staff]) -> None:
    """Where a bill with an issued invoice was reversed, its red letter has got its confirmation and is being sent."""
    waiting = Invoice.objects.filter(kind="red", state=InvoiceState.CONFIRMATION).order_by("id").first()
    if waiting is not None:
        on = max(day_of(waiting.requested_at), date(2026, 9, 4))
        operations.confirm_red(
            invoice=waiting,
            confirmation_number=f"{on:%y}45{waiting.pk:016d}",
            actor=people["yejing"],
            at=_noon(on),
        )


def _noon(day: date, hour_utc: int = 4) -> datetime:
    return datetime(day.year, day.month, day.day, hour_utc, tzinfo=UTC)
