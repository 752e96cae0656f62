"""Compare a channel's day, keep its differences, close it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.reconciliation import queries, rules
from denghuo.commerce.reconciliation.models import (
    WAITING_STATES,
    ChannelStatement,
    DayReconciliation,
    DayState,
    Difference,
    DifferenceState,
)
from denghuo.commerce.reconciliation.rules import Found
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.kernel.periods import day_of

FILE_BY_HOUR = 10
"""Beijing time at which the file of the day before is overdue."""


class DayCannotBeReconciled(Exception):
    """The day is closed, or its file has rows that cannot be read or does not agree with its own summary."""


class DayCannotBeClosed(Exception):
    """The file is not there, or a difference is not explained."""


@transaction.atomic
def reconcile(
    *, channel: str, day: date, unit_id: str, at: datetime, actor: Staff | None = None
) -> DayReconciliation:
    """Set file, records and ledger of a channel's day against each other and list every difference.

    May be done again until the day is closed: what was explained stays explained while it is the same difference; what
    is no longer there is kept as gone. Without a file the day waits, with our total and the ledger's.

    Raises:
        DayCannotBeReconciled: see there.
    """
    found, _made = DayReconciliation.objects.select_for_update(of=("self",)).get_or_create(
        unit_id=unit_id, channel=channel, day=day
    )
    if found.state == DayState.CLOSED:
        raise DayCannotBeReconciled(_("This day is closed."))
    statement = ChannelStatement.objects.filter(
        unit_id=unit_id, channel=channel, day=day, replaced_at__isnull=True
    ).first()
    if statement is not None and not statement.sound:
        raise DayCannotBeReconciled(
            _(
                "The file has rows that cannot be read, or does not agree with its own summary; get a better one."
            )
        )
    books = queries.books(channel, day, unit_id)
    if statement is None:
        _waits(found, books)
        return found
    comparison = _compared(statement, books, channel, day, unit_id)
    _keep_differences(found, comparison.differences, at)
    found.statement = statement
    found.file_total_fen, found.our_total_fen = comparison.file_fen, comparison.our_fen
    found.ledger_total_fen = comparison.ledger_fen
    found.difference_fen = comparison.file_fen - comparison.our_fen
    found.ledger_difference_fen = comparison.ledger_fen - comparison.our_fen
    found.file_count, found.our_count = statement.lines_count, len(books.told)
    found.matched_count = comparison.matched
    found.reconciled_at, found.overdue_at = at, None
    settle_state(found)
    found.save()
    audit.record(
        "reconciliation.day.compared",
        subject=found,
        actor=actor,
        at=at,
        changes={"matched": [None, found.matched_count], "open": [None, found.open_count]},
    )
    return found


def _waits(found: DayReconciliation, books: queries.Books) -> None:
    found.our_total_fen = sum(told.amount_fen for told in books.told)
    found.our_count = len(books.told)
    found.ledger_total_fen = found.our_total_fen
    found.save()


def _compared(
    statement: ChannelStatement, books: queries.Books, channel: str, day: date, scope: str
) -> rules.Comparison:
    lines = queries.file_lines(statement)
    here = {told.key for told in books.told}
    there = {line.key for line in lines}
    only_there = [external for kind, external in there - here]
    only_here = [external for kind, external in here - there]
    refunds = [line.parent for line in lines if line.parent]
    comparison = rules.compare(
        lines,
        books.told,
        file_elsewhere=queries.file_elsewhere(channel, scope, only_here, but=day),
        ours_elsewhere=queries.ours_elsewhere(channel, scope, only_there, but=day),
        our_payments=queries.known_payments(channel, scope, refunds) if refunds else (),
        loose_entries=books.loose,
    )
    assert comparison.holds
    return comparison


def _identity(row: Difference | Found) -> tuple[bool, str, str, int]:
    return row.kind == rules.Kind.LEDGER, row.record, row.external_id, row.serial


def _keep_differences(found: DayReconciliation, differences: Sequence[Found], at: datetime) -> None:
    """Bring the list in step: new ones are added, known ones keep what was said of them, vanished ones are gone."""
    known = {_identity(row): row for row in found.differences.exclude(state=DifferenceState.GONE)}
    resolved = _resolved_elsewhere(found, [item for item in differences if item.kind == rules.Kind.DAY_CUT])
    for item in differences:
        row = known.pop(_identity(item), None)
        alone = rules.explains_itself(item, found.day, resolved_there=item.external_id in resolved)
        if row is None:
            row = Difference(
                reconciliation=found, record=item.record, external_id=item.external_id, found_at=at
            )
            row.serial = item.serial
        before = (row.file_fen, row.our_fen, row.ledger_fen)
        row.kind, row.other_day = item.kind.value, item.other_day
        row.file_fen, row.our_fen, row.ledger_fen = item.file_fen, item.our_fen, item.ledger_fen
        if alone and row.state in WAITING_STATES:
            row.state, row.automatic, row.explained_at = DifferenceState.EXPLAINED, True, at
        elif row.pk and row.state == DifferenceState.EXPLAINED and not alone and _stale(row, before):
            row.state, row.automatic, row.explained_at = DifferenceState.OPEN, False, None
        row.save()
    for row in known.values():
        row.state = DifferenceState.GONE
        row.save(update_fields=["state"])


def _stale(row: Difference, before: tuple[int, int, int]) -> bool:
    return row.automatic or before != (row.file_fen, row.our_fen, row.ledger_fen)


def _resolved_elsewhere(found: DayReconciliation, shifted: Sequence[Found]) -> set[str]:
    """Transactions that a resolved difference of another day explains: they were booked late on purpose."""
    ids = [item.external_id for item in shifted]
    if not ids:
        return set()
    rows = Difference.objects.filter(
        reconciliation__channel=found.channel,
        reconciliation__unit_id=found.unit_id,
        external_id__in=ids,
        state=DifferenceState.RESOLVED,
    )
    return set(rows.values_list("external_id", flat=True))


def settle_state(found: DayReconciliation) -> None:
    """Count what is open and say whether the day may be closed; the caller saves."""
    found.open_count = found.differences.filter(state__in=WAITING_STATES).count()
    found.state = DayState.OPEN if found.open_count else DayState.EXPLAINED


@transaction.atomic
def close_day(*, found: DayReconciliation, at: datetime, actor: Staff) -> DayReconciliation:
    """The day is done: every difference is explained or resolved. It is compared once more first.

    Raises:
        DayCannotBeClosed: the file is not there or a difference is open.
        DayCannotBeReconciled: it is closed already.
    """
    day = reconcile(channel=found.channel, day=found.day, unit_id=found.unit_id, at=at, actor=actor)
    if day.statement is None:
        raise DayCannotBeClosed(_("The file of this day is not there."))
    if day.open_count:
        raise DayCannotBeClosed(_("A difference is not explained yet."))
    day.state, day.closed_at, day.closed_by = DayState.CLOSED, at, actor
    day.save(update_fields=["state", "closed_at", "closed_by"])
    audit.record("reconciliation.day.closed", subject=day, actor=actor, at=at)
    return day


def reconcile_due(*, at: datetime, days: int = 7) -> int:
    """Compare what is there of the last ``days`` days and mark what is overdue; returns how many days are overdue.

    A file is overdue when it is not there by ten o'clock of the next day and we booked something.
    """
    today, overdue = day_of(at), 0
    for unit in OrganisationUnit.objects.filter(parent__isnull=True):
        for day in (today - timedelta(days=back) for back in range(1, days + 1)):
            live = set(
                ChannelStatement.objects.filter(unit=unit, day=day, replaced_at__isnull=True).values_list(
                    "channel", flat=True
                )
            )
            closed = set(
                DayReconciliation.objects.filter(unit=unit, day=day, state=DayState.CLOSED).values_list(
                    "channel", flat=True
                )
            )
            for channel in sorted((live | queries.busy_channels(day, unit.pk)) - closed):
                overdue += _reconcile_or_mark(channel, day, unit.pk, at)
    return overdue


def _reconcile_or_mark(channel: str, day: date, unit_id: str, at: datetime) -> int:
    try:
        found = reconcile(channel=channel, day=day, unit_id=unit_id, at=at)
    except DayCannotBeReconciled:
        found = DayReconciliation.objects.filter(unit_id=unit_id, channel=channel, day=day).first() or (
            DayReconciliation.objects.create(unit_id=unit_id, channel=channel, day=day)
        )
    if found.statement is None and found.overdue_at is None:
        found.overdue_at = at
        found.save(update_fields=["overdue_at"])
    return int(found.statement is None)
