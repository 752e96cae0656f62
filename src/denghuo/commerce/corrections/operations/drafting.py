"""Draft a correction with its effect, submit it, take it back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.corrections import queries, rules
from denghuo.commerce.corrections.models import Correction, CorrectionState, Reason, Settlement
from denghuo.commerce.corrections.rules.effect import Effect
from denghuo.commerce.corrections.rules.facts import Fact, SwapMeters, to_json
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.kernel.periods import Cycle, day_of
from denghuo.records.supply.models import SupplyPoint


class CorrectionRefused(Exception):
    """The correction cannot be drafted, submitted or decided; the text says why."""


def effect_of(*, supply_point: SupplyPoint, facts: Sequence[Fact], first: Cycle, last: Cycle) -> Effect:
    """What these facts would make of the bills. Writes nothing."""
    return Effect([month.effect for month in replayed(supply_point, facts, first, last)])


def replayed(
    supply_point: SupplyPoint, facts: Sequence[Fact], first: Cycle, last: Cycle
) -> list[queries.Replayed]:
    account = supply_point.account_id
    found = queries.replay(targets={account: [supply_point.pk]}, facts=facts, first=first, last=last)
    return found[account]


@transaction.atomic
def draft(
    *,
    supply_point: SupplyPoint,
    reason: str,
    explanation: str,
    first: Cycle,
    last: Cycle,
    facts: Sequence[Fact],
    actor: Staff,
    at: datetime,
    document: str = "",
    correct_record: bool = True,
    settlement: str = Settlement.PREPAYMENT,
    settlement_terms: Mapping[str, Any] | None = None,
    apology: bool | None = None,
) -> Correction:
    """Record what was wrong and what it changes; nothing happens to the bills.

    Meters taken for each other make two corrections, one for each customer. Theft is only noted: it is settled by its
    own procedure.

    Raises:
        CorrectionRefused: facts that do not belong to the reason, months in disorder, nothing to correct.
    """
    _check(supply_point, reason, explanation, first, last, facts)
    made = create(
        supply_point=supply_point,
        reason=reason,
        explanation=explanation.strip(),
        document=document,
        first=first,
        last=last,
        facts=facts,
        correct_record=correct_record,
        settlement=settlement,
        settlement_terms=dict(settlement_terms or {}),
        apology=reason in rules.OUR_FAULT if apology is None else apology,
        actor=actor,
        at=at,
    )
    _draft_partner(made, actor, at)
    audit.record(
        "corrections.correction.drafted",
        subject=made,
        actor=actor,
        at=at,
        reason=made.explanation,
        unit_id=made.unit_id,
        changes={"difference_fen": [None, made.difference_fen], "reason": [None, reason]},
    )
    return made


def _draft_partner(made: Correction, actor: Staff, at: datetime) -> None:
    """The correction of the other customer whose meter was swapped."""
    others = [fact.other_supply_point_id for fact in made.changes if isinstance(fact, SwapMeters)]
    for other in SupplyPoint.objects.filter(pk__in=others):
        partner = create(
            supply_point=other,
            reason=made.reason,
            explanation=made.explanation,
            document=made.document,
            first=Cycle.parse(made.first_cycle),
            last=Cycle.parse(made.last_cycle),
            facts=[SwapMeters(other_supply_point_id=made.supply_point_id)],
            correct_record=False,
            settlement=Settlement.PREPAYMENT,
            settlement_terms={},
            apology=made.apology,
            partner=made,
            actor=actor,
            at=at,
        )
        made.partner = partner
        made.save(update_fields=["partner"])


def _check(
    supply_point: SupplyPoint, reason: str, explanation: str, first: Cycle, last: Cycle, facts: Sequence[Fact]
) -> None:
    if reason not in Reason.values:
        raise CorrectionRefused(_("Choose a reason."))
    if not explanation.strip():
        raise CorrectionRefused(_("Say what was wrong."))
    if last < first:
        raise CorrectionRefused(_("The last month lies before the first."))
    allowed = rules.FACTS_OF[reason]
    if reason != Reason.THEFT and not facts:
        raise CorrectionRefused(_("Say what is right: without a fact nothing changes."))
    if any(fact.kind not in allowed for fact in facts):
        raise CorrectionRefused(_("These facts do not belong to the reason."))
    if any(isinstance(f, SwapMeters) and f.other_supply_point_id == supply_point.pk for f in facts):
        raise CorrectionRefused(_("Name the other customer's supply point."))


def create(
    *,
    supply_point: SupplyPoint,
    reason: str,
    first: Cycle,
    last: Cycle,
    facts: Sequence[Fact],
    settlement_terms: dict[str, Any],
    actor: Staff | None,
    at: datetime,
    effect: Effect | None = None,
    **values: Any,
) -> Correction:
    linked = reason == Reason.THEFT
    if effect is None:
        effect = (
            Effect() if linked else effect_of(supply_point=supply_point, facts=facts, first=first, last=last)
        )
    on = day_of(at)
    (serial,) = numbering.allocate(f"corrections.correction.{on:%Y%m}", 1)
    return Correction.objects.create(
        number=f"TB{on:%Y%m}{serial:05d}",
        account_id=supply_point.account_id,
        supply_point=supply_point,
        unit_id=supply_point.unit_id,
        reason=reason,
        first_cycle=str(first),
        last_cycle=str(last),
        facts=to_json(facts),
        settlement_terms=json.dumps(settlement_terms, ensure_ascii=False),
        state=CorrectionState.LINKED if linked else CorrectionState.DRAFT,
        drafted_by=actor,
        drafted_at=at,
        **sums(effect),
        **values,
    )


def sums(effect: Effect) -> dict[str, Any]:
    """The effect as the columns of a correction."""
    return {
        "effect": effect.to_json(),
        "before_fen": effect.before_fen,
        "after_fen": effect.after_fen,
        "difference_fen": effect.difference_fen,
        "difference_kwh": sum(
            (Decimal(month.after_kwh) - Decimal(month.before_kwh) for month in effect.months), Decimal(0)
        ),
        "months": len(effect.changed),
    }


def locked(correction: Correction) -> Correction:
    return (
        Correction.objects.select_for_update(of=("self",))
        .select_related("supply_point", "account", "drafted_by")
        .get(pk=correction.pk)
    )


def pair(correction: Correction) -> list[Correction]:
    """The correction, and the other customer's where two meters were swapped, locked."""
    found = [locked(correction)]
    if found[0].partner_id:
        found.append(locked(Correction(pk=found[0].partner_id)))
    return found


