"""The life of a supply point: opened, suspended, resumed, closed; its payer, address and contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.numbering.operations import allocate
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.identifiers import NumberKind, number
from denghuo.records.customers.models import Account, Customer
from denghuo.records.supply import events, rules
from denghuo.records.supply.models import (
    ADDRESS_INDEX,
    TERM_FIELDS,
    SupplyContract,
    SupplyPoint,
    SupplyState,
    SupplyTerms,
)
from denghuo.records.supply.operations.terms import (
    SupplyInvalid,
    SupplyPointCannotBecome,
    TermsRefused,
    change_terms,
    check,
    known,
    locked,
    row_on,
)


def supply_point_numbers(unit_id: str, count: int) -> list[str]:
    """The next supply point numbers (户号) of the station that ``unit_id`` belongs to."""
    prefix = unit_id[:4]
    serials = allocate(f"supply_point:{prefix}", count)
    return [number(NumberKind.SUPPLY_POINT, prefix, serial) for serial in serials]


@transaction.atomic
def open_supply_point(
    *,
    customer: Customer,
    account: Account,
    address: str,
    energised_date: date,
    terms: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    at: datetime,
    unit: OrganisationUnit | None = None,
    actor: Staff | None = None,
) -> SupplyPoint:
    """Begin to supply a customer at an address.

    Args:
        terms: fields of ``SupplyTerms`` that hold from ``energised_date`` on; or, where history is taken over, a list
            of such mappings each with its own ``valid_from`` (and the day the next one begins as ``valid_to``).

    Raises:
        SupplyInvalid: a field does not hold.
        TermsRefused: a history that starts elsewhere than at ``energised_date``, has a gap or an overlap.
    """
    if account.closed_date is not None:
        raise SupplyInvalid({"account": [_("The paying account is closed.")]})
    point = SupplyPoint(
        customer=customer,
        account=account,
        unit=unit or customer.unit,
        address=address.strip(),
        state=SupplyState.ACTIVE,
        energised_date=energised_date,
    )
    check(point, exclude={"number", "customer", "account", "unit"})
    rows = _first_rows(terms, energised_date)
    (point.number,) = supply_point_numbers(point.unit_id, 1)
    point.save(force_insert=True)
    for row in rows:
        row.supply_point = point
        row.save(force_insert=True)
    ADDRESS_INDEX.put([(point.id, point.address)])
    audit.record("supply.supply_point.opened", subject=point, at=at, actor=actor, unit_id=point.unit_id)
    outbox.publish(events.SupplyPointOpened(supply_point_id=point.id, opened_at=at))
    return point


def _first_rows(
    terms: Mapping[str, Any] | Sequence[Mapping[str, Any]], energised_date: date
) -> list[SupplyTerms]:
    given = [terms] if isinstance(terms, Mapping) else list(terms)
    if isinstance(terms, Mapping):
        given = [{"valid_from": energised_date, **terms}]
    rows = []
    for values in given:
        known(values, {*TERM_FIELDS, "valid_from", "valid_to", "reason"})
        row = SupplyTerms(**values)
        check(row, exclude={"supply_point", "area", "transformer"})
        rows.append(row)
    if not rows or rows[0].valid_from != energised_date:
        raise TermsRefused(_("The terms must begin on the day the supply point was energised."))
    if rows[-1].valid_to is not None:
        raise TermsRefused(_("The last terms must have no end."))
    for fault, day in rules.gaps_and_overlaps(rows):
        message = (
            _("The terms overlap from %(day)s on.")
            if fault == "overlap"
            else _("No terms hold from %(day)s on.")
        )
        raise TermsRefused(message % {"day": day})
    return rows


@transaction.atomic
def seal(
    *,
    supply_point: SupplyPoint,
    from_date: date,
    at: datetime,
    reason: str,
    actor: Staff | None = None,
) -> SupplyPoint:
    """Suspend the supply (暂停): sealed, and free of the basic charge, from ``from_date`` until it is unsealed.

    Raises:
        SupplyPointCannotBecome: not in use.
        TermsRefused: outside the life of the supply point.
    """
    point = _become(supply_point, SupplyState.SUSPENDED, at, actor, reason)
    point.save(update_fields=["state"])
    if not row_on(list(point.terms.all()), point, from_date).demand_exempt:
        change_terms(
            supply_point=point, from_date=from_date, at=at, reason=reason, actor=actor, demand_exempt=True
        )
    outbox.publish(
        events.SupplyPointSuspended(supply_point_id=point.id, from_date=from_date, suspended_at=at)
    )
    point.refresh_from_db()
    return point


@transaction.atomic
def unseal(
    *,
    supply_point: SupplyPoint,
    from_date: date,
    at: datetime,
    reason: str,
    demand_exempt: bool = False,
    actor: Staff | None = None,
) -> SupplyPoint:
    """Supply again after a suspension (恢复); ``demand_exempt`` for customers who are exempt anyway.

    Raises:
        SupplyPointCannotBecome: not suspended.
        TermsRefused: outside the life of the supply point.
    """
    if supply_point.state != SupplyState.SUSPENDED:
        raise SupplyPointCannotBecome(_("The supply point is not suspended."))
    point = _become(supply_point, SupplyState.ACTIVE, at, actor, reason)
    point.save(update_fields=["state"])
    if not demand_exempt:
        change_terms(
            supply_point=point, from_date=from_date, at=at, reason=reason, actor=actor, demand_exempt=False
        )
    outbox.publish(events.SupplyPointResumed(supply_point_id=point.id, from_date=from_date, resumed_at=at))
    point.refresh_from_db()
    return point


@transaction.atomic
def close(
    *,
    supply_point: SupplyPoint,
    on: date,
    at: datetime,
    reason: str,
    actor: Staff | None = None,
) -> SupplyPoint:
    """End the supply (销户); ``on`` is the first day without it. Terms and losses end that day.

    Raises:
        SupplyPointCannotBecome: closed already.
        TermsRefused: before it was energised, or terms begin later than ``on``.
    """
    point = _become(supply_point, SupplyState.CLOSED, at, actor, reason)
    if point.energised_date is not None and on <= point.energised_date:
        raise TermsRefused(_("The supply point was not yet energised on %(day)s.") % {"day": on})
    if (
        point.terms.filter(valid_from__gte=on).exists()
        or point.loss_terms.filter(valid_from__gte=on).exists()
    ):
        raise TermsRefused(_("Terms begin on or after the day of closing; correct them first."))
    point.closed_date = on
    point.save(update_fields=["state", "closed_date"])
    point.terms.filter(valid_to__isnull=True).update(valid_to=on)
    point.loss_terms.filter(valid_to__isnull=True).update(valid_to=on)
    point.contracts.filter(valid_to__isnull=True).update(valid_to=on)
    outbox.publish(events.SupplyPointClosed(supply_point_id=point.id, closed_date=on, closed_at=at))
    return point


def _become(
    supply_point: SupplyPoint, state: SupplyState, at: datetime, actor: Staff | None, reason: str
) -> SupplyPoint:
    point = locked(supply_point, None)
    if not rules.may_become(point.state, state):
        raise SupplyPointCannotBecome(
            _("A supply point that is “%(old)s” cannot become “%(new)s”.")
            % {"old": point.get_state_display(), "new": state.label}
        )
    old, point.state = point.state, state
    audit.record(
        "supply.supply_point.state_changed",
        subject=point,
        at=at,
        actor=actor,
        changes={"state": [old, str(state.value)]},
        reason=reason,
        unit_id=point.unit_id,
    )
    return point


@transaction.atomic
def change_payer(
    *,
    supply_point: SupplyPoint,
    account: Account,
    at: datetime,
    reason: str,
    actor: Staff | None = None,
) -> SupplyPoint:
    """Let another account pay; the customer of that account becomes the customer (过户 where it is another).

    Raises:
        SupplyInvalid: the account is closed or pays already.
    """
    point = locked(supply_point, None)
    if account.closed_date is not None or account.pk == point.account_id:
        raise SupplyInvalid({"account": [_("The account is closed or pays for this supply point already.")]})
    old = point.account
    point.account, point.customer_id = account, account.customer_id
    point.version += 1
    point.save(update_fields=["account", "customer", "version"])
    audit.record(
        "supply.supply_point.payer_changed",
        subject=point,
        at=at,
        actor=actor,
        changes={"account": [old.number, account.number]},
        reason=reason,
        unit_id=point.unit_id,
    )
    outbox.publish(
        events.PayerChanged(
            supply_point_id=point.id, from_account_id=old.id, to_account_id=account.id, changed_at=at
        )
    )
    return point


@transaction.atomic
def amend_address(
    *,
    supply_point: SupplyPoint,
    address: str,
    at: datetime,
    actor: Staff | None = None,
    version: int | None = None,
    reason: str = "",
) -> SupplyPoint:
    """Write the address of a supply point otherwise.

    Raises:
        SupplyInvalid: empty or too long.
        SupplyPointChangedMeanwhile: ``version`` is given and another is stored.
    """
    point = locked(supply_point, version)
    if point.address == address.strip():
        return point
    point.address = address.strip()
    point.version += 1
    check(point, exclude={"number", "customer", "account", "unit"})
    point.save(update_fields=["address", "version"])
    ADDRESS_INDEX.put([(point.id, point.address)])
    audit.record(
        "supply.supply_point.address_amended",
        subject=point,
        at=at,
        actor=actor,
        changes={"address": ["***", "***"]},
        reason=reason,
        unit_id=point.unit_id,
    )
    return point


@transaction.atomic
def sign_contract(
    *,
    supply_point: SupplyPoint,
    contract_number: str,
    signed_date: date,
    valid_from: date,
    at: datetime,
    actor: Staff | None = None,
) -> SupplyContract:
    """Note the supply contract (供用电合同); the contract before ends where this one begins.

    Raises:
        SupplyInvalid: a field does not hold, the number is taken, or it begins before the one in force.
    """
    point = locked(supply_point, None)
    contract = SupplyContract(
        supply_point=point, number=contract_number.strip(), signed_date=signed_date, valid_from=valid_from
    )
    check(contract, exclude={"supply_point"})
    if SupplyContract.objects.filter(number=contract.number).exists():
        raise SupplyInvalid({"number": [_("There is a contract with this number already.")]})
    last = point.contracts.filter(valid_to__isnull=True).first()
    if last is not None:
        if last.valid_from >= valid_from:
            raise SupplyInvalid({"valid_from": [_("The contract in force begins later.")]})
        last.valid_to = valid_from
        last.save(update_fields=["valid_to"])
    contract.save(force_insert=True)
    audit.record(
        "supply.contract.signed",
        subject=point,
        at=at,
        actor=actor,
        changes={"contract": [last.number if last else None, contract.number]},
        unit_id=point.unit_id,
    )
    return contract


def rebuild_address_index() -> int:
    """Make the address index anew after supply points were written in bulk; returns how many were indexed."""
    with transaction.atomic():
        return ADDRESS_INDEX.rebuild()
