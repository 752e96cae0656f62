"""Appliances that our fault damaged: look on site, compute, decide by a second person, ask for the money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.care.cases import queries, rules
from denghuo.care.cases.models import Case, CaseKind, DamageClaim, DamageItem
from denghuo.care.cases.operations.complaints import ask_money
from denghuo.care.cases.operations.stepping import CaseRefused, note, open_case, save, step
from denghuo.care.cases.rules import parameters
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import day_of


@dataclass(frozen=True)
class Appliance:
    """One damaged appliance as the visitor writes it down."""

    name: str
    kind: str
    bought_date: date
    price_fen: int
    repair_fen: int | None = None


@transaction.atomic
def inspect(
    *,
    case: Case,
    liable: bool,
    findings: str,
    appliances: Sequence[Appliance],
    at: datetime,
    actor: Staff,
) -> DamageClaim:
    """What was seen on site; where it was our fault, what each appliance is worth.

    Raises:
        CaseRefused: no claim, no words, no appliance where we are liable, impossible facts, or not at that step.
    """
    found = open_case(case)
    if found.kind != CaseKind.DAMAGE:
        raise CaseRefused(_("This is no claim for appliances."))
    if not findings.strip():
        raise CaseRefused(_("Write what was found."))
    if liable and not appliances:
        raise CaseRefused(_("Write down the appliances."))
    claim: DamageClaim = found.damage
    total = _write_down(claim, appliances, liable, at)
    step(found, "inspect", at=at, actor=actor, result=findings)
    save(
        claim,
        liable=liable,
        findings=findings.strip()[:500],
        inspected_at=at,
        inspected_by=actor,
        compensation_fen=total,
        decided_by=None,
        decided_at=None,
    )
    if found.contacted_at is None:
        save(found, contacted_at=at)
    note("damage.inspected", found, at=at, actor=actor, liable=liable, compensation_fen=total)
    return claim


def _write_down(claim: DamageClaim, appliances: Sequence[Appliance], liable: bool, at: datetime) -> int:
    """The appliances with what is paid for each; the sum."""
    floor = queries.figure(parameters.DAMAGE_FLOOR, on=day_of(at))
    claim.items.all().delete()
    total = 0
    for item in appliances:
        try:
            paid = rules.damage.compensation(
                kind=item.kind,
                bought_date=item.bought_date,
                damaged_date=day_of(claim.occurred_at),
                price_fen=item.price_fen,
                repair_fen=item.repair_fen,
                floor_percent=floor,
            )
        except rules.damage.DamageImpossible as error:
            raise CaseRefused(
                _("%(name)s: check the kind, the price and the day it was bought.") % {"name": item.name}
            ) from error
        amount = paid.amount_fen if liable else 0
        total += amount
        DamageItem.objects.create(
            claim=claim,
            name=item.name.strip()[:60],
            kind=item.kind,
            bought_date=item.bought_date,
            price_fen=item.price_fen,
            repair_fen=item.repair_fen,
            compensation_fen=amount,
            basis=paid.basis if liable else "",
        )
    return total


@transaction.atomic
def decide_damage(*, case: Case, approved: bool, reason: str, at: datetime, actor: Staff) -> DamageClaim:
    """Agree with what is to be paid (or that nothing is), or send it back. The money is asked for at once.

    Raises:
        CaseRefused: one's own visit, no reason, no account, or not at that step.
    """
    found = open_case(case)
    claim: DamageClaim = found.damage
    if claim.inspected_by_id == actor.pk:
        raise CaseRefused(_("Another person must decide: you were on site."))
    if not reason.strip():
        raise CaseRefused(_("Give the reason."))
    step(found, "approve", at=at, actor=actor, data={"approved": approved}, result=reason)
    if not approved:
        save(claim, decision_note=reason.strip()[:300])
        note("damage.sent_back", found, at=at, actor=actor, reason=reason)
        return claim
    save(claim, decided_by=actor, decided_at=at, decision_note=reason.strip()[:300])
    if claim.compensation_fen:
        why = _("Damaged appliances %(number)s") % {"number": found.number}
        save(claim, refund=ask_money(found, claim.compensation_fen, why, claim.inspected_by, at))
    note("damage.decided", found, at=at, actor=actor, reason=reason, compensation_fen=claim.compensation_fen)
    return claim
