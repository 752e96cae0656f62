"""What every verb shares: the application locked, its state checked, its step done, the trail written."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from denghuo.commerce.connections.models import Application, ApplicationState
from denghuo.commerce.fieldwork import operations as fieldwork
from denghuo.commerce.fieldwork import queries as fieldwork_queries
from denghuo.commerce.fieldwork.models import FieldTask
from denghuo.commerce.fieldwork.rules import OPEN
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.foundation.workflow import operations as workflow
from denghuo.foundation.workflow import queries as workflow_queries
from denghuo.foundation.workflow.models import ProcessInstance
from denghuo.records.customers import operations as customers
from denghuo.records.customers.models import Account


class NotInThisStep(Exception):
    """The application is over, or waits at another step."""


class ActRefused(Exception):
    """A rule does not allow it; the text tells the clerk which, and on what it rests."""


def field_errors(row: models.Model, *, exclude: tuple[str, ...]) -> dict[str, list[str]]:
    """What is wrong with the fields that hold something, by name."""
    empty = {
        field.name
        for field in row._meta.concrete_fields
        if field.null and getattr(row, field.attname) is None
    }
    try:
        row.clean_fields(exclude={*exclude, *empty})
    except ValidationError as error:
        return {name: list(texts) for name, texts in error.message_dict.items()}
    return {}


def locked(application: Application, *, running: bool = True) -> Application:
    """The application as it is now, locked until the transaction ends.

    Raises:
        NotInThisStep: it is over.
    """
    found = (
        Application.objects.select_for_update(of=("self",))
        .select_related("customer", "account", "supply_point", "neighbour", "unit")
        .get(pk=application.pk)
    )
    if running and found.state != ApplicationState.RUNNING:
        raise NotInThisStep(_("This application is over: %(state)s.") % {"state": found.get_state_display()})
    return found


def standing_at(application: Application, *steps: str) -> str:
    """The first of ``steps`` at which the application waits.

    Raises:
        NotInThisStep: it waits elsewhere.
    """
    waiting = set(workflow_queries.open_tasks(application).values_list("step", flat=True))
    for step in steps:
        if step in waiting:
            return step
    raise NotInThisStep(_("The application does not wait at this step (any more)."))


def instance_of(application: Application) -> ProcessInstance:
    found = workflow_queries.instance_of(application)
    if found is None:
        raise NotInThisStep(_("The application has no process."))
    return found


def done(
    application: Application,
    step: str,
    *,
    at: datetime,
    actor: Staff | None,
    result: str = "",
    **data: bool | int | str,
) -> ProcessInstance:
    """Complete a step of the process; work of the same kind still outside is called off.

    Raises:
        NotInThisStep: it is not open, or somebody else was faster.
    """
    task = workflow_queries.open_task(application, step)
    if task is None:
        raise NotInThisStep(_("The application does not wait at this step (any more)."))
    try:
        with transaction.atomic():
            return workflow.complete(task=task, at=at, actor=actor, data=data, result=result[:200])
    except workflow.TaskNotOpen as error:
        raise NotInThisStep(str(error)) from error


def call_off(application: Application, *, kinds: tuple[str, ...], reason: str, at: datetime, actor: Staff | None, but: FieldTask | None = None) -> None:  # fmt: skip
    """Field tasks of these kinds that nobody has to do any more."""
    for kind in kinds:
        for task in fieldwork_queries.tasks_of(application).filter(kind=kind, state__in=OPEN):
            if but is None or task.pk != but.pk:
                fieldwork.cancel(task=task, reason=reason, at=at, actor=actor)


def account_of(application: Application, *, on: date, at: datetime, actor: Staff | None) -> Account:
    """The account that will pay: the one named, or a new one of the customer."""
    if application.account is None:
        application.account = customers.open_account(
            customer=application.customer,
            unit=application.unit,
            opened_date=on,
            bill_address=application.address,
            at=at,
            actor=actor,
        )
        application.save(update_fields=["account"])
    return application.account


def value(parameter: Any, on: date) -> Any:
    return parameter_queries.value(parameter, on=on)


def note(
    action: str, application: Application, *, at: datetime, actor: Any, reason: str = "", **changes: Any
) -> None:
    """Write the trail, last of all."""
    audit.record(
        f"connections.{action}",
        subject=application,
        at=at,
        actor=actor,
        reason=reason,
        unit_id=application.unit_id,
        changes={name: [None, what] for name, what in changes.items() if what not in ("", None)},
    )
