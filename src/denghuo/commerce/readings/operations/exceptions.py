"""The worklist: what people decide about readings that look wrong or are missing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from denghuo.commerce.readings import events, rules
from denghuo.commerce.readings.models import (
    ExceptionAction,
    ExceptionState,
    Reading,
    ReadingException,
    ReadingKind,
    ReadingRoute,
    ReadingSource,
    ReadingState,
)
from denghuo.commerce.readings.operations.chain import ChainBroken, put_in
from denghuo.commerce.readings.operations.estimates import (
    CannotEstimate,
    correct_estimates_before,
    estimate_reading,
)
from denghuo.commerce.readings.operations.recording import record_reading
from denghuo.commerce.readings.queries import not_read
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import Cycle

Problem = ReadingException


class ActionNotAllowed(Exception):
    """The exception is resolved already, or its rule does not allow this action."""


@dataclass(frozen=True)
class Accepted:
    """Exceptions resolved by a bulk acceptance, and why others were not."""

    resolved: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


@transaction.atomic
def assign(
    *, exceptions: Iterable[Problem], owner: Staff | None, at: datetime, actor: Staff | None = None
) -> int:
    """Give open exceptions to ``owner`` (or back to everybody); answers how many changed."""
    facts = []
    for problem in exceptions:
        if problem.state == ExceptionState.RESOLVED or problem.owner_id == (owner.pk if owner else None):
            continue
        before, problem.owner = problem.owner, owner
        problem.state = ExceptionState.IN_HAND if owner or problem.order_reference else ExceptionState.OPEN
        problem.save(update_fields=["owner", "state"])
        facts.append(
            audit.Fact(
                "readings.exception.assigned",
                problem,
                changes={"owner": [before and str(before), owner and str(owner)]},
                unit_id=problem.unit_id,
            )
        )
    audit.record_many(facts, at=at, actor=actor)
    return len(facts)


@transaction.atomic
def accept(
    *, exceptions: Iterable[Problem], reason: str, at: datetime, actor: Staff | None = None
) -> Accepted:
    """Accept held readings as they stand, all for one reason; each is judged on its own.

    A reading that breaks several rules is accepted with all of them, or not at all where one forbids it.

    Raises:
        ValidationError: no reason given.
    """
    _need(reason)
    outcome = Accepted()
    seen: set[int] = set()
    for problem in exceptions:
        reading = problem.reading
        if reading is None or problem.state == ExceptionState.RESOLVED:
            outcome.refused[problem.pk] = _("There is no held reading.")
            continue
        if reading.pk in seen:
            continue
        seen.add(reading.pk)
        siblings = _open_of(reading)
        broken = [one.rule for one in siblings]
        try:
            if reading.state != ReadingState.HELD or not rules.may_accept(broken):
                raise ActionNotAllowed(_("A reading that runs backwards cannot be accepted as it stands."))
            with transaction.atomic():
                put_in(reading)
        except (ActionNotAllowed, ChainBroken) as error:
            text = " ".join(error.messages) if isinstance(error, ChainBroken) else str(error)
            outcome.refused[problem.pk] = text
            continue
        _resolve(siblings, ExceptionAction.ACCEPT, reason, at, actor)
        outcome.resolved.extend(one.pk for one in siblings)
    return outcome


@transaction.atomic
def reread(
    *,
    problem: Problem,
    registers: Mapping[str, Decimal | int | str | None],
    read_date: date,
    reason: str,
    at: datetime,
    actor: Staff | None = None,
    source: str = ReadingSource.FIELD,
) -> Reading:
    """Record what the meter really shows. The held reading is set aside; the new one is judged like any other.

    A re-read that confirms figures which only looked unusual is accepted: it breaks no other rule and shows the same,
    or what was used in the days between.

    Raises:
        ActionNotAllowed: resolved already.
        ReadingRefused, InexactQuantity: as for ``record_reading``.
    """
    _check(problem, "reread")
    held = problem.reading
    siblings = _open_of(held) if held else [problem]
    if held is not None:
        held.state = ReadingState.REJECTED
        held.save(update_fields=["state"])
    reading = record_reading(
        point=problem.metering_point,
        cycle=problem.cycle,
        read_date=read_date,
        registers=registers,
        source=source,
        at=at,
        actor=actor,
        kind=held.kind if held else ReadingKind.REGULAR,
    )
    Reading.objects.filter(pk=reading.pk).update(replaces=held)
    if held is not None and reading.state == ReadingState.HELD:
        fresh = _open_of(reading)
        broken = [one.rule for one in fresh]
        if _confirms(reading, held) and rules.may_accept(broken) and {*broken} <= {o.rule for o in siblings}:
            put_in(reading)
            _resolve(fresh, ExceptionAction.REREAD, reason, at, actor)
    for one in siblings:
        one.refresh_from_db()
    _resolve(
        [one for one in siblings if one.state != ExceptionState.RESOLVED],
        ExceptionAction.REREAD,
        reason,
        at,
        actor,
    )
    return reading


@transaction.atomic
def estimate(
    *, problem: Problem, method: str, reason: str, at: datetime, actor: Staff | None = None
) -> Reading:
    """Bill the cycle on an estimate instead of the held or missing reading.

    Raises:
        ActionNotAllowed: resolved already, or the rule does not allow it.
        CannotEstimate: no history for ``method``.
        ValidationError: no reason given.
    """
    _need(reason)
    _check(problem, "estimate")
    held = problem.reading
    siblings = _open_of(held) if held else [problem]
    if held is not None:
        held.state = ReadingState.REJECTED
        held.save(update_fields=["state"])
    reading = estimate_reading(
        point=problem.metering_point,
        cycle=problem.cycle,
        read_date=held.read_date if held else _scheduled(problem),
        method=method,
        reason=reason,
        at=at,
        actor=actor,
    )
    _resolve(siblings, ExceptionAction.ESTIMATE, reason, at, actor)
    return reading


@transaction.atomic
def correct_estimate(
    *, problem: Problem, reason: str, at: datetime, actor: Staff | None = None
) -> list[Reading]:
    """Settle the estimates that this actual reading shows to be too high, and accept the reading.

    Raises:
        ActionNotAllowed: another rule, or resolved already.
        CannotEstimate, ReadingIsBilled: as for ``estimates.correct_estimates_before``.
    """
    _need(reason)
    _check(problem, "correct_estimate")
    assert problem.reading is not None
    siblings = _open_of(problem.reading)
    corrected = correct_estimates_before(reading=problem.reading, reason=reason, at=at, actor=actor)
    _resolve(siblings, ExceptionAction.CORRECT_ESTIMATE, reason, at, actor)
    return corrected


@transaction.atomic
def order_meter_check(
    *, problem: Problem, order_reference: str, reason: str, at: datetime, actor: Staff | None = None
) -> None:
    """Send the meter to be looked at; the exception stays in hand until the meter is read, exchanged or estimated.

    Raises:
        ActionNotAllowed: resolved already.
        ValidationError: no reference of the order.
    """
    _check(problem, "meter_fault")
    order_reference = order_reference.strip()
    if not order_reference:
        raise ValidationError({"order_reference": _("Give the number of the fault order.")})
    before = problem.order_reference
    problem.order_reference = order_reference[:40]
    problem.action = ExceptionAction.METER_FAULT
    problem.state = ExceptionState.IN_HAND
    problem.owner = problem.owner or actor
    problem.reason = reason[:300]
    problem.save(update_fields=["order_reference", "action", "state", "owner", "reason"])
    audit.record(
        "readings.exception.fault_ordered",
        subject=problem,
        at=at,
        actor=actor,
        reason=reason,
        unit_id=problem.unit_id,
        changes={"order_reference": [before, problem.order_reference]},
    )
    outbox.publish(
        events.MeterFaultOrdered(
            exception_id=problem.pk,
            metering_point_id=problem.metering_point_id,
            order_reference=problem.order_reference,
            at=at,
        )
    )


@transaction.atomic
def raise_missing(
    *, cycle: str, at: datetime, routes: Iterable[ReadingRoute] | None = None, actor: Staff | None = None
) -> int:
    """Put every metering point that was due in ``cycle`` and has no reading on the worklist; answers how many are new.

    Only routes whose reading day has passed by ``at`` count. Doing it again adds nothing.
    """
    due = not_read(cycle=cycle, as_of=localdate(at), routes=routes)
    known = set(
        ReadingException.objects.filter(cycle=cycle, rule="missing")
        .exclude(state=ExceptionState.RESOLVED)
        .values_list("metering_point_id", flat=True)
    )
    fresh = [
        ReadingException(
            metering_point_id=stop.metering_point_id,
            cycle=cycle,
            rule="missing",
            detail=json.dumps({"route": stop.route.code}),
            unit_id=stop.route.unit_id,
            raised_at=at,
        )
        for stop in due
        if stop.metering_point_id not in known
    ]
    ReadingException.objects.bulk_create(fresh, batch_size=500)
    if fresh:
        audit.record(
            "readings.missing.raised",
            at=at,
            actor=actor,
            subject_type="readings.cycle",
            subject_id=cycle,
            changes={"missing": [None, len(fresh)]},
        )
    return len(fresh)


def _confirms(reading: Reading, held: Reading) -> bool:
    if reading.total == held.total:
        return True
    if reading.advance_kwh is None or held.advance_kwh is None:
        return False
    if not held.advance_days or not reading.advance_days:
        return False
    daily, before = reading.advance_kwh / reading.advance_days, held.advance_kwh / held.advance_days
    return reading.total > held.total and daily <= before * Decimal("1.2")


def _need(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})


def _check(problem: Problem, action: str) -> None:
    if problem.state == ExceptionState.RESOLVED:
        raise ActionNotAllowed(_("The exception is resolved already."))
    if action not in rules.allowed_actions(problem.rule):
        raise ActionNotAllowed(_("This rule does not allow that."))


def _open_of(reading: Reading) -> list[Problem]:
    return list(ReadingException.objects.filter(reading=reading).exclude(state=ExceptionState.RESOLVED))


def _scheduled(problem: Problem) -> date:
    stop = getattr(problem.metering_point, "route_stop", None)
    return rules.reading_date(Cycle.parse(problem.cycle), stop.route.reading_day if stop else 1)


def _resolve(problems: list[Problem], action: str, reason: str, at: datetime, actor: Staff | None) -> None:
    for problem in problems:
        problem.state, problem.action, problem.reason = ExceptionState.RESOLVED, action, reason[:300]
        problem.resolved_at, problem.resolved_by = at, actor
        problem.save(update_fields=["state", "action", "reason", "resolved_at", "resolved_by"])
    audit.record_many(
        [
            audit.Fact(
                "readings.exception.resolved",
                problem,
                changes={"action": [None, str(action)], "rule": [None, problem.rule]},
                reason=reason,
                unit_id=problem.unit_id,
            )
            for problem in problems
        ],
        at=at,
        actor=actor,
    )


__all__ = [
    "Accepted",
    "ActionNotAllowed",
    "CannotEstimate",
    "accept",
    "assign",
    "correct_estimate",
    "estimate",
    "order_meter_check",
    "raise_missing",
    "reread",
]
