"""What the tax platform answered: a number, or a rejection."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.billing.models import BillState
from denghuo.commerce.invoicing import rules
from denghuo.commerce.invoicing.models import Invoice, InvoiceKind, InvoiceState
from denghuo.commerce.invoicing.operations.red import bill_was_reversed
from denghuo.commerce.invoicing.operations.requests import locked
from denghuo.foundation.audit import operations as audit

TAX_NUMBER = re.compile(r"[0-9]{20}")


class AnswerRefused(Exception):
    """The answer does not fit the invoice: a wrong state or number, a number in use, a day before the request."""


@transaction.atomic
def record_issued(
    *, invoice: Invoice, tax_number: str, issued_date: date, actor: Any, at: datetime
) -> Invoice:
    """Note the 20-digit number under which the platform issued the invoice. The same answer again changes nothing.

    Raises:
        AnswerRefused: see there.
    """
    found = locked(invoice)
    if found.state in (InvoiceState.ISSUED, InvoiceState.OFFSET) and found.tax_number == tax_number:
        return found
    if not rules.may_become(found.state, InvoiceState.ISSUED):
        raise AnswerRefused(_("This invoice does not wait for an answer."))
    if not TAX_NUMBER.fullmatch(tax_number):
        raise AnswerRefused(_("An invoice number has 20 digits."))
    if Invoice.objects.filter(tax_number=tax_number).exclude(pk=found.pk).exists():
        raise AnswerRefused(_("Another invoice bears this number."))
    before, found.state = found.state, InvoiceState.ISSUED
    found.tax_number, found.issued_date = tax_number, issued_date
    found.save(update_fields=["state", "tax_number", "issued_date"])
    if found.kind == InvoiceKind.RED:
        assert found.original is not None
        Invoice.objects.filter(pk=found.original.pk).update(state=InvoiceState.OFFSET)
    audit.record(
        "invoicing.invoice.issued",
        subject=found,
        actor=actor,
        at=at,
        changes={"state": [before, found.state], "tax_number": [None, tax_number]},
    )
    if found.kind == InvoiceKind.BLUE and found.bill.state == BillState.CANCELLED:
        bill_was_reversed(bill=found.bill, reason=_("The bill was reversed meanwhile."), at=at)
    return found


@transaction.atomic
def record_rejected(*, invoice: Invoice, rejection: str, actor: Any, at: datetime) -> Invoice:
    """Note why the platform refused the invoice; it can be put right and asked for again.

    Raises:
        AnswerRefused: it was not sent, or no reason was given.
    """
    found = locked(invoice)
    if found.state == InvoiceState.REJECTED and found.rejection == rejection:
        return found
    if found.state != InvoiceState.EXPORTED:
        raise AnswerRefused(_("This invoice does not wait for an answer."))
    if not rejection.strip():
        raise AnswerRefused(_("Give the reason."))
    found.state, found.rejection = InvoiceState.REJECTED, rejection[:300]
    found.save(update_fields=["state", "rejection"])
    audit.record(
        "invoicing.invoice.rejected",
        subject=found,
        actor=actor,
        at=at,
        reason=rejection,
        changes={"state": ["exported", found.state]},
    )
    if found.kind == InvoiceKind.BLUE and found.bill.state == BillState.CANCELLED:
        bill_was_reversed(bill=found.bill, reason=_("The bill was reversed meanwhile."), at=at)
        found.refresh_from_db()
    return found
