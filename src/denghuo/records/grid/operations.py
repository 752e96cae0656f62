"""Writing the grid: substations, feeders, transformers and transformer areas, and moving them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.records.grid import events, rules
from denghuo.records.grid.models import (
    Feeder,
    Substation,
    Transformer,
    TransformerArea,
    TransformerState,
)


class GridInvalid(ValidationError):
    """What was given for a piece of the grid does not hold; ``message_dict`` says it by field."""


class CannotBeMoved(Exception):
    """The grid element cannot hang there."""


def _add(row: models.Model, *, kind: str, unit_id: str, at: datetime, actor: Staff | None) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise GridInvalid(error.message_dict) from error
    for field in row._meta.concrete_fields:
        if isinstance(value := getattr(row, field.attname), str) and "\x00" in value:
            raise GridInvalid({field.name: [_("Control characters are not allowed.")]})
    row.save(force_insert=True)
    audit.record(f"grid.{kind}.added", subject=row, at=at, actor=actor, unit_id=unit_id)


@transaction.atomic
def add_substation(
    *,
    code: str,
    name: str,
    voltage: str,
    unit: OrganisationUnit,
    at: datetime,
    actor: Staff | None = None,
) -> Substation:
    """Add a substation (变电站).

    Raises:
        GridInvalid: a field does not hold, or the code is taken.
    """
    substation = Substation(code=code.strip(), name=name.strip(), voltage=voltage, unit=unit)
    _add(substation, kind="substation", unit_id=unit.code, at=at, actor=actor)
    return substation


@transaction.atomic
def add_feeder(
    *,
    substation: Substation,
    code: str,
    name: str,
    voltage: str,
    at: datetime,
    rated_capacity_kva: Decimal | None = None,
    actor: Staff | None = None,
) -> Feeder:
    """Add a line out of a substation (馈线).

    Raises:
        GridInvalid: a field does not hold, the code is taken, or the voltage is above the substation's.
    """
    feeder = Feeder(
        substation=substation,
        code=code.strip(),
        name=name.strip(),
        voltage=voltage,
        rated_capacity_kva=rated_capacity_kva,
    )
    if voltage in rules.VOLTAGE_RANK and not rules.feeds(substation.voltage, voltage):
        raise GridInvalid({"voltage": [_("A feeder cannot have a higher voltage than its substation.")]})
    _add(feeder, kind="feeder", unit_id=substation.unit_id, at=at, actor=actor)
    return feeder


@transaction.atomic
def add_transformer(
    *,
    feeder: Feeder,
    code: str,
    name: str,
    is_public: bool,
    rated_capacity_kva: Decimal,
    at: datetime,
    model: str = "",
    no_load_loss_kw: Decimal | None = None,
    load_loss_kw: Decimal | None = None,
    no_load_current_percent: Decimal | None = None,
    commissioned_date: date | None = None,
    actor: Staff | None = None,
) -> Transformer:
    """Add a distribution transformer, public (公变) or dedicated (专变).

    Raises:
        GridInvalid: a field does not hold, the code is taken, or the capacity is not positive.
    """
    transformer = Transformer(
        feeder=feeder,
        code=code.strip(),
        name=name.strip(),
        is_public=is_public,
        rated_capacity_kva=rated_capacity_kva,
        model=model.strip(),
        no_load_loss_kw=no_load_loss_kw,
        load_loss_kw=load_loss_kw,
        no_load_current_percent=no_load_current_percent,
        commissioned_date=commissioned_date,
    )
    if rated_capacity_kva <= 0:
        raise GridInvalid({"rated_capacity_kva": [_("The rated capacity must be above zero.")]})
    _add(transformer, kind="transformer", unit_id=feeder.substation.unit_id, at=at, actor=actor)
    return transformer


@transaction.atomic
def add_area(
    *,
    transformer: Transformer,
    code: str,
    name: str,
    unit: OrganisationUnit,
    at: datetime,
    manager: Staff | None = None,
    actor: Staff | None = None,
) -> TransformerArea:
    """Make the area (台区) behind a public transformer.

    Raises:
        GridInvalid: a field does not hold, the code is taken, or the transformer is dedicated or has an area.
    """
    if not transformer.is_public:
        raise GridInvalid({"transformer": [_("A dedicated transformer has no transformer area.")]})
    area = TransformerArea(
        transformer=transformer, code=code.strip(), name=name.strip(), unit=unit, manager=manager
    )
    _add(area, kind="area", unit_id=unit.code, at=at, actor=actor)
    return area


@transaction.atomic
def amend_area(
    *, area: TransformerArea, at: datetime, actor: Staff | None = None, reason: str = "", **changes: Any
) -> TransformerArea:
    """Change the name, the unit or the person responsible of an area.

    Raises:
        GridInvalid: a field does not hold.
        TypeError: a field that cannot be amended here.
    """
    if surplus := set(changes) - {"name", "unit", "manager"}:
        raise TypeError(f"not amendable: {', '.join(sorted(surplus))}")
    area = TransformerArea.objects.select_for_update().get(pk=area.pk)
    changed = {
        field: [str(getattr(area, field) or ""), str(value or "")]
        for field, value in changes.items()
        if getattr(area, field) != value
    }
    if not changed:
        return area
    for field, value in changes.items():
        setattr(area, field, value)
    try:
        area.full_clean(exclude=["transformer", "code"])
    except ValidationError as error:
        raise GridInvalid(error.message_dict) from error
    area.save()
    audit.record(
        "grid.area.amended",
        subject=area,
        at=at,
        actor=actor,
        changes=changed,
        reason=reason,
        unit_id=area.unit_id,
    )
    return area


@transaction.atomic
def move_transformer(
    *, transformer: Transformer, feeder: Feeder, at: datetime, actor: Staff | None = None, reason: str = ""
) -> Transformer:
    """Hang a transformer, and so everything behind it, on another feeder.

    Raises:
        CannotBeMoved: it hangs there already, was removed, or the feeder has another voltage.
    """
    transformer = (
        Transformer.objects.select_for_update(of=("self",)).select_related("feeder").get(pk=transformer.pk)
    )
    old = transformer.feeder
    if old == feeder:
        raise CannotBeMoved(_("The transformer hangs on this feeder already."))
    if transformer.state == TransformerState.REMOVED:
        raise CannotBeMoved(_("The transformer was removed."))
    if old.voltage != feeder.voltage:
        raise CannotBeMoved(_("The feeder has another voltage than the one the transformer hangs on."))
    transformer.feeder = feeder
    transformer.save(update_fields=["feeder"])
    audit.record(
        "grid.transformer.moved",
        subject=transformer,
        at=at,
        actor=actor,
        changes={"feeder": [old.code, feeder.code]},
        reason=reason,
        unit_id=feeder.substation.unit_id,
    )
    outbox.publish(
        events.TransformerMoved(
            transformer_id=transformer.id, from_feeder_id=old.id, to_feeder_id=feeder.id, moved_at=at
        )
    )
    return transformer


@transaction.atomic
def move_area(
    *,
    area: TransformerArea,
    transformer: Transformer,
    at: datetime,
    actor: Staff | None = None,
    reason: str = "",
) -> TransformerArea:
    """Feed an area by another public transformer (replacement or re-arrangement).

    Raises:
        CannotBeMoved: the transformer is dedicated, not running, or feeds an area already.
    """
    area = (
        TransformerArea.objects.select_for_update(of=("self",)).select_related("transformer").get(pk=area.pk)
    )
    old = area.transformer
    if not transformer.is_public:
        raise CannotBeMoved(_("A dedicated transformer has no transformer area."))
    if transformer.state != TransformerState.RUNNING:
        raise CannotBeMoved(_("The transformer is not running."))
    if TransformerArea.objects.filter(transformer=transformer).exists():
        raise CannotBeMoved(_("The transformer feeds an area already."))
    area.transformer = transformer
    area.save(update_fields=["transformer"])
    audit.record(
        "grid.area.moved",
        subject=area,
        at=at,
        actor=actor,
        changes={"transformer": [old.code, transformer.code]},
        reason=reason,
        unit_id=area.unit_id,
    )
    outbox.publish(
        events.AreaMoved(
            area_id=area.id, from_transformer_id=old.id, to_transformer_id=transformer.id, moved_at=at
        )
    )
    return area


@transaction.atomic
def set_transformer_state(
    *, transformer: Transformer, state: str, at: datetime, actor: Staff | None = None, reason: str = ""
) -> Transformer:
    """Seal (封停), run again or remove a transformer.

    Raises:
        GridInvalid: an unknown state, removed before, or it still feeds an area that would go dark.
    """
    transformer = Transformer.objects.select_for_update().get(pk=transformer.pk)
    if state not in TransformerState.values or transformer.state in (state, TransformerState.REMOVED):
        raise GridInvalid({"state": [_("The transformer cannot change to this state.")]})
    if state != TransformerState.RUNNING and TransformerArea.objects.filter(transformer=transformer).exists():
        raise GridInvalid({"state": [_("The transformer feeds an area; move the area first.")]})
    old, transformer.state = transformer.state, state
    transformer.save(update_fields=["state"])
    audit.record(
        "grid.transformer.state_changed",
        subject=transformer,
        at=at,
        actor=actor,
        changes={"state": [old, state]},
        reason=reason,
        unit_id=transformer.feeder.substation.unit_id,
    )
    return transformer
