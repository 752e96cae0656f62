"""The bank's answer to a batch: taken in row by row, then posted in chunks that survive a kill."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from denghuo.commerce.banking import queries, rules
from denghuo.commerce.banking.models import (
    DebitBatch,
    DebitBatchState,
    DebitItem,
    ItemState,
    LineOutcome,
    ReturnFile,
    ReturnLine,
)
from denghuo.commerce.banking.operations.batches import BatchCannotChange, locked
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Channel
from denghuo.commerce.receivables.models import Receivable
from denghuo.commerce.receivables.queries import open_items
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.database import bulk
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.jobs import operations as jobs
from denghuo.foundation.jobs.models import LongRun
from denghuo.foundation.jobs.rules import ChunkSpec

POST_RUN = "banking.post_return"
CHUNK_ITEMS = 500


class ReturnRefused(Exception):
    """The answer cannot be taken: unreadable, of another batch, or the very same file again."""


@dataclass(frozen=True)
class _Verdict:
    row: rules.ReturnRow
    outcome: LineOutcome
    reason: str
    item: DebitItem | None = None


@transaction.atomic
def take_return(
    *, batch: DebitBatch, body: bytes, file_name: str, at: datetime, actor: Staff | None = None
) -> ReturnFile:
    """Take in the answer of the bank and judge every row: debited, failed, unknown, repeated or unreadable.

    A bank may answer in several files. Nothing is posted yet; ``start_posting`` does that.

    Raises:
        ReturnRefused: the file as a whole is wrong, or was taken before.
        BatchCannotChange: the batch was not sent, or is posted.
    """
    found = locked(batch, DebitBatchState.SENT, DebitBatchState.RETURNED)
    digest = hashlib.sha256(body).hexdigest()
    if before := ReturnFile.objects.filter(digest=digest).first():
        raise ReturnRefused(
            _("The same file was uploaded on %(when)s.") % {"when": f"{before.uploaded_at:%Y-%m-%d}"}
        )
    try:
        content = rules.read_return(rules.profile_of(found.bank), body)
    except rules.FileUnreadable as error:
        raise ReturnRefused(_(error.message) % error.values if error.values else _(error.message)) from error
    if content.batch_number != found.number:
        raise ReturnRefused(
            _("This is the answer to batch %(number)s.") % {"number": content.batch_number[:20]}
        )
    verdicts = _judged(found, content.rows)
    file = _keep(found, verdicts, digest=digest, file_name=file_name, at=at, actor=actor)
    _answer_items(found, verdicts)
    audit.record(
        "banking.return.taken",
        subject=found,
        actor=actor,
        at=at,
        changes={
            "rows": [None, file.rows],
            "ok": [None, file.ok_rows],
            "failed": [None, file.failed_rows],
            "ok_fen": [None, file.ok_fen],
        },
    )
    return file


def _judged(batch: DebitBatch, rows: Sequence[rules.ReturnRow]) -> list[_Verdict]:
    profile = rules.profile_of(batch.bank)
    items = {
        item.serial: item for item in batch.items.select_for_update(of=("self",)).select_related("mandate")
    }
    seen: set[str] = set()
    verdicts = []
    for row in rows:
        item = items.get(row.serial)
        if row.problem:
            verdicts.append(
                _Verdict(row, LineOutcome.ERROR, _(row.problem) % {"count": len(profile.return_columns) + 1})
            )
        elif item is None:
            verdicts.append(_Verdict(row, LineOutcome.UNKNOWN, _("The batch has no such debit.")))
        elif row.serial in seen or item.state != ItemState.OUT:
            verdicts.append(
                _Verdict(row, LineOutcome.DUPLICATE, _("This debit has been answered already."), item)
            )
        elif row.bank_account and row.bank_account != item.mandate.bank_account:
            verdicts.append(_Verdict(row, LineOutcome.UNKNOWN, _("The bank account is another one."), item))
        elif row.code not in profile.paid_codes:
            seen.add(row.serial)
            words = row.message or profile.codes.get(row.code, row.code)
            verdicts.append(_Verdict(row, LineOutcome.FAILED, words, item))
        elif row.amount_fen != item.amount_fen:
            verdicts.append(
                _Verdict(row, LineOutcome.UNKNOWN, _("The amount is not the one asked for."), item)
            )
        else:
            seen.add(row.serial)
            verdicts.append(_Verdict(row, LineOutcome.OK, "", item))
    return verdicts


def _keep(
    batch: DebitBatch,
    verdicts: Sequence[_Verdict],
    *,
    digest: str,
    file_name: str,
    at: datetime,
    actor: Staff | None,
) -> ReturnFile:
    counts = dict.fromkeys(LineOutcome, 0)
    for verdict in verdicts:
        counts[verdict.outcome] += 1
    file = ReturnFile.objects.create(
        batch=batch,
        file_name=_safe_name(file_name),
        digest=digest,
        rows=len(verdicts),
        ok_rows=counts[LineOutcome.OK],
        failed_rows=counts[LineOutcome.FAILED],
        unknown_rows=counts[LineOutcome.UNKNOWN],
        duplicate_rows=counts[LineOutcome.DUPLICATE],
        error_rows=counts[LineOutcome.ERROR],
        ok_fen=sum(v.row.amount_fen or 0 for v in verdicts if v.outcome == LineOutcome.OK),
        uploaded_at=at,
        uploaded_by=actor,
    )
    bulk.insert_columns(
        ReturnLine,
        {
            "file_id": [file.pk] * len(verdicts),
            "number": [v.row.number for v in verdicts],
            "outcome": [v.outcome.value for v in verdicts],
            "serial": [v.row.serial for v in verdicts],
            "bank_account": [v.row.bank_account for v in verdicts],
            "amount_fen": [v.row.amount_fen for v in verdicts],
            "code": [v.row.code for v in verdicts],
            "reason": [(v.reason or v.row.message)[:200] for v in verdicts],
            "item_id": [v.item.pk if v.item else None for v in verdicts],
            "note": [""] * len(verdicts),
        },
    )
    return file


def _safe_name(name: str) -> str:
    plain = PurePath(name.replace("\\", "/")).name
    return "".join(c for c in plain if c.isprintable())[-200:] or "-"


def _answer_items(batch: DebitBatch, verdicts: Sequence[_Verdict]) -> None:
    answered = [
        (verdict.item, verdict)
        for verdict in verdicts
        if verdict.item and verdict.outcome in (LineOutcome.OK, LineOutcome.FAILED)
    ]
    if answered:
        bulk.update_columns(
            DebitItem,
            [item.pk for item, _verdict in answered],
            {
                "state": [
                    (ItemState.TAKEN if v.outcome == LineOutcome.OK else ItemState.FAILED).value
                    for _item, v in answered
                ],
                "code": [v.row.code for _item, v in answered],
                "reason": [v.reason[:120] for _item, v in answered],
            },
        )
    count_answers(batch)
    batch.state = DebitBatchState.RETURNED
    batch.save(update_fields=["state", "paid_count", "paid_fen", "failed_count", "failed_fen"])


def count_answers(batch: DebitBatch) -> None:
    """Bring the counts and sums of a batch in step with its items; the caller saves."""
    paid = batch.items.filter(state__in=[ItemState.TAKEN, ItemState.POSTED])
    failed = batch.items.filter(state=ItemState.FAILED)
    batch.paid_count, batch.failed_count = paid.count(), failed.count()
    batch.paid_fen = paid.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    batch.failed_fen = failed.aggregate(fen=Sum("amount_fen"))["fen"] or 0


@transaction.atomic
def start_posting(
    *, batch: DebitBatch, at: datetime, actor: Staff | None = None, chunk_items: int = CHUNK_ITEMS
) -> LongRun:
    """Post the debits that the bank has taken, as a run in chunks; each becomes one payment, however often it is tried.

    Raises:
        BatchCannotChange: no answer is there, or a run over it is still at work.
    """
    found = locked(batch, DebitBatchState.RETURNED)
    if found.run is not None and found.run.finished_at is None:
        raise BatchCannotChange(_("The answer is being posted already."))
    ids = list(found.items.filter(state=ItemState.TAKEN).order_by("id").values_list("id", flat=True))
    slices = [ids[start : start + chunk_items] for start in range(0, len(ids), chunk_items)]
    run = jobs.start(
        kind=POST_RUN,
        title=_("Posting of debit batch %(number)s") % {"number": found.number},
        parameters={"batch": found.pk},
        chunks=[
            ChunkSpec({"batch": found.pk, "first": part[0], "last": part[-1]}, len(part)) for part in slices
        ],
        actor=actor,
        unit_id=found.unit_id,
        at=at,
    )
    found.run = run
    found.save(update_fields=["run"])
    return run


@transaction.atomic
def post_items(*, batch_id: int, first: int, last: int, at: datetime) -> dict[str, int]:
    """Turn the taken debits with ids in ``[first, last]`` into payments; called by the run, safe to call again."""
    batch = DebitBatch.objects.select_related("run__started_by").get(pk=batch_id)
    actor = batch.run.started_by if batch.run else None
    items = list(
        batch.items.filter(state=ItemState.TAKEN, id__gte=first, id__lte=last)
        .select_related("account", "mandate")
        .order_by("id")
    )
    if not items:
        return {"payments": 0, "fen": 0}
    planned = queries.planned_items([item.account_id for item in items])
    apart = _accounts_in_plans(planned)
    made: dict[int, int] = {}
    many = [item for item in items if item.account_id not in apart]
    if many:
        received = payments.receive_file(
            rows=[
                payments.Row(item.account_id, item.amount_fen, item.serial, payer=item.mandate.holder)
                for item in many
            ],
            channel=Channel.BANK_DEBIT,
            at=at,
            unit_id=batch.unit_id,
            actor=actor,
            value_date=batch.debit_date,
        )
        made = {item.pk: payment.pk for item, payment in zip(many, received, strict=True)}
    for item in items:
        if item.account_id in apart:
            payment = payments.receive(
                account=item.account,
                amount_fen=item.amount_fen,
                channel=Channel.BANK_DEBIT,
                external_id=item.serial,
                at=at,
                actor=actor,
                value_date=batch.debit_date,
                payer=item.mandate.holder,
                only=[debt.pk for debt in open_items(item.account_id) if debt.pk not in planned],
            )
            made[item.pk] = payment.pk
    bulk.update_columns(
        DebitItem,
        [item.pk for item in items],
        {"state": [ItemState.POSTED.value] * len(items), "payment_id": [made[item.pk] for item in items]},
    )
    return {"payments": len(items), "fen": sum(item.amount_fen for item in items)}


def _accounts_in_plans(planned: set[int]) -> set[int]:
    return set(Receivable.objects.filter(pk__in=planned).values_list("account_id", flat=True))


@transaction.atomic
def close_if_done(*, batch_id: int, at: datetime) -> DebitBatch:
    """The batch is posted when every debit has ended; otherwise it waits for the rest of the answer."""
    batch = DebitBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    waiting = batch.items.filter(state__in=queries.OPEN_STATES).exists()
    if batch.state == DebitBatchState.RETURNED and not waiting:
        batch.state, batch.posted_at = DebitBatchState.POSTED, at
        batch.save(update_fields=["state", "posted_at"])
        audit.record(
            "banking.batch.posted",
            subject=batch,
            actor=batch.run.started_by if batch.run else None,
            at=at,
            changes={"paid_fen": [None, batch.paid_fen], "failed_fen": [None, batch.failed_fen]},
        )
    return batch


@transaction.atomic
def give_up(*, batch: DebitBatch, reason: str, at: datetime, actor: Staff | None = None) -> int:
    """Take back the debits that the bank has not answered, so that they may be tried again. Returns how many.

    A late answer to one of them stands on the list of rows to settle; nothing is posted for it unseen.

    Raises:
        BatchCannotChange: not sent, nothing is open, or no reason is given.
    """
    if not reason.strip():
        raise BatchCannotChange(_("Give the reason."))
    found = locked(batch, DebitBatchState.SENT, DebitBatchState.RETURNED)
    count = found.items.filter(state=ItemState.OUT).update(state=ItemState.FAILED, reason=reason[:120])
    if not count:
        raise BatchCannotChange(_("Every debit of this batch has been answered."))
    count_answers(found)
    found.state = DebitBatchState.RETURNED
    found.save(update_fields=["state", "paid_count", "paid_fen", "failed_count", "failed_fen"])
    audit.record(
        "banking.batch.given_up",
        subject=found,
        actor=actor,
        at=at,
        reason=reason,
        changes={"items": [None, count]},
    )
    close_if_done(batch_id=found.pk, at=at)
    return count


@transaction.atomic
def settle_line(*, line: ReturnLine, note: str, at: datetime, actor: Staff) -> ReturnLine:
    """Take a row that could not be placed off the list, with what was done about it.

    Raises:
        ReturnRefused: settled before, or no note is given.
    """
    if not note.strip():
        raise ReturnRefused(_("Say what was done."))
    found = ReturnLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    if found.settled_at is not None:
        raise ReturnRefused(_("Somebody has settled this row already."))
    found.settled_at, found.settled_by, found.note = at, actor, note
    found.save(update_fields=["settled_at", "settled_by", "note"])
    audit.record("banking.return_line.settled", subject=found, actor=actor, at=at, reason=note)
    return found
