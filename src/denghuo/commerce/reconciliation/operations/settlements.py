"""A channel pays out: what it held on the way reaches the bank, less its fee."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.ledger import operations as ledger
from denghuo.commerce.ledger.models import PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import BANK, CHANNEL_FEE, CLEARING
from denghuo.commerce.reconciliation import rules
from denghuo.commerce.reconciliation.models import ChannelSettlement, ChannelStatement
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import day_of


class SettlementRefused(Exception):
    """The amount is not what the file says, or it was settled before."""


def _payable(found: ChannelStatement, bank_reference: str, net_fen: int) -> tuple[int, int]:
    """Gross and fee of a file whose pay-out may be booked."""
    if found.channel not in rules.SETTLED_LATER:
        raise SettlementRefused(_("The money of this channel is at the bank already."))
    if found.replaced_at is not None or not found.sound:
        raise SettlementRefused(_("This file has been replaced or has rows that cannot be read."))
    if ChannelSettlement.objects.filter(
        statement__unit_id=found.unit_id, channel=found.channel, statement__day=found.day
    ).exists():
        raise SettlementRefused(_("The pay-out of this day has been booked already."))
    if not bank_reference.strip():
        raise SettlementRefused(_("Give the bank's reference."))
    gross, fee = found.total_fen, found.fee_fen
    if net_fen != gross - fee or net_fen <= 0:
        raise SettlementRefused(
            _("The file says %(gross)s less a fee of %(fee)s yuan; the bank shows another amount.")
            % {"gross": f"{gross / 100:.2f}", "fee": f"{fee / 100:.2f}"}
        )
    return gross, fee


@transaction.atomic
def settle(
    *,
    statement: ChannelStatement,
    bank_reference: str,
    net_fen: int,
    at: datetime,
    actor: Staff | None = None,
) -> ChannelSettlement:
    """Book the pay-out of a day's file: bank and fee against the money on the way.

    Raises:
        SettlementRefused: the channel pays nothing out, another amount than the file says, or it was settled before.
        PeriodClosed: the month is closed.
    """
    found = ChannelStatement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
    gross, fee = _payable(found, bank_reference, net_fen)
    on = day_of(at)
    posting = ledger.post(
        kind=PostingKind.CHANNEL,
        legs=[
            Leg(BANK, net_fen, detail="settlement", document_number=bank_reference[:32]),
            Leg(CHANNEL_FEE, fee, detail=found.channel),
            Leg(CLEARING, -gross, detail=found.channel),
        ],
        on=on,
        at=at,
        unit_id=found.unit_id,
        actor=actor,
        key=f"settlement:{found.channel}:{found.pk}",
        document_type="reconciliation.settlement",
        document_id=found.pk,
    )
    settlement = ChannelSettlement.objects.create(
        statement=found,
        channel=found.channel,
        settled_date=on,
        bank_reference=bank_reference.strip()[:48],
        gross_fen=gross,
        fee_fen=fee,
        net_fen=net_fen,
        posting=posting,
        settled_at=at,
        settled_by=actor,
    )
    audit.record(
        "reconciliation.settlement.booked",
        subject=found,
        actor=actor,
        at=at,
        changes={"net_fen": [None, net_fen], "fee_fen": [None, fee]},
    )
    return settlement
