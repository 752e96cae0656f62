"""Start a billing run; approve what it drafted (another person); issue what was approved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Max, Min, Sum
from django.utils.translation import gettext as _

from denghuo.commerce.billing import events, queries, rules
from denghuo.commerce.billing.models import Bill, BillingException, BillingRun, BillState
from denghuo.commerce.billing.operations.booking import book_issued
from denghuo.commerce.billing.operations.chunk import bill_accounts
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.jobs import operations as jobs
from denghuo.foundation.jobs.models import RunState
from denghuo.foundation.jobs.rules import ChunkSpec
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import Cycle
from denghuo.records.customers.models import Account

RUN_KIND = "billing.run"
CHUNK_ACCOUNTS = 5_000
SLICE_BILLS = 5_000


class NothingInScope(Exception):
    """The scope holds no account that is due in the cycle."""


@transaction.atomic
def start_run(
    *,
    cycle: Cycle,
    scope: rules.Scope,
    actor: Staff | None,
    at: datetime,
    dry_run: bool = False,
    chunk_accounts: int = CHUNK_ACCOUNTS,
    visible: str | None = None,
    unit_id: str | None = None,
) -> BillingRun:
    """Queue a run over every due account of ``scope`` that the actor may see.

    Without an actor (command line) ``visible`` and ``unit_id`` say what is seen and whose run it is.

    Raises:
        ScopeInvalid: the scope names something that does not exist there.
        NothingInScope: no account is due.
    """
    seen = actor.scope if visible is None and actor else visible or ""
    owner = unit_id or (actor.unit_id if actor else "")
    accounts = list(queries.accounts_in_scope(cycle, scope, visible=seen).values_list("id", flat=True))
    if not accounts:
        raise NothingInScope(_("No account in this scope is due in %(cycle)s.") % {"cycle": cycle})
    chunks = [
        ChunkSpec(
            {"accounts": accounts[first : first + chunk_accounts]},
            len(accounts[first : first + chunk_accounts]),
        )
        for first in range(0, len(accounts), chunk_accounts)
    ]
    title = _("Trial billing %(cycle)s") if dry_run else _("Billing %(cycle)s")
    long_run = jobs.start(
        kind=RUN_KIND,
        title=f"{title % {'cycle': cycle}} {scope}".strip(),
        parameters={"cycle": str(cycle), "scope": str(scope), "dry_run": dry_run},
        chunks=chunks,
        actor=actor,
        unit_id=owner,
        at=at,
    )
    run = BillingRun.objects.create(
        long_run=long_run,
        cycle=str(cycle),
        scope=scope.to_json(),
        accounts=len(accounts),
        dry_run=dry_run,
        unit_id=owner,
        created_at=at,
        created_by=actor,
    )
    audit.record(
        "billing.run.started",
        subject=run,
        actor=actor,
        at=at,
        unit_id=owner,
        changes={"scope": [None, str(scope)], "accounts": [None, len(accounts)], "dry_run": [None, dry_run]},
    )
    return run


@transaction.atomic
def bill_at_once(*, account: Account, cycle: Cycle, actor: Staff, at: datetime) -> BillingRun:
    """Bill one account now, outside the month's run (a final bill); a second person approves it as any other run."""
    run = BillingRun.objects.create(
        cycle=str(cycle),
        scope=rules.Scope("account", (account.number,)).to_json(),
        accounts=1,
        unit_id=account.unit_id,
        created_at=at,
        created_by=actor,
    )
    bill_accounts(run=run, account_ids=[account.pk], at=at)
    audit.record(
        "billing.run.started",
        subject=run,
        actor=actor,
        at=at,
        unit_id=account.unit_id,
        changes={"scope": [None, f"account:{account.number}"], "accounts": [None, 1]},
    )
    return run


class RunCannotBeApproved(Exception):
    """The run is not at an end, has nothing to approve, or was started by the same person."""


