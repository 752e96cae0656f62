"""Cancel an issued bill by a bill that negates it (冲正), decided by two persons, and bill again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from denghuo.commerce.billing import events, frames, rules
from denghuo.commerce.billing.models import (
    Bill,
    BillingRun,
    BillKind,
    BillLine,
    BillSection,
    BillState,
    Reversal,
    ReversalState,
)
from denghuo.commerce.billing.operations.booking import book_reversed
from denghuo.commerce.billing.operations.chunk import bill_accounts, price_accounts
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import Cycle

REVERSIBLE = (BillKind.ORDINARY, BillKind.FINAL, BillKind.FEED_IN)


@dataclass(frozen=True)
class LineEffect:
    """One kind of line before and after: quantities in its unit, fen."""

    group: str
    component: str
    tou: str
    tier: int | None
    unit: str
    before_quantity: str
    before_fen: int
    after_quantity: str
    after_fen: int

    @property
    def difference_fen(self) -> int:
        return self.after_fen - self.before_fen


@dataclass(frozen=True)
class Effect:
    """What cancelling a bill and billing again would do, line by line; ``problems`` say why it cannot be billed."""

    before_fen: int
    after_fen: int
    before_kwh: str
    after_kwh: str
    lines: list[LineEffect]
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def difference_fen(self) -> int:
        return self.after_fen - self.before_fen

    @classmethod
    def from_json(cls, text: str) -> Effect:
        value = json.loads(text)
        return cls(**{**value, "lines": [LineEffect(**line) for line in value["lines"]]})

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


class BillCannotBeReversed(Exception):
    """The bill is not issued, is a reversal itself, or somebody has asked for its reversal already."""


def affected(bill: Bill) -> list[Bill]:
    """The issued bills that go together with ``bill``: consumption and feed-in of the same account and cycle."""
    return list(
        Bill.objects.filter(
            account_id=bill.account_id, cycle=bill.cycle, kind__in=REVERSIBLE, state=BillState.ISSUED
        ).order_by("id")
    )


def preview(*, bill: Bill, rebill: bool = True) -> Effect:
    """The effect of reversing ``bill`` now, with the readings, terms and prices as they stand. Writes nothing."""
    before: dict[tuple[Any, ...], list[Any]] = {}
    bills = affected(bill) or [bill]
    for line in BillLine.objects.filter(bill__in=bills).order_by("bill_id", "position"):
        key = (line.group, line.component, line.tou, line.tier, line.unit_name)
        entry = before.setdefault(key, [Decimal(0), 0])
        entry[0] += line.quantity
        entry[1] += line.amount_fen
    after: dict[tuple[Any, ...], list[Any]] = {}
    problems: list[dict[str, Any]] = []
    energy = Decimal(0)
    if rebill:
        made = price_accounts([bill.account_id], Cycle.parse(bill.cycle))
        problems = [
            {"code": problem.code, "detail": dict(problem.detail)}
            for found in made.given.problems.values()
            for problem in found
        ]
        columns = frames.line_columns(made.priced, made.rows)
        names = ("group", "component", "tou", "tier", "unit_name", "quantity", "amount_fen")
        for *key_parts, quantity, amount_fen in zip(*(columns[name] for name in names), strict=True):
            entry = after.setdefault(tuple(key_parts), [Decimal(0), 0])
            entry[0] += Decimal(quantity).scaleb(-2)
            entry[1] += amount_fen
        energy = Decimal(int(frames.ints(made.priced.sections, "energy").sum())).scaleb(-2)
    return Effect(
        before_fen=sum(entry[1] for entry in before.values()),
        after_fen=sum(entry[1] for entry in after.values()),
        before_kwh=str(sum((b.energy_kwh for b in bills if b.kind != BillKind.FEED_IN), Decimal(0))),
        after_kwh=str(energy),
        lines=[
            _line_effect(key, before.get(key, (Decimal(0), 0)), after.get(key, (Decimal(0), 0)))
            for key in [*before, *(key for key in after if key not in before)]
        ],
        problems=problems,
    )


def _line_effect(key: tuple[Any, ...], before: Sequence[Any], after: Sequence[Any]) -> LineEffect:
    group, component, tou, tier, unit = key
    return LineEffect(
        group=group,
        component=component,
        tou=tou,
        tier=tier,
        unit=unit,
        before_quantity=str(before[0]),
        before_fen=before[1],
        after_quantity=str(after[0]),
        after_fen=after[1],
    )


@transaction.atomic
def ask_reversal(*, bill: Bill, reason: str, rebill: bool, actor: Staff, at: datetime) -> Reversal:
    """Propose to cancel an issued bill; nothing changes until another person approves.

    Raises:
        BillCannotBeReversed: not issued, a reversal, no reason, or already asked for.
    """
    found = Bill.objects.select_for_update().get(pk=bill.pk)
    if found.state != BillState.ISSUED or found.kind not in REVERSIBLE:
        raise BillCannotBeReversed(_("Only an issued bill can be reversed."))
    if not reason.strip():
        raise BillCannotBeReversed(_("Give the reason."))
    if Reversal.objects.filter(bill=found, state=ReversalState.REQUESTED).exists():
        raise BillCannotBeReversed(_("A reversal of this bill is waiting for approval already."))
    reversal = Reversal.objects.create(
        bill=found,
        reason=reason,
        rebill=rebill,
        effect=preview(bill=found, rebill=rebill).to_json(),
        requested_by=actor,
        requested_at=at,
    )
    audit.record("billing.reversal.asked", subject=found, actor=actor, at=at, reason=reason)
    return reversal


class ReversalCannotBeDecided(Exception):
    """It is decided already, or by the person who asked."""


def _undecided(reversal: Reversal, actor: Staff) -> Reversal:
    found = (
        Reversal.objects.select_for_update(of=("self",))
        .select_related("bill", "requested_by")
        .get(pk=reversal.pk)
    )
    if found.state != ReversalState.REQUESTED:
        raise ReversalCannotBeDecided(_("This reversal has already been decided."))
    if found.requested_by_id == actor.pk:
        raise ReversalCannotBeDecided(_("Another person must decide: you asked for it."))
    return found


@transaction.atomic
def reject_reversal(*, reversal: Reversal, actor: Staff, at: datetime, note: str) -> Reversal:
    """Leave the bill as it is.

    Raises:
        ReversalCannotBeDecided: decided already, or one's own.
    """
    found = _undecided(reversal, actor)
    found.state, found.decided_by, found.decided_at, found.note = ReversalState.REJECTED, actor, at, note
    found.save(update_fields=["state", "decided_by", "decided_at", "note"])
    audit.record("billing.reversal.rejected", subject=found.bill, actor=actor, at=at, reason=note)
    return found


@dataclass(frozen=True)
class Reversed:
    """The bills that an approved reversal made; ``replacement`` is the new draft, if one could be made."""

    reversals: list[Bill]
    replacement: Bill | None


@transaction.atomic
def approve_reversal(
    *, reversal: Reversal, actor: Staff, at: datetime, due_date: date, note: str = ""
) -> Reversed:
    """Cancel the bill by a reversing bill, with what belongs to it, and bill the account again.

    The new bill passes the plausibility gate and is approved and issued like any other.

    Raises:
        ReversalCannotBeDecided: decided already, or one's own.
        BillCannotBeReversed: the bill is not issued any more.
    """
    found = _undecided(reversal, actor)
    bills = affected(found.bill)
    if found.bill not in bills:
        raise BillCannotBeReversed(_("Only an issued bill can be reversed."))
    made = [negate(bill, found.reason, at, due_date) for bill in bills]
    book_reversed(bills=list(zip(bills, made, strict=True)), reason=found.reason, at=at, actor=actor)
    found.state, found.decided_by, found.decided_at, found.note = ReversalState.DONE, actor, at, note
    found.save(update_fields=["state", "decided_by", "decided_at", "note"])
    replacement = None
    if found.rebill:
        run = BillingRun.objects.create(
            cycle=found.bill.cycle,
            scope=rules.Scope("account", (found.bill.account.number,)).to_json(),
            accounts=1,
            unit_id=found.bill.unit_id,
            created_at=at,
            created_by=found.requested_by,
        )
        account = found.bill.account_id
        bill_accounts(run=run, account_ids=[account], at=at)
        replacement = Bill.objects.filter(run=run).exclude(kind=BillKind.FEED_IN).first()
    announce_reversed(list(zip(bills, made, strict=True)), reason=found.reason, at=at, actor=actor)
    return Reversed(made, replacement)


def announce_reversed(
    pairs: Sequence[tuple[Bill, Bill]], *, reason: str, at: datetime, actor: Staff | None
) -> None:
    """Tell of (bill, its reversal) pairs: audit and events."""
    for bill, negative in pairs:
        audit.record(
            "billing.bill.reversed",
            subject=bill,
            actor=actor,
            at=at,
            reason=reason,
            changes={"state": ["issued", "cancelled"], "reversed_by": [None, negative.number]},
        )
        outbox.publish(
            events.BillReversed(
                bill_id=bill.pk,
                reversal_id=negative.pk,
                account_id=bill.account_id,
                total_fen=bill.total_fen,
                reversed_at=at,
            )
        )


def negate(bill: Bill, reason: str, at: datetime, due_date: date) -> Bill:
    """An issued bill that negates ``bill``, which is cancelled with it."""
    serials = numbering.allocate(f"billing.bill.{bill.cycle}", 1)
    negative = Bill.objects.create(
        number=frames.bill_numbers(bill.cycle, serials)[0],
        account_id=bill.account_id,
        unit_id=bill.unit_id,
        cycle=bill.cycle,
        kind=BillKind.REVERSAL,
        state=BillState.DRAFT,
        period_start=bill.period_start,
        period_end=bill.period_end,
        energy_kwh=-bill.energy_kwh,
        total_fen=-bill.total_fen,
        estimated=bill.estimated,
        archive_id=bill.archive_id,
        reverses=bill,
        reason=reason,
        created_at=at,
    )
    _negate(
        BillSection,
        bill.pk,
        negative.pk,
        ("energy_kwh", "tier_energy_kwh", "reactive_kvarh", "pf_fen", "total_fen"),
    )
    _negate(BillLine, bill.pk, negative.pk, ("quantity", "amount_fen"))
    mine = Bill.objects.filter(pk=negative.pk)
    mine.update(state=BillState.APPROVED, approved_at=at)
    mine.update(state=BillState.ISSUED, issued_at=at, due_date=due_date)
    Bill.objects.filter(pk=bill.pk).update(state=BillState.CANCELLED)
    negative.refresh_from_db()
    return negative


def _negate(
    model: type[BillSection] | type[BillLine], source: int, target: int, negated: Iterable[str]
) -> None:
    """Copy the rows of one bill to another with some columns negated."""
    quote = connection.ops.quote_name
    columns = [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]
    values = [
        "%s" if column == "bill_id" else f"-{quote(column)}" if column in negated else quote(column)
        for column in columns
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) "  # noqa: S608
            f"SELECT {', '.join(values)} FROM {quote(model._meta.db_table)} WHERE bill_id = %s ORDER BY id",
            [target, source],
        )
