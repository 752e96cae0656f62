"""Every print of a receipt is counted: after the first it is a copy (副本), and the trail says who made it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from denghuo.commerce.payments.models import Basket, Payment, ReceiptPrint
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff

FORMS = ("80mm", "a4")


@transaction.atomic
def print_receipt(
    *, form: str, at: datetime, actor: Staff, basket: Basket | None = None, payment: Payment | None = None
) -> ReceiptPrint:
    """Note that the receipt of a basket, or of a payment that came without one, is printed; copy 1 is the receipt itself.

    Raises:
        ValueError: not one of the two, or an unknown paper.
    """
    if (basket is None) == (payment is None) or form not in FORMS:
        raise ValueError(f"a receipt is of a basket or a payment, on paper of {FORMS}")
    subject: Basket | Payment
    if basket is not None:
        subject = Basket.objects.select_for_update(no_key=True).get(pk=basket.pk)
    else:
        assert payment is not None
        subject = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    last = ReceiptPrint.objects.filter(basket=basket, payment=payment).aggregate(last=Max("copy"))["last"]
    made = ReceiptPrint.objects.create(
        basket=basket,
        payment=payment,
        form=form,
        copy=(last or 0) + 1,
        printed_at=at,
        printed_by=actor,
    )
    audit.record(
        "payments.receipt.printed" if made.copy == 1 else "payments.receipt.reprinted",
        subject=subject,
        actor=actor,
        at=at,
        changes={"copy": [last, made.copy], "form": [None, form]},
    )
    return made
