"""Reverse approval (反向审批): nobody approves an application; a named senior role may refuse it, on a proposal."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.connections import events
from denghuo.commerce.connections.models import Application, ApplicationState, Refusal, RefusalState
from denghuo.commerce.connections.operations.accepting import stop
from denghuo.commerce.connections.operations.common import ActRefused, NotInThisStep, locked, note
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox

REFUSE, PROPOSE = "connections.refuse", "connections.plan"


@transaction.atomic
def propose_refusal(
    *, application: Application, reason: str, basis: str, at: datetime, actor: Staff
) -> Refusal:
    """Propose to refuse. The application goes on until the senior role has decided.

    Raises:
        NotInThisStep: it is over, power is on, or there is a proposal already.
        ActRefused: no reason or basis, or the person does not plan connections.
    """
    found = locked(application)
    if found.energised_at is not None:
        raise NotInThisStep(_("Power is on; it cannot be refused any more."))
    if not actor.may(PROPOSE):
        raise ActRefused(_("Only the engineer who plans connections proposes a refusal."))
    if not reason.strip() or not basis.strip():
        raise ActRefused(_("The customer is told the reason and what it rests on: give both."))
    if found.refusals.filter(state=RefusalState.PROPOSED).exists():
        raise NotInThisStep(_("A refusal is proposed already and waits for its decision."))
    made = Refusal.objects.create(
        application=found, reason=reason.strip(), basis=basis.strip(), proposed_by=actor, proposed_at=at
    )
    note("refusal.proposed", found, at=at, actor=actor, reason=reason)
    return made


@transaction.atomic
def decide_refusal(
    *, refusal: Refusal, refuse: bool, note_text: str, at: datetime, actor: Staff
) -> Application:
    """Decide on a proposal: refuse, and the customer hears the reason word for word; or let the application go on.

    Raises:
        NotInThisStep: decided already, or the application is over.
        ActRefused: not a named senior role, or one's own proposal.
    """
    found = locked(refusal.application)
    row = Refusal.objects.select_for_update().get(pk=refusal.pk)
    if row.state != RefusalState.PROPOSED:
        raise NotInThisStep(_("This proposal has already been decided."))
    if not actor.may(REFUSE):
        raise ActRefused(_("Only the named senior role refuses an application."))
    if row.proposed_by_id == actor.pk:
        raise ActRefused(_("Another person must decide: you proposed it."))
    if not refuse and not note_text.strip():
        raise ActRefused(_("Say why the application goes on."))
    row.state = RefusalState.REFUSED if refuse else RefusalState.TURNED_DOWN
    row.decided_by, row.decided_at, row.decision_note = actor, at, note_text.strip()[:300]
    row.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    if refuse:
        if found.energised_at is not None:
            raise NotInThisStep(_("Power is on; it cannot be refused any more."))
        stop(found, ApplicationState.REFUSED, row.reason, at=at, actor=actor)
        outbox.publish(
            events.ApplicationRefused(
                found.pk, found.customer_id, found.number, row.reason, row.basis, refused_at=at
            )
        )
    note("refusal.decided", found, at=at, actor=actor, reason=note_text or row.reason, result=str(row.state))
    return found
