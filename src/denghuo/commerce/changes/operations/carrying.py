"""A change is carried out: records, terms and meters follow from the day itself, so that the next bill does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.changes import events, queries, rules
from denghuo.commerce.changes.models import Change, ChangeState, CustomerTransformer, UnitState
from denghuo.commerce.changes.operations.deciding import ChangeImpossible, locked, step_done
from denghuo.commerce.changes.operations.sending import call_off
from denghuo.commerce.changes.operations.work import (
    Work,
    exchange_meters,
    hang_again,
    in_words,
    read_all,
    take_down,
)
from denghuo.commerce.changes.queries.preview import kept_terms, terms_after, units_taken
from denghuo.commerce.changes.rules import effects, kinds
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import day_of
from denghuo.records.customers import operations as customers
from denghuo.records.grid import operations as grid
from denghuo.records.grid.models import Transformer
from denghuo.records.supply import operations as supply
from denghuo.records.supply.models import SupplyPoint, SupplyState, SupplyTerms
from denghuo.records.supply.queries import terms_on


@transaction.atomic
def carry_out(*, change: Change, work: Work, at: datetime, actor: Staff) -> Change:
    """Write an approved change into the records from ``work.on`` on, and complete its step.

    Transfers, splits, mergers and closings are read, settled and filed instead (``settling``).

    Raises:
        ChangeImpossible: not approved, the wrong day, a reading is missing, or a room below refuses.
    """
    found = locked(change, ChangeState.APPROVED)
    check_day(found, work, at)
    act = _ACTS.get(found.kind)
    if act is None:
        raise ChangeImpossible(_("This change is read, settled and filed step by step."))
    before = terms_on(found.supply_point, work.on)
    found.before = json.dumps(plain(before), ensure_ascii=False)
    act(found, work, before, at, actor)
    return in_effect(found, work, step="work", at=at, actor=actor)


def check_day(change: Change, work: Work, at: datetime) -> None:
    """The day must not lie before the one that was asked for, nor (where something was done on site) ahead."""
    if work.on < change.from_date:
        raise ChangeImpossible(
            _("It was asked for from %(day)s on; nothing takes effect before.") % {"day": change.from_date}
        )
    if work.on > day_of(at) and kinds.FAMILY[change.kind] != kinds.OFFICE:
        raise ChangeImpossible(_("The day lies ahead; report the work when it is done."))
    if terms_on(change.supply_point, work.on) is None:
        raise ChangeImpossible(_("No terms hold on %(day)s.") % {"day": work.on})


def in_effect(change: Change, work: Work, *, step: str, at: datetime, actor: Staff) -> Change:
    """Note that it has been done, complete ``step`` and tell everybody."""
    if change.ends is not None:
        change.ends.ended_date = work.on
        change.ends.save(update_fields=["ended_date"])
    if not change.shown:
        change.registers = json.dumps(plain_shown(work), ensure_ascii=False)
    change.state, change.effective_date, change.done_by, change.done_at = (
        ChangeState.EFFECTIVE, work.on, actor, at,
    )  # fmt: skip
    change.save()
    step_done(change, step, at=at, actor=actor, result=" ".join((work.seal_number, work.note)).strip()[:200])
    call_off(change, reason=_("Done at the desk"), at=at, actor=actor)
    outbox.publish(
        events.ChangeTookEffect(
            change_id=change.pk,
            supply_point_id=change.supply_point_id,
            customer_id=change.customer_id,
            kind=change.kind,
            effective_date=work.on,
            done_at=at,
        )
    )
    audit.record(
        "changes.change.carried_out",
        subject=change,
        actor=actor,
        at=at,
        reason=work.note,
        unit_id=change.unit_id,
        changes={
            "effective_date": [None, work.on.isoformat()],
            "seal_number": [None, work.seal_number or None],
        },
    )
    return change


def plain(terms: SupplyTerms | None) -> dict[str, Any]:
    """Terms as JSON can hold them."""
    if terms is None:
        return {}
    values = queries.plain_terms(terms)
    return {
        name: format(value, "f") if isinstance(value, Decimal) else value for name, value in values.items()
    }


def plain_shown(work: Work) -> dict[str, dict[str, str]]:
    return {
        number: {name: str(value) for name, value in registers.items() if value not in (None, "")}
        for number, registers in work.shown.items()
    }


def change_terms(change: Change, work: Work, values: Mapping[str, Any], at: datetime, actor: Staff) -> None:
    """Write the terms that differ, effective from the day."""
    if values:
        with in_words():
            supply.change_terms(
                supply_point=change.supply_point,
                from_date=work.on,
                at=at,
                reason=reason_of(change),
                actor=actor,
                **values,
            )


def reason_of(change: Change) -> str:
    """What the records say about why."""
    return f"{change.get_kind_display()} {change.number}"


def _readings(change: Change, work: Work, at: datetime, actor: Staff) -> None:
    needed = change.kind in kinds.READING_REQUIRED
    read_all(change.supply_point, work, needed=needed, at=at, actor=actor)


def _suspend(change: Change, work: Work, before: SupplyTerms | None, at: datetime, actor: Staff) -> None:
    assert before is not None
    if change.until_date is not None and work.on >= change.until_date:
        raise ChangeImpossible(_("The suspension was agreed until %(day)s.") % {"day": change.until_date})
    _readings(change, work, at, actor)
    values = terms_after(change, before)
    whole = "capacity_kva" not in values
    _set_units(change, UnitState.SEALED)
    if not whole:
        change_terms(change, work, values, at, actor)
        return
    with in_words():
        supply.seal(
            supply_point=change.supply_point, from_date=work.on, at=at, reason=reason_of(change), actor=actor
        )
    _grid(before, "sealed", change, at, actor)


def _resume(change: Change, work: Work, before: SupplyTerms | None, at: datetime, actor: Staff) -> None:
    ended = change.ends
    assert before is not None and ended is not None and ended.effective_date is not None
    _readings(change, work, at, actor)
    values = terms_after(change, before)
    kept = kept_terms(change)
    _set_units(change, UnitState.RUNNING)
    if SupplyPoint.objects.get(pk=change.supply_point_id).state == SupplyState.SUSPENDED:
        with in_words():
            supply.unseal(
                supply_point=SupplyPoint.objects.get(pk=change.supply_point_id),
                from_date=work.on,
                at=at,
                reason=reason_of(change),
                demand_exempt=bool(kept.get("demand_exempt")),
                actor=actor,
            )
        values.pop("demand_exempt", None)
        _grid(before, "running", change, at, actor)
    change_terms(change, work, values, at, actor)
    figures = queries.figures(ended.effective_date)
    if not rules.frees_basic_charge(ended.effective_date, work.on, figures.least_days):
        _charge_after_all(change, ended, work, before, kept, at, actor)


def _charge_after_all(
    change: Change,
    ended: Change,
    work: Work,
    during: SupplyTerms,
    kept: Mapping[str, Any],
    at: datetime,
    actor: Staff,
) -> None:
    """The suspension was shorter than the least: its days are charged as if nothing had been sealed."""
    values = effects.too_short_to_free(kept, queries.plain_terms(during))
    assert ended.effective_date is not None
    if values and work.on > ended.effective_date:
        with in_words():
            supply.correct_terms(
                supply_point=change.supply_point,
                from_date=ended.effective_date,
                until_date=work.on,
                at=at,
                reason=_("%(number)s: shorter than the least, the basic charge is not waived")
                % {"number": ended.number},
                actor=actor,
                **values,
            )


def _reduce(change: Change, work: Work, before: SupplyTerms | None, at: datetime, actor: Staff) -> None:
    assert before is not None
    _readings(change, work, at, actor)
    values = terms_after(change, before)
    smaller = change.asked.get("smaller_kva")
    _set_units(change, UnitState.REMOVED if smaller else UnitState.SEALED)
    if smaller:
        (old,) = units_taken(change)
        made = CustomerTransformer.objects.create(
            supply_point=change.supply_point,
            label=f"{old.label[:20]} → {change.pk}",
            capacity_kva=Decimal(smaller),
        )
        change.wish = json.dumps({**change.asked, "stand_in": made.pk}, ensure_ascii=False)
    change_terms(change, work, values, at, actor)


def _restore(change: Change, work: Work, before: SupplyTerms | None, at: datetime, actor: Staff) -> None:
    assert before is not None and change.ends is not None
    _readings(change, work, at, actor)
    values = terms_after(change, before)
    if stand_in := change.ends.asked.get("stand_in"):
        CustomerTransformer.objects.filter(pk=stand_in).update(state=UnitState.REMOVED)
    _set_units(change, UnitState.RUNNING)
    change_terms(change, work, values, at, actor)


def _only_terms(change: Change, work: Work, before: SupplyTerms | None, at: datetime, actor: Staff) -> None:
    """Temporary transformer and back, change of class: readings where given, then the terms."""
    assert before is not None
    _readings(change, work, at, actor)
    change_terms(change, work, terms_after(change, before), at, actor)


def _voltage(change: Change, work: Work, before: SupplyTerms | None, at: datetime, actor: Staff) -> None:
    assert before is not None
    exchange_meters(change.supply_point, work, reason=reason_of(change), at=at, actor=actor)
    _only_terms(change, work, before, at, actor)


def _move_meter(change: Change, work: Work, before: SupplyTerms | None, at: datetime, actor: Staff) -> None:
    exchange_meters(change.supply_point, work, reason=reason_of(change), at=at, actor=actor)
    _readings(change, work, at, actor)


def _relocate(change: Change, work: Work, before: SupplyTerms | None, at: datetime, actor: Staff) -> None:
    _move_meter(change, work, before, at, actor)
    with in_words():
        supply.amend_address(
            supply_point=change.supply_point,
            address=change.asked["address"],
            at=at,
            actor=actor,
            reason=reason_of(change),
        )
    assert before is not None
    change_terms(change, work, terms_after(change, before), at, actor)


def _remove(change: Change, work: Work, before: SupplyTerms | None, at: datetime, actor: Staff) -> None:
    change.registers = json.dumps(plain_shown(work), ensure_ascii=False)
    take_down(change.supply_point, work, reason=reason_of(change), to_stock=False, at=at, actor=actor)
    with in_words():
        supply.seal(
            supply_point=change.supply_point, from_date=work.on, at=at, reason=reason_of(change), actor=actor
        )


def _reinstall(change: Change, work: Work, before: SupplyTerms | None, at: datetime, actor: Staff) -> None:
    assert change.ends is not None
    hang_again(
        change.supply_point, sorted(change.ends.shown), work, reason=reason_of(change), at=at, actor=actor
    )
    with in_words():
        supply.unseal(
            supply_point=SupplyPoint.objects.get(pk=change.supply_point_id),
            from_date=work.on,
            at=at,
            reason=reason_of(change),
            demand_exempt=bool(kept_terms(change).get("demand_exempt")),
            actor=actor,
        )


def _rename(change: Change, work: Work, before: SupplyTerms | None, at: datetime, actor: Staff) -> None:
    asked = change.asked
    values = {"name": asked["name"]}
    if asked.get("credit_code"):
        values["credit_code"] = asked["credit_code"]
    with in_words():
        customers.amend(customer=change.customer, at=at, actor=actor, reason=reason_of(change), **values)
    sign_contract(change, change.supply_point, work, at, actor)
    change.wish = "{}"


def sign_contract(change: Change, point: SupplyPoint, work: Work, at: datetime, actor: Staff) -> None:
    """The supply contract is signed anew, numbered after the request."""
    with in_words():
        supply.sign_contract(
            supply_point=point,
            contract_number=f"HT{point.number}-{change.number[1:]}"[:30],
            signed_date=day_of(at),
            valid_from=work.on,
            at=at,
            actor=actor,
        )


def _set_units(change: Change, state: UnitState) -> None:
    CustomerTransformer.objects.filter(pk__in=[unit.pk for unit in units_taken(change)]).update(state=state)


def _grid(terms: SupplyTerms, state: str, change: Change, at: datetime, actor: Staff) -> None:
    """The customer's one transformer in the grid records is sealed and runs again with it."""
    if terms.transformer_id is None:
        return
    transformer = Transformer.objects.filter(pk=terms.transformer_id, is_public=False).first()
    if transformer is not None and transformer.state not in (state, "removed"):
        with in_words():
            grid.set_transformer_state(
                transformer=transformer, state=state, at=at, actor=actor, reason=reason_of(change)
            )


_ACTS: Mapping[str, Callable[[Change, Work, SupplyTerms | None, datetime, Staff], None]] = {
    kinds.SUSPEND: _suspend,
    kinds.RESUME: _resume,
    kinds.REDUCE: _reduce,
    kinds.RESTORE: _restore,
    kinds.EXCHANGE: _only_terms,
    kinds.EXCHANGE_BACK: _only_terms,
    kinds.RELOCATE: _relocate,
    kinds.MOVE_METER: _move_meter,
    kinds.REMOVE: _remove,
    kinds.REINSTALL: _reinstall,
    kinds.RENAME: _rename,
    kinds.VOLTAGE: _voltage,
    kinds.TARIFF_CLASS: _only_terms,
}
