"""What a person must look at: raised once a thing, settled with a note."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.channels.models import GatewayRefund, Incident, IncidentKind, PaymentOrder
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff


class IncidentCannotBeSettled(Exception):
    """It is settled already, or nothing says what was done."""


def raise_incident(
    *,
    kind: IncidentKind,
    provider: str,
    reference: str,
    at: datetime,
    order: PaymentOrder | None = None,
    gateway_refund: GatewayRefund | None = None,
    amount_fen: int | None = None,
    expected_fen: int | None = None,
    detail: str = "",
) -> Incident:
    """Put something on the worklist; the same thing again changes nothing. Call it inside a transaction."""
    owner = order.unit_id if order else gateway_refund.unit_id if gateway_refund else None
    if owner is None:
        root = OrganisationUnit.objects.filter(parent__isnull=True).order_by("code").first()
        owner = root.code if root else ""
    found, _new = Incident.objects.get_or_create(
        kind=kind,
        provider=provider,
        reference=reference[:64],
        defaults={
            "order": order,
            "gateway_refund": gateway_refund,
            "amount_fen": amount_fen,
            "expected_fen": expected_fen,
            "detail": detail[:200],
            "unit_id": owner,
            "raised_at": at,
        },
    )
    return found


@transaction.atomic
def settle_incident(*, incident: Incident, note: str, at: datetime, actor: Staff) -> Incident:
    """Say what was done about it.

    Raises:
        IncidentCannotBeSettled: settled before, or without a note.
    """
    if not note.strip():
        raise IncidentCannotBeSettled(_("Say what was done."))
    found = Incident.objects.select_for_update().get(pk=incident.pk)
    if found.resolved_at is not None:
        raise IncidentCannotBeSettled(_("Somebody has settled this already."))
    found.resolved_at, found.resolved_by, found.note = at, actor, note.strip()[:300]
    found.save(update_fields=["resolved_at", "resolved_by", "note"])
    audit.record("channels.incident.settled", subject=found, actor=actor, at=at, reason=found.note)
    return found
