"""Cancel the issued bills of one account and write bills from given inputs in their place, in one transaction.

The corrections room decides which inputs are right; this verb knows how bills are cancelled, written, issued and booked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa
from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.billing import events, frames, rules
from denghuo.commerce.billing.models import Bill, BillingRun, BillKind, BillState, RunItem
from denghuo.commerce.billing.operations import chunk
from denghuo.commerce.billing.operations.booking import book_issued, book_reversed
from denghuo.commerce.billing.operations.reversal import BillCannotBeReversed, announce_reversed, negate
from denghuo.engine.tables.pricing import CaseTables
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import Cycle
from denghuo.records.customers.models import Account


@dataclass(frozen=True)
class CorrectedMonth:
    """The issued bills of one cycle of an account, and the inputs that they should have been priced from.

    ``tables`` hold every supply point of these bills; ``books`` are the versions and days to price with.
    """

    cycle: Cycle
    bills: Sequence[Bill]
    tables: CaseTables
    books: frames.Books


@dataclass(frozen=True)
class RebilledMonth:
    """What became of a month: (bill, its reversal) pairs and the new issued bills."""

    cycle: Cycle
    cancelled: list[tuple[Bill, Bill]]
    bills: list[Bill]


class CannotBePriced(Exception):
    """The engine refuses the given inputs; nothing was changed."""


@transaction.atomic
def rebill(
    *,
    account: Account,
    months: Sequence[CorrectedMonth],
    reason: str,
    asked_by: Staff | None,
    actor: Staff | None,
    at: datetime,
    due_date: date,
    meanwhile: Callable[[], None] | None = None,
    runs: Mapping[str, BillingRun] | None = None,
) -> list[RebilledMonth]:
    """Reverse the bills of ``months``, oldest first, then issue the bills that the corrected inputs give.

    What was paid becomes prepayment and pays the new bills; late fees of the old ones are taken back. ``meanwhile`` is
    called when the old bills are gone and the new ones not yet written: records are put right there. ``runs``: runs by
    cycle that the new bills belong to; without one each month gets a run of its own.

    Raises:
        BillCannotBeReversed: a bill is not issued any more, or others of its cycle are missing.
        CannotBePriced: the engine refuses the inputs.
    """
    ordered = sorted(months, key=lambda month: month.cycle)
    units = chunk._lock([account.pk])
    ids = [bill.pk for month in ordered for bill in month.bills]
    bills = {bill.pk: bill for bill in Bill.objects.select_for_update().filter(pk__in=ids)}
    if any(bills[pk].state != BillState.ISSUED for pk in ids):
        raise BillCannotBeReversed(_("A bill of these months has been cancelled in the meantime."))
    cancelled = {
        str(month.cycle): [
            (bills[bill.pk], negate(bills[bill.pk], reason, at, due_date)) for bill in month.bills
        ]
        for month in ordered
    }
    pairs = [pair for month in ordered for pair in cancelled[str(month.cycle)]]
    book_reversed(bills=pairs, reason=reason, at=at, actor=actor)
    if meanwhile is not None:
        meanwhile()
    done: list[RebilledMonth] = []
    issued: list[tuple[BillingRun, list[Bill]]] = []
    for month in ordered:
        run = _free(runs, account, month.cycle) or _run(account, month.cycle, at, asked_by)
        made = _write(run, month, account, units, reason, at, cancelled[str(month.cycle)])
        _issue(run, made, at, due_date, actor)
        issued.append((run, made))
        done.append(RebilledMonth(month.cycle, cancelled[str(month.cycle)], made))
    announce_reversed(pairs, reason=reason, at=at, actor=actor)
    for run, made in issued:
        _announce_issued(run, made, at, due_date, actor)
    return done


def _free(runs: Mapping[str, BillingRun] | None, account: Account, cycle: Cycle) -> BillingRun | None:
    """The given run of the cycle, unless it has billed the account already."""
    run = runs[str(cycle)] if runs is not None else None
    if run is None or RunItem.objects.filter(run=run, account=account).exists():
        return None
    return run


def _run(account: Account, cycle: Cycle, at: datetime, asked_by: Staff | None) -> BillingRun:
    return BillingRun.objects.create(
        cycle=str(cycle),
        scope=rules.Scope("account", (account.number,)).to_json(),
        accounts=1,
        unit_id=account.unit_id,
        created_at=at,
        created_by=asked_by,
    )


def _write(
    run: BillingRun,
    month: CorrectedMonth,
    account: Account,
    units: dict[int, str],
    reason: str,
    at: datetime,
    cancelled: Sequence[tuple[Bill, Bill]],
) -> list[Bill]:
    """The new bills as drafts."""
    tables = month.tables
    priced = frames.price_cases(tables, month.books)
    if priced.exceptions.num_rows:
        codes = sorted(set(priced.exceptions["code"].to_pylist()))
        raise CannotBePriced(
            _("%(cycle)s cannot be priced: %(codes)s.") % {"cycle": month.cycle, "codes": ", ".join(codes)}
        )
    edges = [tables.cases[name].cast(pa.int32()).to_pylist() for name in ("period_start", "period_end")]
    periods = dict(zip(tables.case_ids, zip(*edges, strict=True), strict=True))
    final = any(bill.kind == BillKind.FINAL for bill, _negative in cancelled)
    given = frames.ChunkInput(
        tables=tables,
        terms=_terms(tables),
        periods=periods,
        case_account=dict.fromkeys(tables.case_ids, account.pk),
        final=set(tables.case_ids) if final else set(),
        problems={},
    )
    rows = frames.bill_rows(priced, given.case_account, periods)
    made = chunk.Priced(given, tables, priced, rows, month.books, [])
    outcome = chunk.Outcome(run, month.cycle, units, at, accounts=[account.pk], counters=Counter())
    chunk._write_bills(outcome, made)
    chunk._write_items(outcome, made)
    new = Bill.objects.filter(run=run, account=account, state=BillState.DRAFT)
    new.update(reason=reason)
    for bill, _negative in cancelled:
        if bill.kind == BillKind.FEED_IN:
            new.filter(kind=BillKind.FEED_IN).update(replaces=bill)
    return list(new.order_by("id"))


def _terms(tables: CaseTables) -> dict[int, frames.Terms]:
    """The terms of each case at the end of its period, as far as a bill shows them."""
    book_of = dict(zip(tables.case_ids, tables.cases["book"].to_pylist(), strict=True))
    found: dict[int, frames.Terms] = {}
    rows = sorted(tables.terms.to_pylist(), key=lambda row: (row["case_id"], row["start"]))
    for row in rows:
        found[row["case_id"]] = frames.Terms(
            book=book_of[row["case_id"]],
            tariff=row["tariff"],
            customer_class="",
            capacity=row["capacity"],
            two_part=row["billing_mode"] != "single",
            kept_single_part=False,
        )
    return found


def _issue(run: BillingRun, bills: Sequence[Bill], at: datetime, due_date: date, actor: Staff | None) -> None:
    """Two persons have decided already, so the drafts are approved and issued at once."""
    mine = Bill.objects.filter(pk__in=[bill.pk for bill in bills])
    mine.update(state=BillState.APPROVED, approved_at=at)
    mine.update(state=BillState.ISSUED, issued_at=at, due_date=due_date)
    first, last = bills[0].pk, bills[-1].pk
    book_issued(run=run, first=first, last=last, at=at, actor=actor)
    for bill in bills:
        bill.refresh_from_db()


def _announce_issued(
    run: BillingRun, bills: Sequence[Bill], at: datetime, due_date: date, actor: Staff | None
) -> None:
    first, last = bills[0].pk, bills[-1].pk
    total = sum(bill.total_fen for bill in bills)
    audit.record(
        "billing.bills.issued",
        subject=run,
        actor=actor,
        at=at,
        changes={
            "bills": [None, len(bills)],
            "total_fen": [None, total],
            "bill_ids": [None, f"{first}-{last}"],
            "due_date": [None, due_date.isoformat()],
        },
    )
    outbox.publish(
        events.BillsIssued(
            run_id=run.pk,
            cycle=run.cycle,
            first_bill_id=first,
            last_bill_id=last,
            bills=len(bills),
            total_fen=total,
            issued_at=at,
        )
    )