@transaction.atomic
def submit(*, correction: Correction, actor: Staff, at: datetime) -> Correction:
    """Send it to a second person; the effect is worked out anew.

    Raises:
        CorrectionRefused: not a draft, a month cannot be priced, or nothing would change.
    """
    both = pair(correction)
    for found in both:
        if not rules.may_become(found.state, CorrectionState.SUBMITTED):
            raise CorrectionRefused(_("Only a draft can be submitted."))
        waiting = Correction.objects.filter(account=found.account_id, state=CorrectionState.SUBMITTED)
        if waiting.exists():
            raise CorrectionRefused(
                _("Another correction of this account waits for approval. Decide it first.")
            )
        effect = effect_of(
            supply_point=found.supply_point,
            facts=found.changes,
            first=Cycle.parse(found.first_cycle),
            last=Cycle.parse(found.last_cycle),
        )
        for name, value in sums(effect).items():
            setattr(found, name, value)
        if effect.problems:
            raise CorrectionRefused(
                _("%(cycle)s cannot be corrected: see the reason on the page. Narrow the months or solve it.")
                % {"cycle": effect.problems[0][0]}
            )
        if not effect.changed:
            raise CorrectionRefused(_("Nothing would change: the bills are right already."))
        found.state, found.submitted_at = CorrectionState.SUBMITTED, at
        found.save()
    audit.record(
        "corrections.correction.submitted",
        subject=both[0],
        actor=actor,
        at=at,
        unit_id=both[0].unit_id,
        changes={"difference_fen": [None, both[0].difference_fen], "bills": [None, both[0].months]},
    )
    return both[0]


@transaction.atomic
def withdraw(*, correction: Correction, actor: Staff, at: datetime, reason: str = "") -> Correction:
    """Take a draft or a submitted correction back; the bills stay.

    Raises:
        CorrectionRefused: it is decided already.
    """
    both = pair(correction)
    for found in both:
        if not rules.may_become(found.state, CorrectionState.WITHDRAWN):
            raise CorrectionRefused(_("This correction has already been decided."))
        found.state, found.note = CorrectionState.WITHDRAWN, reason[:300]
        found.save(update_fields=["state", "note"])
    audit.record(
        "corrections.correction.withdrawn",
        subject=both[0],
        actor=actor,
        at=at,
        reason=reason,
        unit_id=both[0].unit_id,
    )
    return both[0]
