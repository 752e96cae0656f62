"""Work outside that is done takes effect here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from denghuo.commerce.changes import queries
from denghuo.commerce.changes.models import Change
from denghuo.commerce.changes.operations.carrying import carry_out
from denghuo.commerce.changes.operations.deciding import ChangeImpossible
from denghuo.commerce.changes.operations.settling import take_readings
from denghuo.commerce.changes.operations.work import NewMeter, Work
from denghuo.commerce.changes.rules import kinds
from denghuo.commerce.fieldwork import rules as fieldwork
from denghuo.commerce.fieldwork.models import FieldTask
from denghuo.foundation.identity.models import Staff


def field_work_done(task: FieldTask, answers: Mapping[str, Any], *, at: datetime, actor: Staff) -> None:
    """Carry the change out with what the crew wrote down.

    Raises:
        fieldwork.Conflict: it cannot take effect like this; a dispatcher looks at it.
    """
    change = Change.objects.select_related("supply_point", "other_point").get(pk=int(task.subject_id))
    point = change.other_point if change.kind == kinds.MERGE and change.other_point else change.supply_point
    hanging = queries.hanging_at(point)
    shown = answers.get("shown") or {}
    if shown and len(hanging) > 1:
        raise fieldwork.Conflict(
            _("There are several meters: enter their readings on the page of the change.")
        )
    by_point = {hanging[0][0].number: shown} if shown and hanging else {}
    brought = {}
    if answers.get("new_meter"):
        number = hanging[0][0].number if hanging else "new"
        brought = {number: NewMeter(answers["new_meter"])}
    work = Work(
        on=answers["done_date"],
        shown=by_point,
        new_meters=brought,
        seal_number=answers.get("seal_number", ""),
        note=answers.get("note", ""),
    )
    act = take_readings if kinds.FAMILY[change.kind] == kinds.SETTLE else carry_out
    try:
        act(change=change, work=work, at=at, actor=actor)
    except ChangeImpossible as error:
        raise fieldwork.Conflict(str(error)) from error
