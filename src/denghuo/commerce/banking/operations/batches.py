"""Debit batches: made, sent, withdrawn."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from denghuo.commerce.banking import queries, rules
from denghuo.commerce.banking.models import DebitBatch, DebitBatchState, DebitItem, ItemState
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.database import bulk
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering


class NothingToDebit(Exception):
    """No account with a mandate of this bank owes anything that may be debited."""


class DebitsOverlap(Exception):
    """Another batch took some of these accounts at the same time."""


class BatchCannotChange(Exception):
    """The batch is in a state that does not allow this."""


@transaction.atomic
def create_batch(
    *, bank: str, debit_date: date, unit_id: str, at: datetime, actor: Staff | None = None
) -> DebitBatch:
    """Gather what ``bank`` is to debit on ``debit_date`` for the units below ``unit_id``: one item an account.

    Raises:
        UnknownBank: no such bank.
        NothingToDebit: nothing is owed, or everything is out already.
        DebitsOverlap: another batch is being made over the same accounts.
    """
    rules.profile_of(bank)
    found = queries.candidates(bank, on=debit_date, scope=unit_id)
    if not found:
        raise NothingToDebit(_("Nothing can be debited at this bank on this day."))
    serial = numbering.allocate(f"banking.batch.{debit_date:%Y%m%d}", 1)[0]
    batch = DebitBatch.objects.create(
        number=f"D{debit_date:%Y%m%d}{serial:03d}",
        bank=bank,
        unit_id=unit_id,
        debit_date=debit_date,
        items_count=len(found),
        total_fen=sum(item.amount_fen for item in found),
        created_at=at,
        created_by=actor,
    )
    count = len(found)
    try:
        with transaction.atomic():
            bulk.insert_columns(
                DebitItem,
                {
                    "batch_id": [batch.pk] * count,
                    "mandate_id": [item.mandate.pk for item in found],
                    "account_id": [item.mandate.account_id for item in found],
                    "serial": [f"{batch.number}{position:06d}" for position in range(1, count + 1)],
                    "amount_fen": [item.amount_fen for item in found],
                    "owed_fen": [item.owed_fen for item in found],
                    "state": [ItemState.OUT.value] * count,
                    "code": [""] * count,
                    "reason": [""] * count,
                },
            )
    except IntegrityError as error:
        raise DebitsOverlap(_("Another batch took some of these accounts; try again.")) from error
    batch.digest = hashlib.sha256(queries.out_file(batch)).hexdigest()
    batch.save(update_fields=["digest"])
    audit.record(
        "banking.batch.created",
        subject=batch,
        actor=actor,
        at=at,
        changes={"items": [None, count], "total_fen": [None, batch.total_fen]},
    )
    return batch


def locked(batch: DebitBatch, *states: DebitBatchState) -> DebitBatch:
    """The batch, locked, if it is in one of ``states``."""
    found = DebitBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if found.state not in states:
        raise BatchCannotChange(
            _("The batch is in state “%(state)s”, so this is not possible.")
            % {"state": found.get_state_display()}
        )
    return found


@transaction.atomic
def mark_sent(*, batch: DebitBatch, at: datetime, actor: Staff | None = None) -> DebitBatch:
    """The file is on its way to the bank: from now on only an answer ends a debit.

    Raises:
        BatchCannotChange: it was sent before, or withdrawn.
    """
    found = locked(batch, DebitBatchState.CREATED)
    found.state, found.sent_at = DebitBatchState.SENT, at
    found.save(update_fields=["state", "sent_at"])
    audit.record(
        "banking.batch.sent", subject=found, actor=actor, at=at, changes={"digest": [None, found.digest]}
    )
    return found


@transaction.atomic
def withdraw_batch(*, batch: DebitBatch, reason: str, at: datetime, actor: Staff | None = None) -> DebitBatch:
    """Take back a batch that was never sent; its accounts may be debited by another one.

    Raises:
        BatchCannotChange: it was sent, or no reason is given.
    """
    if not reason.strip():
        raise BatchCannotChange(_("Give the reason."))
    found = locked(batch, DebitBatchState.CREATED)
    found.items.update(state=ItemState.FAILED, reason=_("Batch withdrawn"))
    found.state = DebitBatchState.CANCELLED
    found.failed_count, found.failed_fen = found.items_count, found.total_fen
    found.save(update_fields=["state", "failed_count", "failed_fen"])
    audit.record("banking.batch.withdrawn", subject=found, actor=actor, at=at, reason=reason)
    return found
