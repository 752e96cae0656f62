"""The customer presses one of five."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from denghuo.care.desk import events
from denghuo.care.desk.models import Evaluation, Score, Ticket, TicketState
from denghuo.care.desk.operations.queueing import note
from denghuo.care.desk.rules import parameters
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.periods import day_of


class CannotEvaluate(Exception):
    """The ticket is not served, too long ago, or evaluated already; the text says which."""


@transaction.atomic
def evaluate(*, ticket: Ticket, score: int, at: datetime, comment: str = "") -> Evaluation:
    """Keep what the customer thinks of the service, once.

    Raises:
        CannotEvaluate: see the class.
    """
    if ticket.state != TicketState.DONE or ticket.ended_at is None or ticket.clerk is None:
        raise CannotEvaluate(_("This ticket has not been served yet."))
    hours = int(parameter_queries.value(parameters.EVALUATE_HOURS, on=day_of(at)))
    if at > ticket.ended_at + timedelta(hours=hours):
        raise CannotEvaluate(_("It is too late to evaluate this service."))
    if score not in Score.values:
        raise CannotEvaluate(_("Please press one of the five."))
    try:
        with transaction.atomic():
            made = Evaluation.objects.create(
                ticket=ticket, clerk=ticket.clerk, score=score, comment=comment.strip()[:200], given_at=at
            )
    except IntegrityError as error:
        raise CannotEvaluate(_("Thank you, this service has been evaluated already.")) from error
    outbox.publish(
        events.ServiceEvaluated(
            ticket_id=ticket.pk,
            customer_id=ticket.customer_id,
            clerk_id=ticket.clerk.pk,
            score=score,
            evaluated_at=at,
        )
    )
    note("evaluated", ticket, at=at, actor=None, score=score)
    return made
