"""What the law limits: months that lie too far back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from denghuo.commerce.corrections.models import Correction, CorrectionState
from denghuo.commerce.corrections.rules.calculators import too_old
from denghuo.commerce.corrections.rules.parameters import BACKBILL_CAP_MONTHS, LIMITATION_YEARS
from denghuo.foundation.parameters import queries as parameters
from denghuo.kernel.periods import Cycle

OPEN = (CorrectionState.DRAFT, CorrectionState.SUBMITTED)


def warnings(correction: Correction, *, on: date) -> list[Any]:
    """What a person must think about before this is carried out; nothing once it is decided."""
    if correction.state not in OPEN:
        return []
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
    return found
