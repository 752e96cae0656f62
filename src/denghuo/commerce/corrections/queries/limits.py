"""What the law limits: months that lie too far back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from denghuo.commerce.billing.models import Bill, BillState
from denghuo.commerce.corrections.models import Correction, CorrectionState
from denghuo.commerce.corrections.rules.calculators import too_old
from denghuo.commerce.corrections.rules.parameters import BACKBILL_CAP_MONTHS, LIMITATION_YEARS
from denghuo.foundation.parameters import queries as parameters
from denghuo.kernel.periods import Cycle

OPEN = (CorrectionState.DRAFT, CorrectionState.SUBMITTED)


def warnings(correction: Correction, *, on: date) -> list[Any]:
    """What a person must think about before this is carried out; nothing once it is decided."""
    drafted = _drafted_later(correction)
    if correction.state not in OPEN:
        return drafted
    values = parameters.values([LIMITATION_YEARS, BACKBILL_CAP_MONTHS], on=on)
    years, cap = values[LIMITATION_YEARS.code], values[BACKBILL_CAP_MONTHS.code]
    first, last = Cycle.parse(correction.first_cycle), Cycle.parse(correction.last_cycle)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    found = []
    if too_old(first.first, on, years):
        found.append(
            _(
                "Months before the limitation of %(years)s years: what is collected may be refused (civil limitation)."
            )
            % {"years": years}
        )
    if cap and months > cap:
        found.append(
            _("%(months)s months are corrected; the bureau's limit is %(cap)s months.")
            % {"months": months, "cap": cap}
        )
    return [*found, *drafted]


def _drafted_later(correction: Correction) -> list[Any]:
    """A bill that was drafted from the wrong record does not change by itself."""
    if not correction.correct_record or correction.state in (
        CorrectionState.REJECTED,
        CorrectionState.WITHDRAWN,
    ):
        return []
    bills = Bill.objects.filter(
        account=correction.account_id,
        cycle__gt=correction.last_cycle,
        state__in=(BillState.DRAFT, BillState.HELD, BillState.APPROVED),
        created_at__lt=correction.decided_at or correction.drafted_at,
    )
    return [
        _("The bill of %(cycle)s was drafted from the old record: take it back and bill it again.")
        % {"cycle": bill.cycle}
        for bill in bills.order_by("cycle")
    ]
