"""Talk to remote switches, never inside a transaction; what they answered is written afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import pgettext

from denghuo.commerce.disconnection import queries, rules
from denghuo.commerce.disconnection.models import (
    DisconnectionOrder,
    RestoreCause,
    RestoreOrder,
    WorkKind,
    WorkMethod,
    WorkOrder,
    WorkState,
)
from denghuo.commerce.disconnection.operations import cutting, proposing, restoring
from denghuo.commerce.disconnection.operations.guarding import locked, move
from denghuo.commerce.disconnection.rules import parameters, switching
from denghuo.commerce.disconnection.rules.switching import SwitchPort, SwitchUnreachable
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of


def execute_remote(*, order: DisconnectionOrder, at: datetime, actor: Staff | None) -> DisconnectionOrder:
    """Stop supply by the remote switch: decide, send the command, write the answer.

    Raises:
        StepRefused: see ``command_stop``.
    """
    work = cutting.command_stop(order=order, at=at, actor=actor)
    perform(work=work, at=at)
    return DisconnectionOrder.objects.get(pk=order.pk)


def perform_waiting(*, at: datetime) -> int:
    """Send every command that is on its way: those of restorations, and what a crash left behind."""
    waiting = list(WorkOrder.objects.filter(state=WorkState.SENDING, method=WorkMethod.REMOTE).order_by("id"))
    for work in waiting:
        perform(work=work, at=at)
    return len(waiting)


def perform(*, work: WorkOrder, at: datetime) -> str:
    """Send the command of one work order and write the answer; returns the state of the work.

    A meter that does not answer leaves the work to a crew. Safe to repeat: switches take a command twice.
    """
    order = DisconnectionOrder.objects.select_related("account").get(pk=work.order_id)
    meters = queries.switches(order, on=day_of(at))
    port = switching.port(parameter_queries.value(parameters.SWITCH_PORT, on=day_of(at)))
    answered, answer = _send(port, meters or [], work.kind == WorkKind.CUT)
    return _write(work, answered, answer, at)


def _send(port: SwitchPort | None, meters: Sequence[str], cut: bool) -> tuple[bool, str]:
    """Whether all switches obeyed, and what they said. Those opened before one failed are closed again."""
    if port is None or not meters:
        return False, "no remote switch"
    turned: list[str] = []
    try:
        for meter in meters:
            position = port.open(meter) if cut else port.close(meter)
            turned.append(meter)
            if position != (switching.OPEN if cut else switching.CLOSED):
                raise SwitchUnreachable(meter)
    except SwitchUnreachable as error:
        for meter in turned if cut else ():
            try:
                port.close(meter)
            except SwitchUnreachable:
                continue
        return False, f"no answer: {error}"
    return True, ", ".join(f"{meter}: {switching.OPEN if cut else switching.CLOSED}" for meter in meters)


@transaction.atomic
def _write(work: WorkOrder, answered: bool, answer: str, at: datetime) -> str:
    order = locked(work.order)
    found = WorkOrder.objects.select_for_update(of=("self",)).get(pk=work.pk)
    if found.state != WorkState.SENDING:
        return found.state
    found.state = WorkState.DONE if answered else WorkState.UNREACHABLE
    found.done_at, found.result = at, answer[:300]
    found.save(update_fields=["state", "done_at", "result"])
    if found.kind == WorkKind.CUT:
        _cut(order, found, answered, answer, at)
    elif answered:
        restoring.restored(order, at=at, actor=None)
    else:
        due_at = RestoreOrder.objects.get(order=order).due_at
        _send_a_crew(order, WorkKind.RESTORE, found, at, due_at)
    return found.state


def _cut(order: DisconnectionOrder, work: WorkOrder, opened: bool, answer: str, at: datetime) -> None:
    settled = order.reason == rules.ARREARS and rules.settled(
        queries.facts_of(order, at=at), queries.limits(day_of(at))
    )
    if opened:
        move(order, "executed")
        cutting.stopped(order, at=at, actor=work.done_by, before="cutting")
        if settled:  # paid while the command was under way
            restoring.begin(order, RestoreCause.SETTLED, settled_at=at, at=at, actor=None)
        return
    cutting.withdraw_stop(order, at=at, why=answer)
    if settled:
        proposing.close(order, pgettext("disconnection", "Paid"), at=at, actor=None)
    else:
        _send_a_crew(order, WorkKind.CUT, work, at, None)


def _send_a_crew(
    order: DisconnectionOrder, kind: WorkKind, failed: WorkOrder, at: datetime, due_at: datetime | None
) -> None:
    WorkOrder.objects.create(
        order=order,
        kind=kind,
        method=WorkMethod.FIELD,
        assignee=failed.assignee,
        created_at=at,
        due_at=due_at,
    )