@transaction.atomic
def approve(*, run: BillingRun, actor: Staff, at: datetime) -> int:
    """Approve every drafted bill of a run; held bills stay behind. Returns how many.

    Raises:
        RunCannotBeApproved: a dry run, still working, nothing drafted, or the actor started it.
    """
    if run.dry_run:
        raise RunCannotBeApproved(_("A trial run has no bills to approve."))
    if run.created_by_id == actor.pk:
        raise RunCannotBeApproved(_("Another person must approve: you started this run."))
    if run.long_run is not None and run.long_run.finished_at is None:
        raise RunCannotBeApproved(_("The run is still working."))
    count, amount_fen = queries.approvable(run)
    changed = Bill.objects.filter(run=run, state=BillState.DRAFT).update(
        state=BillState.APPROVED, approved_at=at
    )
    if not changed:
        raise RunCannotBeApproved(_("There is no drafted bill to approve."))
    audit.record(
        "billing.run.approved",
        subject=run,
        actor=actor,
        at=at,
        changes={"bills": [None, changed], "total_fen": [None, amount_fen if count == changed else None]},
    )
    return changed


class RunCannotBeIssued(Exception):
    """The run has no approved bill."""


def issue(*, run: BillingRun, actor: Staff | None, at: datetime, due_date: date) -> int:
    """Issue every approved bill of a run, slice by slice; returns how many.

    After a kill the rest is issued by calling it again.

    Raises:
        RunCannotBeIssued: nothing is approved.
    """
    issued = 0
    for first, last in issue_slices(run):
        issued += issue_slice(run=run, first=first, last=last, actor=actor, at=at, due_date=due_date)
    if not issued:
        raise RunCannotBeIssued(_("There is no approved bill to issue."))
    return issued


def issue_slices(run: BillingRun) -> Iterator[tuple[int, int]]:
    """Ranges of bill ids that hold about ``SLICE_BILLS`` approved bills each."""
    ids = list(
        Bill.objects.filter(run=run, state=BillState.APPROVED).order_by("id").values_list("id", flat=True)
    )
    for start in range(0, len(ids), SLICE_BILLS):
        part = ids[start : start + SLICE_BILLS]
        yield part[0], part[-1]


@transaction.atomic
def issue_slice(
    *, run: BillingRun, first: int, last: int, actor: Staff | None, at: datetime, due_date: date
) -> int:
    """Issue the approved bills of a run with ids in ``[first, last]``: state, ledger, event, audit, all together."""
    mine = Bill.objects.filter(run=run, id__gte=first, id__lte=last)
    changed = mine.filter(state=BillState.APPROVED).update(
        state=BillState.ISSUED, issued_at=at, due_date=due_date
    )
    if not changed:
        return 0
    book_issued(run=run, first=first, last=last, at=at, actor=actor)
    facts = mine.filter(state=BillState.ISSUED, issued_at=at).aggregate(
        n=Count("id"), fen=Sum("total_fen"), low=Min("id"), high=Max("id")
    )
    audit.record(
        "billing.bills.issued",
        subject=run,
        actor=actor,
        at=at,
        changes={
            "bills": [None, facts["n"]],
            "total_fen": [None, facts["fen"]],
            "bill_ids": [None, f"{facts['low']}-{facts['high']}"],
            "due_date": [None, due_date.isoformat()],
        },
    )
    outbox.publish(
        events.BillsIssued(
            run_id=run.pk,
            cycle=run.cycle,
            first_bill_id=facts["low"],
            last_bill_id=facts["high"],
            bills=facts["n"],
            total_fen=facts["fen"],
            issued_at=at,
        )
    )
    return changed


class RunCannotBeDiscarded(Exception):
    """Bills of the run have been issued."""


@transaction.atomic
def discard(*, run: BillingRun, actor: Staff, at: datetime, reason: str) -> int:
    """Cancel every bill of a run that has not been issued, so that the accounts can be billed again.

    Raises:
        RunCannotBeDiscarded: nothing is left to cancel, or no reason is given.
    """
    if not reason.strip():
        raise RunCannotBeDiscarded(_("Give the reason."))
    if run.long_run is not None and run.long_run.state in (RunState.QUEUED, RunState.RUNNING):
        raise RunCannotBeDiscarded(_("The run is still working."))
    bills = Bill.objects.filter(run=run, state__in=(BillState.DRAFT, BillState.HELD, BillState.APPROVED))
    BillingException.objects.filter(bill__in=bills, state__in=queries.WAITING_STATES).update(
        state="resolved", reason=reason, resolved_at=at
    )
    changed = bills.update(state=BillState.CANCELLED)
    if not changed:
        raise RunCannotBeDiscarded(_("No bill of this run can be taken back any more."))
    audit.record(
        "billing.run.discarded",
        subject=run,
        actor=actor,
        at=at,
        reason=reason,
        changes={"bills": [None, changed]},
    )
    return changed
