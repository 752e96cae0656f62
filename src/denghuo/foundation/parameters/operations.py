"""Setting a parameter: with a reason, on record, from a day on."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.parameters import queries, rules
from denghuo.foundation.parameters.models import ParameterValue
from denghuo.foundation.parameters.rules import Parameter, ParameterInvalid


@transaction.atomic
def set_value(
    *, parameter: Parameter, text: str, valid_from: date, reason: str, actor: Staff | None, at: datetime
) -> ParameterValue:
    """Let ``parameter`` be ``text`` from ``valid_from`` on.

    Raises:
        ParameterInvalid: not of the kind, out of bounds, or without a reason.
    """
    rules.parse(parameter, text)
    if not reason.strip():
        raise ParameterInvalid(_("Give the reason."))
    before = queries.value(parameter, on=valid_from)
    row = ParameterValue.objects.create(
        code=parameter.code, value=text.strip(), valid_from=valid_from, reason=reason, set_at=at, set_by=actor
    )
    audit.record(
        "parameters.value.set",
        subject=row,
        actor=actor,
        at=at,
        reason=reason,
        changes={parameter.code: [str(before), text.strip()], "valid_from": [None, valid_from.isoformat()]},
    )
    return row
