"""What must always be true of invoices; ``denghuo doctor`` asks any time."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from denghuo.commerce.billing.events import BillReversed
from denghuo.commerce.invoicing.models import Invoice, InvoiceLine
from denghuo.foundation.database.fields import MoneyField
from denghuo.foundation.outbox.models import Delivery


def _sum(column: str) -> Coalesce:
    rows = InvoiceLine.objects.filter(invoice_id=OuterRef("pk")).order_by().values("invoice_id")
    return Coalesce(Subquery(rows.annotate(s=Sum(column)).values("s"), output_field=MoneyField()), 0)


def inconsistencies() -> Iterator[str]:
    """One sentence for each broken promise; nothing when all is well."""
    rows = Invoice.objects.annotate(lines_fen=_sum("ex_tax_fen"), lines_tax_fen=_sum("tax_fen"))
    wrong = rows.exclude(lines_fen=F("ex_tax_fen"), lines_tax_fen=F("tax_fen"))
    for invoice in wrong.order_by("id")[:100]:
        yield (
            f"invoice {invoice.number}: its lines add up to {invoice.lines_fen} + {invoice.lines_tax_fen} fen, "
            f"it says {invoice.ex_tax_fen} + {invoice.tax_fen}"
        )
    for blue in Invoice.objects.filter(kind="blue").exclude(total_fen=F("bill__total_fen"))[:100]:
        yield f"invoice {blue.number} is not the amount of its bill"
    reds = Invoice.objects.filter(kind="red").exclude(
        total_fen=-F("original__total_fen"), tax_fen=-F("original__tax_fen")
    )
    for red in reds[:100]:
        yield f"red-letter invoice {red.number} does not negate the one it offsets"
    if Delivery.objects.filter(
        message__name=BillReversed.name, handler__contains="invoicing", done_at__isnull=True
    ).exists():
        return  # a reversal has not been heard of yet
    unanswered = Invoice.objects.filter(kind="blue", state="issued", bill__state="cancelled").exclude(
        red_invoices__state__in=("confirmation", "requested", "exported", "rejected", "issued")
    )
    for standing in unanswered[:100]:
        yield f"invoice {standing.number} stands although its bill was reversed, and no red letter is under way"
