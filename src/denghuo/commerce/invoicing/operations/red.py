"""Red-letter invoices (红字发票): raised by hand or by a reversed bill, confirmed, then sent like any other."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.billing.models import Bill
from denghuo.commerce.invoicing import rules
from denghuo.commerce.invoicing.models import Invoice, InvoiceKind, InvoiceLine, InvoiceState
from denghuo.commerce.invoicing.operations.requests import locked, next_number
from denghuo.foundation.audit import operations as audit
from denghuo.kernel.periods import day_of


class RedLetterRefused(Exception):
    """Not an issued blue invoice, no reason, a red letter is under way already, or a wrong confirmation number."""


@transaction.atomic
def raise_red(*, invoice: Invoice, reason: str, actor: Any, at: datetime) -> Invoice:
    """Ask to offset an issued invoice in full; it waits for its red-letter confirmation (红字确认单).

    Raises:
        RedLetterRefused: see there.
    """
    found = locked(invoice)
    if found.kind != InvoiceKind.BLUE or found.state != InvoiceState.ISSUED:
        raise RedLetterRefused(_("Only an issued invoice can be offset."))
    if not reason.strip():
        raise RedLetterRefused(_("Give the reason."))
    if Invoice.objects.filter(original=found, state__in=rules.LIVE).exists():
        raise RedLetterRefused(_("A red-letter invoice for it is under way already."))
    red = Invoice.objects.create(
        number=next_number(f"{day_of(at):%Y%m}"),
        kind=InvoiceKind.RED,
        special=found.special,
        state=InvoiceState.CONFIRMATION,
        bill_id=found.bill_id,
        account_id=found.account_id,
        unit_id=found.unit_id,
        original=found,
        total_fen=-found.total_fen,
        ex_tax_fen=-found.ex_tax_fen,
        tax_fen=-found.tax_fen,
        vat_rate=found.vat_rate,
        quantity_kwh=-found.quantity_kwh,
        buyer=found.buyer,
        seller=found.seller,
        remarks=f"被红冲蓝字数电发票号码：{found.tax_number}；{found.remarks}"[:600],
        reason=reason,
        requested_at=at,
        requested_by=actor,
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=red,
            position=line.position,
            name=line.name,
            specification=line.specification,
            quantity=-line.quantity,
            unit_price=line.unit_price,
            ex_tax_fen=-line.ex_tax_fen,
            tax_fen=-line.tax_fen,
        )
        for line in found.lines.all()
    )
    audit.record(
        "invoicing.red.raised",
        subject=red,
        actor=actor,
        at=at,
        reason=reason,
        changes={"original": [None, found.tax_number], "total_fen": [None, red.total_fen]},
    )
    return red


@transaction.atomic
def confirm_red(*, invoice: Invoice, confirmation_number: str, actor: Any, at: datetime) -> Invoice:
    """Note the number of the red-letter confirmation that the platform gave; the red invoice can then be sent.

    Raises:
        RedLetterRefused: it does not wait for one, or the number is not 20 digits.
    """
    found = locked(invoice)
    number = confirmation_number.strip()
    if found.kind != InvoiceKind.RED or found.state != InvoiceState.CONFIRMATION:
        raise RedLetterRefused(_("This invoice does not wait for a confirmation."))
    if not re.fullmatch(r"[0-9]{20}", number):
        raise RedLetterRefused(_("The number of a red-letter confirmation has 20 digits."))
    found.state, found.confirmation_number = InvoiceState.REQUESTED, number
    found.save(update_fields=["state", "confirmation_number"])
    audit.record(
        "invoicing.red.confirmed",
        subject=found,
        actor=actor,
        at=at,
        changes={"confirmation_number": ["", number]},
    )
    return found


@transaction.atomic
def bill_was_reversed(*, bill: Bill, reason: str, at: datetime) -> None:
    """What a reversed bill means for its invoice: not sent yet, it is cancelled; issued, a red letter is raised.

    One that the platform has got waits for the answer, which then does the same. Safe to call again.
    """
    invoices = Invoice.objects.select_for_update(of=("self",), no_key=True).filter(
        bill=bill, kind=InvoiceKind.BLUE
    )
    for invoice in invoices.order_by("id"):
        if invoice.state in (InvoiceState.REQUESTED, InvoiceState.REJECTED):
            before, invoice.state, invoice.reason = invoice.state, InvoiceState.CANCELLED, reason
            invoice.save(update_fields=["state", "reason"])
            audit.record(
                "invoicing.invoice.cancelled",
                subject=invoice,
                at=at,
                reason=reason,
                changes={"state": [before, invoice.state]},
            )
        elif (
            invoice.state == InvoiceState.ISSUED
            and not Invoice.objects.filter(original=invoice).exclude(state=InvoiceState.CANCELLED).exists()
        ):
            raise_red(invoice=invoice, reason=reason, actor=None, at=at)
