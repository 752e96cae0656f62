"""Closing a month (结账): from then on the database refuses postings into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from denghuo.commerce.ledger import queries
from denghuo.commerce.ledger.models import ClosedPeriod, Posting
from denghuo.commerce.ledger.queries.periods import posted
from denghuo.foundation.audit import operations as audit
from denghuo.kernel.periods import Cycle, day_of

Check = Callable[[], Iterable[str]]
_checks: list[Check] = [queries.inconsistencies]


def examine_before_closing(check: Check) -> None:
    """Let an upper room refuse the closing: no month is closed while ``check()`` finds anything."""
    if check not in _checks:
        _checks.append(check)


class PeriodCannotBeClosed(Exception):
    """The month has not ended, an earlier one is open, it is closed, or the books do not agree."""


@transaction.atomic
def close_period(*, month: Cycle, actor: Any, at: datetime) -> ClosedPeriod:
    """Close the books of a month for good; corrections go into an open month.

    Raises:
        PeriodCannotBeClosed: see there.
    """
    if (
        connection.vendor == "postgresql"
    ):  # a posting under way is finished first, a later one sees the closing
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE ledger_posting IN SHARE ROW EXCLUSIVE MODE")
    if ClosedPeriod.objects.filter(month=str(month)).exists():
        raise PeriodCannotBeClosed(_("The books of %(month)s are closed.") % {"month": month})
    if month.period.end > day_of(at):
        raise PeriodCannotBeClosed(_("%(month)s has not ended yet.") % {"month": month})
    before = month.shifted(-1)
    earlier = Posting.objects.filter(posting_date__lt=month.first)
    if earlier.exists() and not ClosedPeriod.objects.filter(month=str(before)).exists():
        raise PeriodCannotBeClosed(
            _("Close %(month)s first: months are closed in order.")
            % {"month": queries.closable_month(on=day_of(at)) or before}
        )
    for check in _checks:
        for problem in check():
            raise PeriodCannotBeClosed(
                _("The books do not agree, so nothing is closed: %(problem)s") % {"problem": problem}
            )
    _count, debits_fen = posted(month)
    closing = ClosedPeriod.objects.create(
        month=str(month), closed_at=at, closed_by=actor, debits_fen=debits_fen
    )
    audit.record(
        "ledger.period.closed",
        subject=closing,
        actor=actor,
        at=at,
        changes={"month": [None, str(month)], "debits_fen": [None, debits_fen]},
    )
    return closing
