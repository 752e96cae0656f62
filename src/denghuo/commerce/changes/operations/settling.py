"""Transfer, split, merger, closing: read, settle with whoever leaves, then file."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.billing import operations as billing
from denghuo.commerce.billing.models import Bill, BillState
from denghuo.commerce.billing.rules import DueDate
from denghuo.commerce.changes import queries
from denghuo.commerce.changes.models import Change, ChangeState
from denghuo.commerce.changes.operations.carrying import (
    change_terms,
    check_day,
    in_effect,
    plain,
    plain_shown,
    reason_of,
    sign_contract,
)
from denghuo.commerce.changes.operations.deciding import ChangeImpossible, locked, step_done
from denghuo.commerce.changes.operations.sending import call_off
from denghuo.commerce.changes.operations.work import (
    NewMeter,
    Work,
    hang_first,
    in_words,
    onto_route,
    read_all,
    take_down,
)
from denghuo.commerce.changes.queries.preview import terms_after
from denghuo.commerce.changes.rules import kinds
from denghuo.commerce.readings.models import ReadingKind
from denghuo.commerce.receivables import queries as debts
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import Cycle, day_of
from denghuo.records.customers import operations as customers
from denghuo.records.customers.models import Account
from denghuo.records.supply import operations as supply
from denghuo.records.supply.models import SupplyPoint, SupplyTerms
from denghuo.records.supply.queries import terms_on

DUE = DueDate(days=15)


class StillOwed(ChangeImpossible):
    """Whoever leaves owes money; ``owed_fen`` says how much."""

    def __init__(self, owed_fen: int) -> None:
        super().__init__(
            _("The account still owes %(yuan)s yuan: it is settled first.")
            % {"yuan": f"{owed_fen / 100:.2f}"}
        )
        self.owed_fen = owed_fen


@transaction.atomic
def take_readings(*, change: Change, work: Work, at: datetime, actor: Staff) -> Change:
    """The last readings of the one who leaves; on closing and merging the meters come down and the supply ends.

    Raises:
        ChangeImpossible: not approved, the wrong day, a reading is missing or refused.
    """
    found = locked(change, ChangeState.APPROVED)
    check_day(found, work, at)
    found.before = json.dumps(plain(terms_on(found.supply_point, work.on)), ensure_ascii=False)
    if found.kind == kinds.CLOSE:
        _end_supply(found, found.supply_point, work, at, actor)
    elif found.kind == kinds.MERGE:
        assert found.other_point is not None
        _end_supply(found, found.other_point, work, at, actor)
    elif found.kind == kinds.SPLIT:
        if not work.new_meters:
            raise ChangeImpossible(_("Name the meter of the new supply point."))
        read_all(found.supply_point, work, needed=True, at=at, actor=actor)
    elif found.kind == kinds.TRANSFER:
        _alone_or_boundary(found, work.on)
        read_all(found.supply_point, work, needed=True, kind=ReadingKind.FINAL, at=at, actor=actor)
    else:
        raise ChangeImpossible(_("This change is carried out in one step."))
    shown = plain_shown(work)
    brought = next(iter(work.new_meters.values()), None)
    if brought is not None:
        found.wish = json.dumps(
            {
                **found.asked,
                "meter": brought.asset_number,
                "opening": {k: str(v) for k, v in brought.opening.items()},
            },
            ensure_ascii=False,
        )
    found.registers = json.dumps(shown, ensure_ascii=False)
    found.state, found.effective_date = ChangeState.READ, work.on
    found.save()
    step_done(found, "reading", at=at, actor=actor, result=work.note[:200])
    call_off(found, reason=_("Done at the desk"), at=at, actor=actor)
    audit.record(
        "changes.change.read",
        subject=found,
        actor=actor,
        at=at,
        reason=work.note,
        unit_id=found.unit_id,
        changes={"effective_date": [None, work.on.isoformat()]},
    )
    return found


def _end_supply(change: Change, point: SupplyPoint, work: Work, at: datetime, actor: Staff) -> None:
    take_down(point, work, reason=reason_of(change), to_stock=True, at=at, actor=actor)
    with in_words():
        supply.close(supply_point=point, on=work.on, at=at, reason=reason_of(change), actor=actor)


def _alone_or_boundary(change: Change, on: date) -> None:
    """An account that pays for other supply points too is billed whole: it may only change hands where a bill ends."""
    shared = change.account.supply_points.exclude(pk=change.supply_point_id).exclude(state="closed").exists()
    if shared and queries.billed_until(change.supply_point) != on:
        raise ChangeImpossible(
            _(
                "The account pays for other supply points too: transfer on the day up to which it is billed (%(day)s)."
            )
            % {"day": queries.billed_until(change.supply_point)}
        )


def leaving(change: Change) -> tuple[SupplyPoint, Account]:
    """The supply point that gets its last bill, and who pays it."""
    if change.kind == kinds.MERGE and change.other_point is not None:
        return change.other_point, change.other_point.account
    return change.supply_point, change.account


@transaction.atomic
def make_final_bill(*, change: Change, at: datetime, actor: Staff) -> Bill | None:
    """Bill the account up to the day now, outside the month's run; None where it is billed that far already.

    The bill is a draft until a second person approves it; where the gate holds it, it is decided among the exceptions.

    Raises:
        ChangeImpossible: not read yet, an earlier month is not billed, other supply points wait for the month's run,
            or the account cannot be billed (the reasons are named).
    """
    found = locked(change, ChangeState.READ)
    point, account = leaving(found)
    on = found.effective_date
    assert on is not None
    if found.kind == kinds.SPLIT or queries.billed_to(point, on):
        return None
    if early := queries.unbilled_before(point, on):
        raise ChangeImpossible(_("%(cycle)s is not billed yet; bill it first.") % {"cycle": early})
    if account.supply_points.exclude(pk=point.pk).exclude(state="closed").exists():
        raise ChangeImpossible(
            _("The account pays for other supply points too: the month's run makes the bill.")
        )
    cycle = queries.closing_cycle(point, on)
    if cycle is None:
        raise ChangeImpossible(
            _("The last reading is held; decide it among the reading exceptions, then bill again.")
        )
    run = billing.bill_at_once(account=account, cycle=Cycle.parse(cycle), actor=actor, at=at)
    bill = run.bills.filter(kind__in=("ordinary", "final")).first()
    if bill is None:
        reasons = ", ".join(run.items.values_list("reason", flat=True))
        raise ChangeImpossible(_("The account cannot be billed: %(why)s.") % {"why": reasons or "?"})
    found.final_bill = bill
    found.save(update_fields=["final_bill"])
    audit.record(
        "changes.change.billed",
        subject=found,
        actor=actor,
        at=at,
        unit_id=found.unit_id,
        changes={"bill": [None, bill.number], "total_fen": [None, bill.total_fen]},
    )
    return bill


@transaction.atomic
def issue_final_bill(*, change: Change, at: datetime, actor: Staff) -> Bill:
    """A second person approves the final bill; it is issued with that.

    Raises:
        ChangeImpossible: there is none, it is held, or the same person made it.
    """
    found = locked(change, ChangeState.READ)
    bill = found.final_bill
    if bill is None or bill.run is None:
        raise ChangeImpossible(_("There is no final bill yet."))
    if bill.state == BillState.HELD:
        raise ChangeImpossible(_("The final bill is held; decide it among the billing exceptions."))
    try:
        if bill.state == BillState.DRAFT:
            billing.approve(run=bill.run, actor=actor, at=at)
        if bill.state != BillState.ISSUED:
            billing.issue(run=bill.run, actor=actor, at=at, due_date=DUE.of(day_of(at)))
    except (billing.RunCannotBeApproved, billing.RunCannotBeIssued) as error:
        raise ChangeImpossible(str(error)) from error
    bill.refresh_from_db()
    return bill


@transaction.atomic
def settle(*, change: Change, at: datetime, actor: Staff) -> Change:
    """Nothing is open any more with the one who leaves.

    Raises:
        ChangeImpossible: the last bill is missing or not issued.
        StillOwed: something is owed.
    """
    found = locked(change, ChangeState.READ)
    point, account = leaving(found)
    on = found.effective_date
    assert on is not None
    if found.final_bill is not None and found.final_bill.state != BillState.ISSUED:
        raise ChangeImpossible(_("The final bill is not issued yet."))
    if found.kind != kinds.SPLIT and not queries.billed_to(point, on):
        raise ChangeImpossible(_("The last bill is missing: make it first."))
    waiting = account.bills.filter(state__in=(BillState.DRAFT, BillState.HELD, BillState.APPROVED)).first()
    if waiting is not None:
        raise ChangeImpossible(_("Bill %(number)s is not issued yet.") % {"number": waiting.number})
    owed = debts.owed(account.pk, on=day_of(at))
    if owed.total_fen > 0:
        raise StillOwed(owed.total_fen)
    found.state = ChangeState.SETTLED
    found.save(update_fields=["state"])
    step_done(found, "settle", at=at, actor=actor)
    audit.record("changes.change.settled", subject=found, actor=actor, at=at, unit_id=found.unit_id)
    return found


@transaction.atomic
def archive(*, change: Change, at: datetime, actor: Staff) -> Change:
    """File it: the new payer, the new supply point or the closed account stand in the records.

    Raises:
        ChangeImpossible: not settled, or a room below refuses.
    """
    found = locked(change, ChangeState.SETTLED)
    assert found.effective_date is not None
    work = Work(on=found.effective_date)
    before = terms_on(found.supply_point, work.on)
    if found.kind == kinds.TRANSFER:
        _transfer(found, work, before, at, actor)
    elif found.kind == kinds.SPLIT:
        _split(found, work, before, at, actor)
    elif found.kind == kinds.MERGE:
        assert before is not None
        change_terms(found, work, terms_after(found, before), at, actor)
    _close_account(leaving(found)[1], work.on, found, at, actor)
    return in_effect(found, work, step="archive", at=at, actor=actor)


def _transfer(change: Change, work: Work, before: SupplyTerms | None, at: datetime, actor: Staff) -> None:
    account = change.new_account or _open_account(change, work.on, at, actor)
    change.new_account = account
    point = change.supply_point
    with in_words():
        point = supply.change_payer(
            supply_point=point, account=account, at=at, reason=reason_of(change), actor=actor
        )
    personal: dict[str, Any] = {"household_persons": None, "free_energy_kwh": None}
    if before is not None:
        change_terms(
            change, work, {k: v for k, v in personal.items() if getattr(before, k) is not None}, at, actor
        )
    sign_contract(change, point, work, at, actor)


def _open_account(change: Change, on: date, at: datetime, actor: Staff) -> Account:
    assert change.new_customer is not None
    with in_words():
        return customers.open_account(
            customer=change.new_customer, opened_date=on, at=at, unit=change.account.unit, actor=actor
        )


def _split(change: Change, work: Work, before: SupplyTerms | None, at: datetime, actor: Staff) -> None:
    assert before is not None
    account = change.new_account or _open_account(change, work.on, at, actor)
    change_terms(change, work, terms_after(change, before), at, actor)
    terms = {**queries.plain_terms(before), "capacity_kva": change.capacity_kva}
    terms |= {"household_persons": None, "free_energy_kwh": None}
    with in_words():
        made = supply.open_supply_point(
            customer=account.customer,
            account=account,
            address=change.asked.get("address") or change.supply_point.address,
            energised_date=work.on,
            terms=terms,
            at=at,
            unit=change.supply_point.unit,
            actor=actor,
        )
    brought = NewMeter(change.asked["meter"], change.asked.get("opening") or {})
    new = hang_first(made, brought, work.on, reason=reason_of(change), at=at, actor=actor)
    old = change.supply_point.metering_points.filter(closed_date__isnull=True).order_by("number").first()
    if old is not None:
        onto_route(old, new, at=at, actor=actor)
    sign_contract(change, made, work, at, actor)
    change.new_account, change.other_point = account, made


def _close_account(account: Account, on: date, change: Change, at: datetime, actor: Staff) -> None:
    """The account that pays for nothing any more is closed; what it holds is refunded from the list of those who left."""
    account = Account.objects.get(pk=account.pk)
    if account.closed_date is None and not account.supply_points.exclude(state="closed").exists():
        try:
            customers.close_account(
                account=account, on=max(on, account.opened_date), at=at, actor=actor, reason=reason_of(change)
            )
        except customers.AccountCannotBeClosed as error:
            raise ChangeImpossible(str(error)) from error
