"""What holds at a supply point by date: changes, corrections, losses; and the refusals of this room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.records.supply import events, rules
from denghuo.records.supply.models import (
    LOSS_FIELDS,
    TERM_FIELDS,
    LossTerms,
    SupplyPoint,
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


def known(values: Mapping[str, Any], names: Sequence[str] | set[str]) -> None:
    if surplus := {name.removesuffix("_id") for name in values} - set(names):
        raise TypeError(f"not a field of the terms: {', '.join(sorted(surplus))}")


def check(row: models.Model, exclude: set[str]) -> None:
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
    known(changes, TERM_FIELDS)
    point = locked(supply_point, version)
    rows = list(point.terms.all())
    current = row_on(rows, point, from_date)
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
    known(changes, TERM_FIELDS)
    if not reason.strip():
        raise TermsRefused(_("A correction needs a reason."))
    point = locked(supply_point, None)
    rows = list(point.terms.all())
    row_on(rows, point, from_date)
    if until_date is not None and until_date <= from_date:
        raise TermsRefused(_("The end must lie after the beginning."))
    return _change(point, rows, from_date, until_date, _attributes(changes), reason, "corrected", at, actor)


def locked(supply_point: SupplyPoint, version: int | None) -> SupplyPoint:
    point = SupplyPoint.objects.select_for_update().get(pk=supply_point.pk)
    if version is not None and point.version != version:
        raise SupplyPointChangedMeanwhile(point)
    return point


def row_on(rows: Sequence[SupplyTerms], point: SupplyPoint, day: date) -> SupplyTerms:
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
        field: Any = SupplyTerms._meta.get_field(name.removesuffix("_id") if name.endswith("_id") else name)
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
            check(changed, exclude={"supply_point", "area", "transformer"})
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
    known(parameters, LOSS_FIELDS)
    point = locked(supply_point, None)
    row_on(list(point.terms.all()), point, from_date)
    last = point.loss_terms.order_by("-valid_from").first()
    if last is not None and last.valid_from > from_date:
        raise TermsRefused(_("Later loss terms begin on %(day)s already.") % {"day": last.valid_from})
    row = LossTerms(supply_point=point, valid_from=from_date, method=method, reason=reason, **parameters)
    if missing := [name for name in rules.LOSS_NEEDS.get(method, ()) if getattr(row, name) is None]:
        raise SupplyInvalid({name: [_("This loss method needs the figure.")] for name in missing})
    check(row, exclude={"supply_point", "valid_from", "valid_to"})
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
