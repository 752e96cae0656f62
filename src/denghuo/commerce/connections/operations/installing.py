"""Meters: out of stock, hung and switched on. What the crew writes down here is what the archive puts into the records."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from denghuo.commerce.connections import events, queries, rules
from denghuo.commerce.connections.models import Application, MeterIssue
from denghuo.commerce.connections.operations.common import (
    ActRefused,
    NotInThisStep,
    call_off,
    done,
    locked,
    note,
    standing_at,
)
from denghuo.commerce.connections.operations.surveying import keep_photos
from denghuo.commerce.connections.rules.field import INSTALL
from denghuo.commerce.fieldwork import rules as fieldwork_rules
from denghuo.commerce.fieldwork.models import FieldTask
from denghuo.commerce.metering import operations as metering
from denghuo.commerce.metering.models import Meter, MeterState
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox

Registers = Mapping[str, Decimal | int | str | None]


@dataclass(frozen=True)
class Hung:
    """A meter that was hung: what it showed, and what the meter showed that it replaced."""

    issue: MeterIssue
    opening: Registers
    closing: Registers = field(default_factory=dict)
    seal_number: str = ""


@transaction.atomic
def issue_meter(
    *, application: Application, meter: Meter, at: datetime, actor: Staff | None, role: str = "purchase", feeder: int = 1
) -> MeterIssue:  # fmt: skip
    """Take a meter out of stock for an application.

    Raises:
        NotInThisStep: the application is over, or power is on.
        ActRefused: not in stock, taken already, without the registers of the plan, or the place has a meter.
    """
    found = locked(application)
    plan = queries.live_plan(found)
    if found.energised_at is not None or plan is None:
        raise NotInThisStep(_("Meters are taken out once the plan is settled and before power is on."))
    stocked = Meter.objects.select_for_update().get(pk=meter.pk)
    if stocked.state != MeterState.IN_STOCK:
        raise ActRefused(_("Meter %(meter)s is not in stock.") % {"meter": stocked.asset_number})
    if (role, feeder) not in queries.meter_places(found, plan):
        raise ActRefused(_("The plan has no such place for a meter."))
    wanted = queries.registers_for(plan, role)
    if stocked.registers != wanted or stocked.phases < plan.phases:
        raise ActRefused(
            _("Meter %(meter)s does not fit the plan: it needs %(registers)s and %(phases)s phase(s).")
            % {
                "meter": stocked.asset_number,
                "registers": queries.registers_label(wanted),
                "phases": plan.phases,
            }
        )
    if found.meters.filter(role=role, feeder=feeder, returned_at__isnull=True).exists():
        raise ActRefused(_("A meter is taken out for this place already."))
    try:
        with transaction.atomic():
            issue = MeterIssue.objects.create(
                application=found, meter=stocked, role=role, feeder=feeder, issued_at=at, issued_by=actor
            )
    except IntegrityError as error:
        raise ActRefused(_("Another application has taken this meter out.")) from error
    note("meter.issued", found, at=at, actor=actor, meter=stocked.asset_number, role=role)
    return issue


@transaction.atomic
def return_meter(*, issue: MeterIssue, at: datetime, actor: Staff | None) -> None:
    """Put a meter back that was not hung.

    Raises:
        NotInThisStep: it hangs, or is back already.
    """
    application = locked(issue.application)
    found = MeterIssue.objects.select_for_update(of=("self",)).select_related("meter").get(pk=issue.pk)
    if found.installed_at is not None or found.returned_at is not None:
        raise NotInThisStep(_("The meter hangs, or is back in stock already."))
    found.returned_at = at
    found.save(update_fields=["returned_at"])
    note("meter.returned", application, at=at, actor=actor, meter=found.meter.asset_number)


@transaction.atomic
def record_installation(
    *, application: Application, hung: Sequence[Hung], at: datetime, actor: Staff | None, task: FieldTask | None = None
) -> Application:  # fmt: skip
    """The meters hang and power is switched on; the archive follows in the same breath.

    Raises:
        NotInThisStep: the installation is not waited for.
        ActRefused: a meter of the plan is missing, registers do not fit, or something must come before power is on.
    """
    found = locked(application)
    standing_at(found, "install")
    if blocking := queries.before_power(found):
        raise ActRefused(" ".join(blocking))
    issues = {issue.pk: issue for issue in queries.open_issues(found)}
    given = {item.issue.pk: item for item in hung}
    if set(issues) != set(given):
        raise ActRefused(_("Enter what every meter showed that was taken out, and no other."))
    for pk, item in given.items():
        _keep(found, issues[pk], item, at, actor)
    for name in queries.replaced_meters(found, list(given.values())):
        raise ActRefused(
            _("Enter what the meter showed that was taken down: %(register)s.") % {"register": name}
        )
    call_off(found, kinds=(INSTALL.code,), reason=_("Installed already"), at=at, actor=actor, but=task)
    note("meter.installed", found, at=at, actor=actor, meters=", ".join(i.meter.asset_number for i in issues.values()))  # fmt: skip
    if found.kind not in rules.PV:
        found.energised_at = at
        found.save(update_fields=["energised_at"])
        outbox.publish(events.SupplyEnergised(found.pk, found.customer_id, found.number, energised_at=at))
    done(found, "install", at=at, actor=actor)
    found.refresh_from_db()
    return found


def _keep(application: Application, issue: MeterIssue, item: Hung, at: datetime, actor: Staff | None) -> None:
    try:
        opening = metering.checked_registers(issue.meter, item.opening)
    except ValidationError as error:
        raise ActRefused(f"{issue.meter.asset_number}: {' '.join(error.messages)}") from error
    issue.opening = json.dumps({name: str(value) for name, value in opening.items()})
    issue.closing = json.dumps(
        {name: str(value) for name, value in item.closing.items() if value not in (None, "")}
    )
    issue.installed_at, issue.installed_by, issue.seal_number = at, actor, item.seal_number.strip()[:40]
    issue.save(update_fields=["opening", "closing", "installed_at", "installed_by", "seal_number"])


def from_phone(task: FieldTask, answers: Mapping[str, Any], *, at: datetime, actor: Staff | None) -> None:
    """The installation as it comes from the phone: the scanned meter must be the one taken out.

    Raises:
        Conflict: another meter, more than one is to be hung, or a rule refuses: a dispatcher decides.
    """
    application = Application.objects.get(pk=task.subject_id)
    issues = queries.open_issues(application)
    scanned = str(answers.get("meter", "")).strip()
    issue = next((item for item in issues if scanned in (item.meter.asset_number, item.meter.communication_address)), None)  # fmt: skip
    if issue is None:
        raise fieldwork_rules.Conflict(_("Meter %(meter)s was not taken out for this application.") % {"meter": scanned})  # fmt: skip
    if len(issues) > 1 or application.kind in rules.INCREASES:
        raise fieldwork_rules.Conflict(_("Several meters are concerned: enter the installation at the desk."))
    keep_photos(application, answers, "install", at=at, actor=actor)
    try:
        record_installation(
            application=application, at=at, actor=actor, task=task,
            hung=[Hung(issue, answers.get("opening") or {}, seal_number=str(answers.get("seal_number", "")))],
        )  # fmt: skip
    except (NotInThisStep, ActRefused) as error:
        raise fieldwork_rules.Conflict(str(error)) from error
