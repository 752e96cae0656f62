"""Take in the file of a channel."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import PurePath

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.reconciliation import rules
from denghuo.commerce.reconciliation.models import (
    ChannelStatement,
    DayReconciliation,
    DayState,
    LineKind,
    StatementLine,
)
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.database import bulk
from denghuo.foundation.identity.models import Staff


class StatementRefused(Exception):
    """The file cannot be taken: unreadable, the very same again, or the day is closed."""


def _content(channel: str, body: bytes) -> rules.FileContent:
    try:
        return rules.read(channel, body)
    except rules.StatementUnreadable as error:
        text = _(error.message)
        raise StatementRefused(text % error.values if error.values else text) from error


@transaction.atomic
def take_statement(
    *,
    channel: str,
    day: date,
    body: bytes,
    file_name: str,
    unit_id: str,
    at: datetime,
    actor: Staff | None = None,
) -> ChannelStatement:
    """Keep every row of a channel's file for ``day``; a file that is there already is replaced, its rows stay.

    Raises:
        StatementRefused: see there.
    """
    if channel not in rules.READERS:
        raise StatementRefused(_("This channel sends no files."))
    closed = DayReconciliation.objects.filter(
        unit_id=unit_id, channel=channel, day=day, state=DayState.CLOSED
    )
    if closed.exists():
        raise StatementRefused(_("This day is closed."))
    digest = hashlib.sha256(body).hexdigest()
    if before := ChannelStatement.objects.filter(unit_id=unit_id, channel=channel, digest=digest).first():
        raise StatementRefused(
            _("The same file was uploaded for %(day)s.") % {"day": f"{before.day:%Y-%m-%d}"}
        )
    content = _content(channel, body)
    ChannelStatement.objects.filter(
        unit_id=unit_id, channel=channel, day=day, replaced_at__isnull=True
    ).update(replaced_at=at)
    statement = ChannelStatement.objects.create(
        unit_id=unit_id,
        channel=channel,
        day=day,
        file_name=_safe_name(file_name),
        digest=digest,
        lines_count=len(content.lines),
        payment_count=sum(line.kind == rules.PAYMENT for line in content.lines),
        refund_count=sum(line.kind == rules.REFUND for line in content.lines),
        error_count=content.errors,
        payments_fen=content.payments_fen,
        refunds_fen=content.refunds_fen,
        fee_fen=sum(line.fee_fen for line in content.lines),
        agrees=content.agrees,
        uploaded_at=at,
        uploaded_by=actor,
    )
    _write_lines(statement, content.lines)
    audit.record(
        "reconciliation.statement.taken",
        subject=statement,
        actor=actor,
        at=at,
        changes={"rows": [None, statement.lines_count], "total_fen": [None, statement.total_fen]},
    )
    return statement


def _write_lines(statement: ChannelStatement, lines: list[rules.FileLine]) -> None:
    count = len(lines)
    bulk.insert_columns(
        StatementLine,
        {
            "statement_id": [statement.pk] * count,
            "number": [line.number for line in lines],
            "kind": [LineKind(line.kind).value for line in lines],
            "external_id": [line.external_id for line in lines],
            "parent": [line.parent[:64] for line in lines],
            "amount_fen": [line.amount_fen for line in lines],
            "fee_fen": [line.fee_fen for line in lines],
            "moment": [line.moment[:32] for line in lines],
            "hint": [line.hint[:120] for line in lines],
            "problem": [line.problem for line in lines],
        },
    )


def _safe_name(name: str) -> str:
    plain = PurePath(name.replace("\\", "/")).name
    return "".join(c for c in plain if c.isprintable())[-200:] or "-"
