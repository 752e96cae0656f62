"""Writing supply points, the terms that hold at them by date, their losses and contracts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
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
    LOSS_FIELDS,
    TERM_FIELDS,
    LossTerms,
    SupplyContract,
    SupplyPoint,
    SupplyState,
    SupplyTerms,
)


class SupplyInvalid(ValidationError):
    """What was given for a supply point, its terms, losses or contract does not hold, by field."""


class TermsRefused(Exception):
    """Terms cannot change like this: outside the life of the supply point, empty, or not joined up."""


class SupplyPointChangedMeanwhile(Exception):
    """Somebody else changed the supply point after this edit began; ``current`` is what is stored now."""

    def __init__(self, current: SupplyPoint) -> None:
        super().__init__(_("Someone else changed this supply point after you opened it."))
        self.current = current


class SupplyPointCannotBecome(Exception):
    """The supply point is in a state that does not lead there."""


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
    _check(point, exclude={"number", "customer", "account", "unit"})
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
        _known(values, {*TERM_FIELDS, "valid_from", "valid_to", "reason"})
        row = SupplyTerms(**values)
        _check(row, exclude={"supply_point", "area", "transformer"})
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


def _known(values: Mapping[str, Any], names: Sequence[str] | set[str]) -> None:
    if surplus := {name.removesuffix("_id") for name in values} - set(names):
        raise TypeError(f"not a field of the terms: {', '.join(sorted(surplus))}")


def _check(row: models.Model, exclude: set[str]) -> None:
    errors: dict[str, list[str]] = {}
    try:
        row.clean_fields(exclude=exclude)
        row.validate_constraints(
            exclude={*exclude, "valid_from"} if isinstance(row, SupplyTerms) else exclude
        )
    except ValidationError as error:
        errors = {field: list(messages) for field, messages in error.message_dict.items()}
    for field in row._meta.concrete_fields:
        if isinstance(value := getattr(row, field.attname), str) and "\x00" in value:
            errors.setdefault(field.name, []).append(_("Control characters are not allowed."))
        if isinstance(value, Decimal) and value < 0:
            errors.setdefault(field.name, []).append(_("A negative figure is not possible here."))
    if errors:
        raise SupplyInvalid(errors)


@transaction.atomic
def change_terms(
    *,
    supply_point: SupplyPoint,
    from_date: date,
    at: datetime,
    reason: str = "",
    actor: Staff | None = None,
    version: int | None = None,
    **changes: Any,
) -> SupplyTerms:
    """Other terms hold from ``from_date`` on.

    Where the change reaches back, it holds until the first later day on which one of the same fields had already
    been changed; what other rows say of other fields stays. Rows are split so that nothing before ``from_date``
    is touched. Whether months already billed must be corrected is the billing room's business: it hears the event.

    Returns:
        The row that begins at ``from_date``.

    Raises:
        TermsRefused: before the supply point was energised, after it closed, or nothing would differ.
        SupplyInvalid: a value does not hold.
        SupplyPointChangedMeanwhile: ``version`` is given and another is stored.
        TypeError: not a field of the terms.
    """
    _known(changes, TERM_FIELDS)
    point = _locked(supply_point, version)
    rows = list(point.terms.all())
    current = _row_on(rows, point, from_date)
    values = _attributes(changes)
    until = next(
        (
            row.valid_from
            for row in rows
            if row.valid_from > from_date
            and any(getattr(row, name) != getattr(current, name) for name in values)
        ),
        None,
    )
    return _change(point, rows, from_date, until, values, reason, "changed", at, actor)


@transaction.atomic
def correct_terms(
    *,
    supply_point: SupplyPoint,
    from_date: date,
    until_date: date | None,
    at: datetime,
    reason: str,
    actor: Staff | None = None,
    **changes: Any,
) -> SupplyTerms:
    """Put right what the records say for ``[from_date, until_date)``, whatever later rows said in that time.

    Raises:
        TermsRefused: outside the life of the supply point, an empty period, no reason, or nothing would differ.
        SupplyInvalid: a value does not hold.
        TypeError: not a field of the terms.
    """
    _known(changes, TERM_FIELDS)
    if not reason.strip():
        raise TermsRefused(_("A correction needs a reason."))
    point = _locked(supply_point, None)
    rows = list(point.terms.all())
    _row_on(rows, point, from_date)
    if until_date is not None and until_date <= from_date:
        raise TermsRefused(_("The end must lie after the beginning."))
    return _change(point, rows, from_date, until_date, _attributes(changes), reason, "corrected", at, actor)


def _locked(supply_point: SupplyPoint, version: int | None) -> SupplyPoint:
    point = SupplyPoint.objects.select_for_update().get(pk=supply_point.pk)
    if version is not None and point.version != version:
        raise SupplyPointChangedMeanwhile(point)
    return point


def _row_on(rows: Sequence[SupplyTerms], point: SupplyPoint, day: date) -> SupplyTerms:
    if point.energised_date is None or day < point.energised_date:
        raise TermsRefused(_("The supply point was not yet energised on %(day)s.") % {"day": day})
    if point.closed_date is not None and day >= point.closed_date:
        raise TermsRefused(_("The supply point was closed on %(day)s.") % {"day": point.closed_date})
    for row in rows:
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
            return row
    raise TermsRefused(_("No terms hold on %(day)s.") % {"day": day})


def _attributes(changes: Mapping[str, Any]) -> dict[str, Any]:
    values = {}
    for name, value in changes.items():
        field = SupplyTerms._meta.get_field(name.removesuffix("_id") if name.endswith("_id") else name)
        values[field.attname] = value.pk if isinstance(value, models.Model) else field.to_python(value)
    return values


def _change(
    point: SupplyPoint,
    rows: Sequence[SupplyTerms],
    start: date,
    until: date | None,
    values: Mapping[str, Any],
    reason: str,
    what: str,
    at: datetime,
    actor: Staff | None,
) -> SupplyTerms:
    differences: dict[str, list[Any]] = {}
    first: SupplyTerms | None = None
    for row in rows:
        if (row.valid_to is not None and row.valid_to <= start) or (
            until is not None and row.valid_from >= until
        ):
            continue
        differing = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in differing.items():
            differences.setdefault(name, [_plain(getattr(row, name)), _plain(value)])
        if differing:
            changed = _split(row, start, until)
            for name, value in differing.items():
                setattr(changed, name, value)
            changed.reason = reason
            _check(changed, exclude={"supply_point", "area", "transformer"})
            changed.save()
            first = first or changed
    if first is None:
        raise TermsRefused(_("Nothing would change: the terms say this already."))
    point.version += 1
    point.save(update_fields=["version"])
    period = {
        "valid_from": [None, start.isoformat()],
        "valid_to": [None, until.isoformat() if until else None],
    }
    audit.record(
        f"supply.terms.{what}",
        subject=point,
        at=at,
        actor=actor,
        changes={**differences, **period},
        reason=reason,
        unit_id=point.unit_id,
    )
    outbox.publish(
        events.TermsChanged(
            supply_point_id=point.id,
            from_date=start,
            until_date=until,
            fields=tuple(differences),
            changed_at=at,
        )
    )
    return first


def _split(row: SupplyTerms, start: date, until: date | None) -> SupplyTerms:
    """The part of ``row`` inside [start, until) as a row of its own; what sticks out keeps its values."""
    end, original_id = row.valid_to, row.pk
    head, tail = row.valid_from < start, until is not None and (end is None or end > until)
    if head:
        SupplyTerms.objects.filter(pk=original_id).update(valid_to=start)
        row = _copy(row, start, end)
    if tail:
        row.valid_to = until
        row.save()
        _copy(row, until, end).save(force_insert=True)  # type: ignore[arg-type]
    return row


def _copy(row: SupplyTerms, valid_from: date, valid_to: date | None) -> SupplyTerms:
    values = {f.attname: getattr(row, f.attname) for f in SupplyTerms._meta.concrete_fields if f.name != "id"}
    return SupplyTerms(**{**values, "valid_from": valid_from, "valid_to": valid_to})


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | date) else value


@transaction.atomic
def set_loss_terms(
    *,
    supply_point: SupplyPoint,
    from_date: date,
    method: str,
    at: datetime,
    reason: str = "",
    actor: Staff | None = None,
    **parameters: Any,
) -> LossTerms:
    """How transformer and line loss is added from ``from_date`` on; the row before ends there.

    Raises:
        TermsRefused: before the supply point was energised, after it closed, or a later row exists.
        SupplyInvalid: a value does not hold or the method lacks a figure it needs.
        TypeError: not a field of the loss terms.
    """
    _known(parameters, LOSS_FIELDS)
    point = _locked(supply_point, None)
    _row_on(list(point.terms.all()), point, from_date)
    last = point.loss_terms.order_by("-valid_from").first()
    if last is not None and last.valid_from > from_date:
        raise TermsRefused(_("Later loss terms begin on %(day)s already.") % {"day": last.valid_from})
    row = LossTerms(supply_point=point, valid_from=from_date, method=method, reason=reason, **parameters)
    if missing := [name for name in rules.LOSS_NEEDS.get(method, ()) if getattr(row, name) is None]:
        raise SupplyInvalid({name: [_("This loss method needs the figure.")] for name in missing})
    _check(row, exclude={"supply_point", "valid_from", "valid_to"})
    if last is not None and last.valid_from == from_date:
        row.pk = last.pk
    elif last is not None and last.valid_to is None:
        last.valid_to = from_date
        last.save(update_fields=["valid_to"])
    row.save()
    audit.record(
        "supply.loss_terms.set",
        subject=point,
        at=at,
        actor=actor,
        changes={
            "method": [last.method if last else None, method],
            "valid_from": [None, from_date.isoformat()],
            **{name: [None, _plain(value)] for name, value in parameters.items()},
        },
        reason=reason,
        unit_id=point.unit_id,
    )
    outbox.publish(events.LossTermsChanged(supply_point_id=point.id, from_date=from_date, changed_at=at))
    return row


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
    if not _row_on(list(point.terms.all()), point, from_date).demand_exempt:
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
    point = _locked(supply_point, None)
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
    point = _locked(supply_point, None)
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
    point = _locked(supply_point, version)
    if point.address == address.strip():
        return point
    point.address = address.strip()
    point.version += 1
    _check(point, exclude={"number", "customer", "account", "unit"})
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
    point = _locked(supply_point, None)
    contract = SupplyContract(
        supply_point=point, number=contract_number.strip(), signed_date=signed_date, valid_from=valid_from
    )
    _check(contract, exclude={"supply_point"})
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
