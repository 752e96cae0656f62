"""The survey: sent to a phone, or entered at the desk; where no plan is answered (居民 1+1) it settles the plan too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.connections import queries
from denghuo.commerce.connections.models import Application, Survey
from denghuo.commerce.connections.operations import planning
from denghuo.commerce.connections.operations.common import (
    ActRefused,
    NotInThisStep,
    call_off,
    done,
    instance_of,
    locked,
    note,
    standing_at,
)
from denghuo.commerce.connections.rules.field import INSTALL, SURVEY
from denghuo.commerce.fieldwork import operations as fieldwork
from denghuo.commerce.fieldwork import rules as fieldwork_rules
from denghuo.commerce.fieldwork.models import FieldTask
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.workflow import operations as workflow
from denghuo.foundation.workflow import queries as workflow_queries
from denghuo.records.grid.models import TransformerArea


@transaction.atomic
def dispatch(*, application: Application, crew: Staff | None, at: datetime, actor: Staff | None) -> FieldTask:
    """Send the survey, or the installation, to a phone: whichever the application waits for.

    Raises:
        NotInThisStep: it waits for neither.
        fieldwork.CrewNotSuitable: see there.
    """
    found = locked(application)
    step = standing_at(found, "survey", "install")
    kind = SURVEY if step == "survey" else INSTALL
    task = workflow_queries.open_task(found, step)
    sent = fieldwork.dispatch(
        kind=kind.code, subject=found, title=queries.title(found), unit_id=found.unit_id, at=at, actor=actor,
        due_at=task.due_at if task else None, crew=crew, address=found.address,
        supply_point_id=found.supply_point_id, details=queries.field_details(found),
        key=f"{kind.code}:{found.pk}:{task.pk if task else 0}",
    )  # fmt: skip
    note("work.dispatched", found, at=at, actor=actor, step=step, crew=crew.name if crew else "")
    return sent


@transaction.atomic
def record_survey(
    *,
    application: Application,
    external_works: bool,
    at: datetime,
    actor: Staff | None,
    area: TransformerArea | None = None,
    distance_m: int | None = None,
    meter_place: str = "",
    finding: str = "",
    longitude: float | None = None,
    latitude: float | None = None,
    task: FieldTask | None = None,
) -> Survey:
    """What was found on site; a draft of the plan follows at once.

    Raises:
        NotInThisStep: no survey is waited for.
        ActRefused: the area belongs to another unit.
    """
    found = locked(application)
    standing_at(found, "survey")
    if area is not None and not area.unit_id.startswith(found.unit_id):
        raise ActRefused(_("The area belongs to another unit."))
    survey = Survey.objects.create(
        application=found, surveyed_at=at, surveyed_by=actor, area=area, distance_m=distance_m, external_works=external_works,
        meter_place=meter_place.strip(), finding=finding.strip(), longitude=longitude, latitude=latitude, from_phone=task is not None,
    )  # fmt: skip
    found.external_works = external_works
    found.save(update_fields=["external_works"])
    call_off(found, kinds=(SURVEY.code,), reason=_("Surveyed already"), at=at, actor=actor, but=task)
    done(found, "survey", at=at, actor=actor, result=finding, external_works=external_works)
    plan = planning.draft_plan(application=found, at=at, actor=actor)
    if found.kind == "residential":
        planning.settle(plan, at=at)
    note(
        "survey.recorded",
        found,
        at=at,
        actor=actor,
        external_works=external_works,
        area=area.code if area else "",
    )
    return survey


def from_phone(task: FieldTask, answers: Mapping[str, Any], *, at: datetime, actor: Staff | None) -> None:
    """The survey as it comes from the phone.

    Raises:
        Conflict: surveyed meanwhile, or the area is not known: a dispatcher decides.
    """
    application = Application.objects.get(pk=task.subject_id)
    code = str(answers.get("area_code", "")).strip()
    area = TransformerArea.objects.filter(code=code, unit__code__startswith=application.unit_id).first()
    if code and area is None:
        raise fieldwork_rules.Conflict(_("There is no area %(code)s in this unit.") % {"code": code})
    distance = answers.get("distance_m")
    try:
        record_survey(
            application=application, at=at, actor=actor, area=area, task=task,
            external_works=bool(answers.get("external_works")), distance_m=int(distance) if distance is not None else None,
            meter_place=str(answers.get("meter_place", "")), finding=str(answers.get("finding", "")),
            longitude=float(task.done_longitude) if task.done_longitude is not None else None,
            latitude=float(task.done_latitude) if task.done_latitude is not None else None,
        )  # fmt: skip
    except (NotInThisStep, ActRefused) as error:
        raise fieldwork_rules.Conflict(str(error)) from error
    keep_photos(application, answers, "survey", at=at, actor=actor)


def keep_photos(
    application: Application, answers: Mapping[str, Any], step: str, *, at: datetime, actor: Staff | None
) -> None:
    """Photos of a field task are laid to the case."""
    ids = answers.get("photo") or ()
    for file in StoredFile.objects.filter(pk__in=list(ids)).order_by("pk"):
        workflow.attach(instance=instance_of(application), file=file, at=at, actor=actor, step=step)
