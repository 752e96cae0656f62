"""Ask for the invoice of a bill; ask again after a rejection; cancel what has not been issued."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.billing.models import Bill, BillKind, BillSection, BillState
from denghuo.commerce.invoicing import queries, rules
from denghuo.commerce.invoicing.models import (
    BuyerProfile,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    InvoiceState,
    SellerProfile,
)
from denghuo.commerce.invoicing.queries.invoices import INVOICED_KINDS
from denghuo.commerce.invoicing.rules import parameters
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of

SELLER_NAMES = ("name", "credit_code", "address", "phone", "bank", "bank_account", "issuer")
LINES_AT_MOST = 500


class InvoiceCannotBeRequested(Exception):
    """Not an issued bill of an amount above zero, invoiced already, or seller or buyer are incomplete."""


@transaction.atomic
def request(*, bill: Bill, actor: Any, at: datetime) -> Invoice:
    """Ask for the invoice of an issued bill, to the fen of its amount.

    Raises:
        InvoiceCannotBeRequested: see there.
    """
    found = (
        Bill.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account__customer")
        .get(pk=bill.pk)
    )
    invoice = _made(found, actor, at)
    _record_requested([invoice], actor, at)
    return invoice


@dataclass(frozen=True)
class RequestedMany:
    """Bills asked for = invoices + refused, by why."""

    invoices: list[Invoice]
    refused: Counter[str]


@transaction.atomic
def request_many(*, bills: Iterable[Bill], actor: Any, at: datetime) -> RequestedMany:
    """Ask for the invoices of several bills; those that cannot be invoiced are counted with the reason."""
    wanted = sorted({bill.pk for bill in bills})
    rows = (
        Bill.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=wanted)
        .select_related("account__customer")
        .order_by("id")
    )
    invoices: list[Invoice] = []
    refused: Counter[str] = Counter()
    for bill in rows:
        try:
            invoices.append(_made(bill, actor, at))
        except InvoiceCannotBeRequested as error:
            refused[str(error)] += 1
    _record_requested(invoices, actor, at)
    return RequestedMany(invoices, refused)


def _record_requested(invoices: Sequence[Invoice], actor: Any, at: datetime) -> None:
    for invoice in invoices:
        audit.record(
            "invoicing.invoice.requested",
            subject=invoice,
            actor=actor,
            at=at,
            changes={"bill": [None, invoice.bill.number], "total_fen": [None, invoice.total_fen]},
        )


def _made(bill: Bill, actor: Any, at: datetime) -> Invoice:
    if bill.state != BillState.ISSUED or bill.kind not in INVOICED_KINDS or bill.kind == BillKind.REVERSAL:
        raise InvoiceCannotBeRequested(_("Only an issued bill can be invoiced."))
    if bill.total_fen <= 0:
        raise InvoiceCannotBeRequested(_("A bill of nothing, or in the customer's favour, is not invoiced."))
    if Invoice.objects.filter(bill=bill, kind=InvoiceKind.BLUE, state__in=rules.LIVE).exists():
        raise InvoiceCannotBeRequested(_("This bill has an invoice already."))
    seller, buyer = parties(bill)
    sections = list(BillSection.objects.filter(bill=bill).select_related("supply_point").order_by("id"))
    assert bill.issued_at is not None
    figures = parameter_queries.values([parameters.VAT_RATE, parameters.ITEM_NAME], on=day_of(bill.issued_at))
    lines = lines_of(bill, sections, figures[parameters.VAT_RATE.code], figures[parameters.ITEM_NAME.code])
    on = day_of(at)
    invoice = Invoice.objects.create(
        number=next_number(on.strftime("%Y%m")),
        kind=InvoiceKind.BLUE,
        special=buyer.special,
        state=InvoiceState.REQUESTED,
        bill=bill,
        account_id=bill.account_id,
        unit_id=bill.unit_id,
        total_fen=bill.total_fen,
        ex_tax_fen=sum(line.ex_tax_fen for line in lines),
        tax_fen=sum(line.tax_fen for line in lines),
        vat_rate=figures[parameters.VAT_RATE.code],
        quantity_kwh=bill.energy_kwh,
        buyer=json.dumps(buyer.to_dict(), ensure_ascii=False),
        seller=json.dumps({name: getattr(seller, name) for name in SELLER_NAMES}, ensure_ascii=False),
        remarks=queries.remarks_of(bill, sections),
        requested_at=at,
        requested_by=actor,
    )
    for line in lines:
        line.invoice = invoice
    InvoiceLine.objects.bulk_create(lines)
    return invoice


def next_number(month: str) -> str:
    """Our number of a request: FP, the month, a serial."""
    serial = numbering.allocate(f"invoicing.invoice.{month}", 1)[0]
    return f"FP{month}{serial:08d}"


def parties(bill: Bill) -> tuple[SellerProfile, queries.Buyer]:
    """Seller and buyer of a bill.

    Raises:
        InvoiceCannotBeRequested: the bureau has no profile, or an organisation no credit code.
    """
    seller = queries.seller_of(bill.unit_id)
    if seller is None:
        raise InvoiceCannotBeRequested(_("The bureau has not said how it stands on invoices."))
    buyer = queries.buyer_of(bill.account, BuyerProfile.objects.filter(account=bill.account_id).first())
    if buyer.problem:
        raise InvoiceCannotBeRequested(_("The buyer's unified social credit code is missing."))
    return seller, buyer


def lines_of(bill: Bill, sections: Sequence[BillSection], rate: Decimal, name: str) -> list[InvoiceLine]:
    """A line for each supply point, or one where a part is not above zero or there are too many."""
    if 1 < len(sections) <= LINES_AT_MOST and all(section.total_fen > 0 for section in sections):
        parts = [(section.supply_point.number, section.energy_kwh, section.total_fen) for section in sections]
    else:
        number = sections[0].supply_point.number if len(sections) == 1 else ""
        parts = [(number, bill.energy_kwh, bill.total_fen)]
    amounts = rules.split([total for _number, _energy, total in parts], rate)
    return [
        InvoiceLine(
            position=position,
            name=name,
            specification=number,
            quantity=energy,
            unit_price=rules.unit_price(amount.ex_tax_fen, energy),
            ex_tax_fen=amount.ex_tax_fen,
            tax_fen=amount.tax_fen,
        )
        for position, ((number, energy, _total), amount) in enumerate(
            zip(parts, amounts, strict=True), start=1
        )
    ]


def locked(invoice: Invoice) -> Invoice:
    """The invoice as it is now, locked until the transaction ends."""
    return (
        Invoice.objects.select_for_update(of=("self",), no_key=True)
        .select_related("bill__account__customer", "original")
        .get(pk=invoice.pk)
    )


@transaction.atomic
def request_again(*, invoice: Invoice, actor: Any, at: datetime) -> Invoice:
    """Send a rejected invoice once more, with seller and buyer as they stand now (a red one with those of its blue).

    Raises:
        InvoiceCannotBeRequested: it was not rejected, its bill was reversed, or buyer or seller are incomplete.
    """
    found = locked(invoice)
    if found.state != InvoiceState.REJECTED:
        raise InvoiceCannotBeRequested(_("Only a rejected invoice can be asked for again."))
    if (
        found.kind == InvoiceKind.RED
        and Invoice.objects.filter(original=found.original_id, state__in=rules.LIVE).exists()
    ):
        raise InvoiceCannotBeRequested(_("A red-letter invoice for it is under way already."))
    if found.kind == InvoiceKind.BLUE:
        if found.bill.state != BillState.ISSUED:
            raise InvoiceCannotBeRequested(_("Only an issued bill can be invoiced."))
        if (
            Invoice.objects.filter(bill=found.bill, kind=InvoiceKind.BLUE, state__in=rules.LIVE)
            .exclude(pk=found.pk)
            .exists()
        ):
            raise InvoiceCannotBeRequested(_("This bill has an invoice already."))
        seller, buyer = parties(found.bill)
        found.special = buyer.special
        found.buyer = json.dumps(buyer.to_dict(), ensure_ascii=False)
        found.seller = json.dumps({name: getattr(seller, name) for name in SELLER_NAMES}, ensure_ascii=False)
    before, found.state, found.rejection, found.export = found.state, InvoiceState.REQUESTED, "", None
    found.save(update_fields=["state", "rejection", "export", "special", "buyer", "seller"])
    audit.record(
        "invoicing.invoice.requested_again",
        subject=found,
        actor=actor,
        at=at,
        changes={"state": [before, found.state]},
    )
    return found


class InvoiceCannotBeCancelled(Exception):
    """It was sent to the platform or issued, or the red letter is owed because the bill was reversed."""


@transaction.atomic
def cancel(*, invoice: Invoice, reason: str, actor: Any, at: datetime) -> Invoice:
    """Take back a request that the platform has not got, or has rejected.

    Raises:
        InvoiceCannotBeCancelled: see there.
    """
    found = locked(invoice)
    if not reason.strip():
        raise InvoiceCannotBeCancelled(_("Give the reason."))
    if not rules.may_become(found.state, InvoiceState.CANCELLED):
        raise InvoiceCannotBeCancelled(
            _("What the tax platform has got is offset by a red-letter invoice, not cancelled.")
        )
    if found.kind == InvoiceKind.RED and found.bill.state == BillState.CANCELLED:
        raise InvoiceCannotBeCancelled(_("The bill was reversed: its invoice must be offset."))
    before, found.state, found.reason = found.state, InvoiceState.CANCELLED, reason
    found.save(update_fields=["state", "reason"])
    audit.record(
        "invoicing.invoice.cancelled",
        subject=found,
        actor=actor,
        at=at,
        reason=reason,
        changes={"state": [before, found.state]},
    )
    return found
