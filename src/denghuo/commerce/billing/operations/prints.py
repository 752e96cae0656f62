"""Printing the issued bills of a reading route: a long run that sets some bills a chunk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from denghuo.commerce.billing.models import Bill, BillState, PrintBatch, PrintPart
from denghuo.commerce.billing.queries.document import bill_document
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.documents import pdf
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.jobs import operations as jobs
from denghuo.foundation.jobs.rules import ChunkSpec
from denghuo.kernel.periods import Cycle

PRINT_KIND = "billing.print"
PART_BILLS = 50


class NothingToPrint(Exception):
    """The route has no issued bill in the cycle."""


@transaction.atomic
def print_route(*, cycle: Cycle, route_code: str, actor: Staff, at: datetime) -> PrintBatch:
    """Queue the PDFs of every issued bill of a route, in the order of its stops.

    Raises:
        NothingToPrint: no issued bill there.
    """
    rows = (
        Bill.objects.filter(
            cycle=str(cycle),
            state=BillState.ISSUED,
            unit__code__startswith=actor.scope,
            sections__supply_point__metering_points__route_stop__route__code=route_code,
        )
        .exclude(kind="reversal")
        .order_by("sections__supply_point__metering_points__route_stop__position", "id")
        .values_list("id", flat=True)
    )
    ids = list(dict.fromkeys(rows))
    if not ids:
        raise NothingToPrint(
            _("Route %(route)s has no issued bill in %(cycle)s.") % {"route": route_code, "cycle": cycle}
        )
    chunks = [
        ChunkSpec(
            {"part": start // PART_BILLS + 1, "bills": ids[start : start + PART_BILLS]},
            len(ids[start : start + PART_BILLS]),
        )
        for start in range(0, len(ids), PART_BILLS)
    ]
    run = jobs.start(
        kind=PRINT_KIND,
        title=_("Bills of route %(route)s, %(cycle)s") % {"route": route_code, "cycle": cycle},
        parameters={"cycle": str(cycle), "route": route_code},
        chunks=chunks,
        actor=actor,
        unit_id=actor.unit_id,
        at=at,
    )
    batch = PrintBatch.objects.create(
        long_run=run,
        cycle=str(cycle),
        route=route_code,
        bills=len(ids),
        unit_id=actor.unit_id,
        created_at=at,
        created_by=actor,
    )
    audit.record("billing.print.started", subject=batch, actor=actor, at=at, unit_id=actor.unit_id)
    return batch


def set_part(*, batch: PrintBatch, number: int, bill_ids: Sequence[int], at: datetime) -> None:
    """Set one part of a print. Bills are printed in Chinese, whatever language the clerk reads."""
    found = {
        bill.pk: bill
        for bill in Bill.objects.filter(pk__in=bill_ids).select_related(
            "account__customer", "unit", "archive", "reverses"
        )
    }
    with override("zh-hans"):
        body = pdf.render(
            "billing/bill.typ", {"bills": bill_document([found[pk] for pk in bill_ids])}, created_at=at
        )
    PrintPart.objects.create(batch=batch, number=number, bills=len(bill_ids), pdf=body)
