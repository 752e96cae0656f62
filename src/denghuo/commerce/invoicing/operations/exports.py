"""Put waiting requests into a file for the tax platform."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.invoicing.models import Invoice, InvoiceExport, InvoiceState
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.numbering import operations as numbering
from denghuo.kernel.periods import day_of

INVOICES_AT_MOST = 10_000


class NothingToExport(Exception):
    """No request waits."""


@transaction.atomic
def export(*, unit_id: str, actor: Any, at: datetime) -> InvoiceExport:
    """Put every waiting request of the units below ``unit_id`` into one file (at most 10,000, oldest first).

    Raises:
        NothingToExport: no request waits.
    """
    waiting = list(
        Invoice.objects.select_for_update(of=("self",), no_key=True)
        .filter(state=InvoiceState.REQUESTED, unit__code__startswith=unit_id)
        .order_by("id")[:INVOICES_AT_MOST]
    )
    if not waiting:
        raise NothingToExport(_("No invoice waits to be sent."))
    on = day_of(at)
    serial = numbering.allocate(f"invoicing.export.{on:%Y%m%d}", 1)[0]
    made = InvoiceExport.objects.create(
        number=f"KP{on:%Y%m%d}{serial:03d}",
        unit_id=unit_id,
        invoices=len(waiting),
        total_fen=sum(invoice.total_fen for invoice in waiting),
        created_at=at,
        created_by=actor,
    )
    Invoice.objects.filter(pk__in=[invoice.pk for invoice in waiting]).update(
        state=InvoiceState.EXPORTED, export=made
    )
    audit.record(
        "invoicing.export.made",
        subject=made,
        actor=actor,
        at=at,
        unit_id=unit_id,
        changes={"invoices": [None, made.invoices], "total_fen": [None, made.total_fen]},
    )
    return made
