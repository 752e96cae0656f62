"""Long runs of billing: the chunks of a run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from denghuo.commerce.billing import operations
from denghuo.commerce.billing.models import BillingRun, PrintBatch
from denghuo.foundation.jobs import rules as jobs
from denghuo.foundation.jobs.models import LongRun


@jobs.chunk_worker(
    operations.RUN_KIND,
    label=_("Billing run"),
    counters={
        "billed": _("Billed"),
        "skipped": _("Skipped"),
        "parked": _("Parked"),
        "bills": _("Bills"),
        "held": _("Held for checking"),
        "exceptions": _("Exceptions"),
        "lines": _("Bill lines"),
        "total_fen": _("Amount (yuan)"),
    },
)
def bill_chunk(run: LongRun, payload: dict[str, Any], at: datetime) -> dict[str, int]:
    """Bill the accounts of one chunk; see ``operations.bill_accounts``."""
    return operations.bill_accounts(
        run=BillingRun.objects.get(long_run=run), account_ids=payload["accounts"], at=at
    )


@jobs.chunk_worker(operations.PRINT_KIND, label=_("Print bills"), counters={"bills": _("Bills")})
def print_chunk(run: LongRun, payload: dict[str, Any], at: datetime) -> dict[str, int]:
    """Set the PDFs of one chunk of bills."""
    batch = PrintBatch.objects.get(long_run=run)
    operations.set_part(batch=batch, number=payload["part"], bill_ids=payload["bills"], at=at)
    return {"bills": len(payload["bills"])}
