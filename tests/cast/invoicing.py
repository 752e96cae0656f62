"""Invoices of the town: the bureau as the seller, bills that can be invoiced, answers of the tax platform."""

from __future__ import annotations

from datetime import date
from itertools import count

from denghuo.commerce.billing.models import Bill
from denghuo.commerce.invoicing import operations
from denghuo.commerce.invoicing.models import Invoice, SellerProfile
from denghuo.foundation.identity.models import OrganisationUnit
from tests.cast import billing as cast
from tests.cast import customers, supply

ISSUED = date(2025, 9, 8)
AT = cast.moment(ISSUED)
TITLE = {
    "name": "灯火纺织厂有限公司",
    "credit_code": customers.credit_code(7),
    "address": "灯火镇工业一路1号",
    "phone": "0771-5550001",
    "bank": "灯火银行城东支行",
    "bank_account": "6200000000000000001",
}
_numbers = count(1)


def seller() -> SellerProfile:
    """灯火供电局, with a made-up tax number."""
    cast.people()
    return operations.set_seller(
        unit=OrganisationUnit.objects.get(code="45"),
        fields={
            "name": "灯火供电局",
            "credit_code": customers.credit_code(1),
            "address": "灯火大道1号",
            "phone": "0771-5550000",
            "bank": "灯火银行总行营业部",
            "bank_account": "6200000000000000000",
            "issuer": "叶静",
        },
        actor=cast.people()["yejing"],
        at=AT,
    )


def billed() -> dict[str, Bill]:
    """August 2025 of a household, a works of two parts and a shop, issued."""
    cast.prices()
    seller()
    places = {"wang": supply.wang_xiuying(), "mill": supply.textile_mill(), "noodles": supply.noodle_shop()}
    cast.read(cast.metered(places["wang"]), "2025-08", 180)
    cast.read(
        cast.metered(places["mill"], registers=cast.TWO_PART_REGISTERS),
        "2025-08",
        cast.readings_of(120_000, reactive=90_000, demand=420),
    )
    cast.read(cast.metered(places["noodles"]), "2025-08", 1_450)
    made = cast.run("2025-08")
    cast.release_all(made)
    cast.settle(made)
    return {name: cast.bill_of(place, "2025-08") for name, place in places.items()}


def asked(bill: Bill, **how) -> Invoice:
    return operations.request(bill=bill, actor=cast.people()["linxiaoyu"], at=AT, **how)


def issued(bill: Bill) -> Invoice:
    """The invoice of a bill, sent and issued."""
    invoice = asked(bill)
    operations.export(unit_id="45", actor=cast.people()["yejing"], at=AT)
    return answered(invoice)


def answered(invoice: Invoice) -> Invoice:
    return operations.record_issued(
        invoice=invoice,
        tax_number=tax_number(),
        issued_date=ISSUED,
        actor=cast.people()["yejing"],
        at=AT,
    )


def tax_number() -> str:
    """20 digits as the platform gives them: year, province, serial."""
    return f"2545{next(_numbers):016d}"
