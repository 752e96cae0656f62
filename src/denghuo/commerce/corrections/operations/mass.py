"""Put the same facts right for every account of a scope: preview, two persons, then account by account.

Both the preview and the commit are long runs of chunks; a chunk is one transaction, so a kill leaves each account either
corrected whole or not at all, and nobody is corrected twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.billing.models import BillingRun
from denghuo.commerce.billing.rules import Scope
from denghuo.commerce.corrections import queries
from denghuo.commerce.corrections.models import (
    CorrectionState,
    MassCorrection,
    MassItem,
    MassOutcome,
    MassState,
    Settlement,
)
from denghuo.commerce.corrections.operations import deciding, drafting
from denghuo.commerce.corrections.operations.drafting import CorrectionRefused
from denghuo.commerce.corrections.rules.effect import Effect
from denghuo.commerce.corrections.rules.facts import Fact, to_json
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.jobs import operations as jobs
from denghuo.foundation.jobs.models import LongRun
from denghuo.foundation.jobs.rules import ChunkSpec
from denghuo.foundation.numbering import operations as numbering
from denghuo.kernel.periods import Cycle, day_of
from denghuo.records.supply.models import SupplyPoint

PREVIEW_KIND = "corrections.mass_preview"
COMMIT_KIND = "corrections.mass_commit"
PREVIEW_POINTS = 200
COMMIT_POINTS = 20


@transaction.atomic
def start_mass(
    *,
    reason: str,
    explanation: str,
    scope: Mapping[str, str],
    facts: Sequence[Fact],
    first: Cycle,
    last: Cycle,
    actor: Staff,
    at: datetime,
    protect_residents: bool = True,
    correct_record: bool = True,
    chunk_points: int = PREVIEW_POINTS,
) -> MassCorrection:
    """Begin to work out who would pay less and who more; no bill changes.

    Raises:
        CorrectionRefused: no reason or fact, or nobody in the scope was billed so.
    """
    _check(explanation, facts, first, last)
    points = queries.billed_in_scope(scope, first=first, last=last, visible=actor.scope)
    if not points:
        raise CorrectionRefused(_("Nobody in this scope was billed so in these months."))
    on = day_of(at)
    (serial,) = numbering.allocate(f"corrections.mass.{on:%Y%m}", 1)
    number = f"PT{on:%Y%m}{serial:04d}"
    run = _preview_run(number, points, chunk_points, actor, at)
    mass = MassCorrection.objects.create(
        number=number,
        unit_id=actor.unit_id,
        reason=reason,
        explanation=explanation.strip(),
        scope=json.dumps({name: value for name, value in scope.items() if value}, ensure_ascii=False),
        facts=to_json(facts),
        first_cycle=str(first),
        last_cycle=str(last),
        protect_residents=protect_residents,
        correct_record=correct_record,
        accounts=len(points),
        preview_run=run,
        requested_by=actor,
        requested_at=at,
    )
    audit.record(
        "corrections.mass.started",
        subject=mass,
        actor=actor,
        at=at,
        reason=mass.explanation,
        unit_id=mass.unit_id,
        changes={
            "scope": [None, " · ".join(value for value in scope.values() if value)],
            "accounts": [None, len(points)],
        },
    )
    return mass


def _preview_run(number: str, points: Sequence[int], size: int, actor: Staff, at: datetime) -> LongRun:
    return jobs.start(
        kind=PREVIEW_KIND,
        title=_("Preview of mass correction %(number)s") % {"number": number},
        parameters={"mass": number},
        chunks=_chunks(points, size),
        actor=actor,
        unit_id=actor.unit_id,
        at=at,
    )


def _check(explanation: str, facts: Sequence[Fact], first: Cycle, last: Cycle) -> None:
    if not explanation.strip():
        raise CorrectionRefused(_("Say what was wrong."))
    if not facts or any(fact.kind not in ("replace_terms", "use_book", "replace_loss") for fact in facts):
        raise CorrectionRefused(_("A mass correction changes a tariff, terms, losses or the price book."))
    if last < first:
        raise CorrectionRefused(_("The last month lies before the first."))


def _chunks(points: Sequence[int], size: int) -> list[ChunkSpec]:
    parts = [points[at : at + size] for at in range(0, len(points), size)]
    return [ChunkSpec({"points": list(part)}, len(part)) for part in parts]


@transaction.atomic
def preview_points(*, mass: MassCorrection, points: Sequence[int], at: datetime) -> dict[str, int]:
    """What the facts make of these supply points; one item each, again on a second call."""
    MassItem.objects.filter(mass=mass, supply_point__in=points).delete()
    counters: Counter[str] = Counter()
    items = []
    households = queries.households(points)
    for targets in _rounds(_by_account(points)):
        found = _replayed(mass, targets, detail=False)
        for account, (case,) in targets.items():
            effect = Effect([month.effect for month in found[account]])
            items.append(_item(mass, account, case, effect, residential=case in households))
            counters[items[-1].outcome] += 1
            if items[-1].outcome in (MassOutcome.WINS, MassOutcome.LOSES):
                counters["difference_fen"] += items[-1].difference_fen
    MassItem.objects.bulk_create(items, batch_size=500)
    return dict(counters)


def _by_account(points: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    rows = SupplyPoint.objects.filter(pk__in=points).order_by("account_id", "pk")
    for pk, account in rows.values_list("pk", "account_id"):
        found.setdefault(account, []).append(pk)
    return found


def _rounds(by_account: Mapping[int, Sequence[int]]) -> Iterator[dict[int, list[int]]]:
    """One supply point of each account at a time, because each is corrected by itself."""
    for turn in range(max(map(len, by_account.values()), default=0)):
        yield {account: [cases[turn]] for account, cases in by_account.items() if len(cases) > turn}


def _replayed(
    mass: MassCorrection, targets: Mapping[int, Sequence[int]], *, detail: bool
) -> dict[int, list[queries.Replayed]]:
    return queries.replay(
        targets=targets,
        facts=mass.changes,
        first=Cycle.parse(mass.first_cycle),
        last=Cycle.parse(mass.last_cycle),
        detail=detail,
    )


def _item(mass: MassCorrection, account: int, case: int, effect: Effect, *, residential: bool) -> MassItem:
    difference = effect.difference_fen
    if effect.problems:
        outcome = MassOutcome.PROBLEM
    elif not effect.changed:
        outcome = MassOutcome.SAME
    elif difference > 0 and residential and mass.protect_residents:
        outcome = MassOutcome.PROTECTED
    elif difference == 0:
        outcome = MassOutcome.SAME
    else:
        outcome = MassOutcome.LOSES if difference > 0 else MassOutcome.WINS
    return MassItem(
        mass=mass,
        account_id=account,
        supply_point_id=case,
        residential=residential,
        outcome=outcome,
        months=len(effect.changed),
        before_fen=effect.before_fen,
        after_fen=effect.after_fen,
        difference_fen=difference,
        reason=str(effect.problems[0][1]["code"])[:60] if effect.problems else "",
    )


@transaction.atomic
def preview_done(*, mass: MassCorrection, at: datetime) -> None:
    """Every account has been worked out."""
    MassCorrection.objects.filter(pk=mass.pk, state=MassState.PREVIEWING).update(state=MassState.READY)


@transaction.atomic
def submit_mass(*, mass: MassCorrection, actor: Staff, at: datetime) -> MassCorrection:
    """Send the preview to a second person.

    Raises:
        CorrectionRefused: it is not ready, or nobody would pay anything else.
    """
    found = _locked(mass, MassState.READY, _("The preview is not ready to be submitted."))
    if not found.items.filter(outcome__in=(MassOutcome.WINS, MassOutcome.LOSES)).exists():
        raise CorrectionRefused(_("Nobody would pay anything else: there is nothing to correct."))
    found.state = MassState.SUBMITTED
    found.save(update_fields=["state"])
    audit.record("corrections.mass.submitted", subject=found, actor=actor, at=at, unit_id=found.unit_id)
    return found


def _locked(mass: MassCorrection, state: str, otherwise: str) -> MassCorrection:
    found = MassCorrection.objects.select_for_update().get(pk=mass.pk)
    if found.state != state:
        raise CorrectionRefused(otherwise)
    return found


def _decidable(mass: MassCorrection, actor: Staff) -> MassCorrection:
    found = _locked(mass, MassState.SUBMITTED, _("This mass correction does not wait for a decision."))
    if found.requested_by_id == actor.pk:
        raise CorrectionRefused(_("Another person must decide: you drafted it."))
    return found


@transaction.atomic
def reject_mass(*, mass: MassCorrection, actor: Staff, at: datetime, note: str) -> MassCorrection:
    """Leave every bill as it is.

    Raises:
        CorrectionRefused: not waiting, one's own, or no note.
    """
    if not note.strip():
        raise CorrectionRefused(_("Say why it is rejected."))
    found = _decidable(mass, actor)
    found.state, found.decided_by, found.decided_at, found.note = MassState.REJECTED, actor, at, note[:300]
    found.save(update_fields=["state", "decided_by", "decided_at", "note"])
    audit.record(
        "corrections.mass.rejected", subject=found, actor=actor, at=at, reason=note, unit_id=found.unit_id
    )
    return found


@transaction.atomic
def approve_mass(
    *,
    mass: MassCorrection,
    actor: Staff,
    at: datetime,
    due_date: date,
    note: str = "",
    chunk_points: int = COMMIT_POINTS,
) -> MassCorrection:
    """Let the run correct every account that pays less or more; protected ones and problems stay as they are.

    Raises:
        CorrectionRefused: not waiting, or one's own.
    """
    found = _decidable(mass, actor)
    points = list(
        found.items.filter(outcome__in=(MassOutcome.WINS, MassOutcome.LOSES), correction__isnull=True)
        .order_by("account_id", "supply_point_id")
        .values_list("supply_point_id", flat=True)
    )
    found.commit_run = jobs.start(
        kind=COMMIT_KIND,
        title=_("Mass correction %(number)s") % {"number": found.number},
        parameters={"mass": found.number},
        chunks=_chunks(points, chunk_points),
        actor=actor,
        unit_id=found.unit_id,
        at=at,
    )
    found.state, found.decided_by, found.decided_at = MassState.COMMITTING, actor, at
    found.due_date, found.note = due_date, note[:300]
    found.save()
    audit.record(
        "corrections.mass.approved",
        subject=found,
        actor=actor,
        at=at,
        reason=note,
        unit_id=found.unit_id,
        changes={"accounts": [None, len(points)]},
    )
    return found


@transaction.atomic
def commit_points(*, mass: MassCorrection, points: Sequence[int], at: datetime) -> dict[str, int]:
    """Correct these supply points; those that are corrected already are passed over.

    Bills that changed since the preview are not touched: the item becomes a problem for a person.
    """
    counters: Counter[str] = Counter()
    items = (
        MassItem.objects.select_for_update(of=("self",))
        .select_related("account", "supply_point")
        .filter(mass=mass, supply_point__in=points, correction__isnull=True)
        .order_by("account_id", "supply_point_id")
    )
    for item in items:
        try:
            with transaction.atomic():
                _correct(mass, item, at)
            counters["corrected"] += 1
            counters["difference_fen"] += item.difference_fen
        except CorrectionRefused as error:
            item.outcome, item.reason = MassOutcome.PROBLEM, str(error)[:60]
            item.save(update_fields=["outcome", "reason"])
            counters["problem"] += 1
    return dict(counters)


def _correct(mass: MassCorrection, item: MassItem, at: datetime) -> None:
    months = _replayed(mass, {item.account_id: [item.supply_point_id]}, detail=True)[item.account_id]
    effect = Effect([month.effect for month in months])
    if effect.problems or (effect.before_fen, effect.after_fen) != (item.before_fen, item.after_fen):
        raise CorrectionRefused(_("The bills have changed since the preview."))
    made = drafting.create(
        supply_point=item.supply_point,
        reason=mass.reason,
        explanation=mass.explanation,
        first=Cycle.parse(mass.first_cycle),
        last=Cycle.parse(mass.last_cycle),
        facts=mass.changes,
        settlement=Settlement.PREPAYMENT,
        settlement_terms={},
        correct_record=mass.correct_record,
        effect=effect,
        actor=mass.requested_by,
        at=at,
        mass=mass,
        submitted_at=at,
    )
    made.state = CorrectionState.SUBMITTED
    assert mass.decided_by is not None and mass.due_date is not None
    deciding.carry_out(
        made,
        months,
        actor=mass.decided_by,
        at=at,
        due_date=mass.due_date,
        note=mass.number,
        runs=_Runs(mass, at),
    )
    item.correction = made
    item.save(update_fields=["correction"])


class _Runs(Mapping[str, BillingRun]):
    """One billing run a cycle for the whole mass correction, made when it is first needed."""

    def __init__(self, mass: MassCorrection, at: datetime) -> None:
        self.mass, self.at = mass, at
        self.scope = Scope("account", (mass.number,)).to_json()

    def __getitem__(self, cycle: str) -> BillingRun:
        found = BillingRun.objects.filter(cycle=cycle, scope=self.scope).order_by("id").first()
        return found or BillingRun.objects.create(
            cycle=cycle,
            scope=self.scope,
            accounts=0,
            unit_id=self.mass.unit_id,
            created_at=self.at,
            created_by=self.mass.requested_by,
        )

    def __iter__(self) -> Iterator[str]:
        raise TypeError("runs are made when they are asked for")

    def __len__(self) -> int:
        raise TypeError("runs are made when they are asked for")


@transaction.atomic
def commit_done(*, mass: MassCorrection, at: datetime) -> None:
    """Every account has been dealt with."""
    changed = MassCorrection.objects.filter(pk=mass.pk, state=MassState.COMMITTING).update(
        state=MassState.DONE
    )
    if changed:
        audit.record("corrections.mass.done", subject=mass, at=at, unit_id=mass.unit_id)
