"""Account statements for other systems."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from denghuo.commerce.ledger import queries
from denghuo.foundation.identity.api import Problem, Token, yuan_text
from denghuo.records.customers.models import Account

router = Router(tags=["ledger"])
LONGEST_DAYS = 1_100


class StatementFilter(Schema):
    first: date | None = Field(None, description="First posting date; 12 months before `last` unless given")
    last: date | None = Field(None, description="Last posting date; today unless given")


class EntryOut(Schema):
    """Debit above zero, credit below. ``owed_yuan`` is what the customer owes after the entry."""

    posting: int
    posting_date: date
    kind: str
    document: str
    ledger_account: str
    amount_yuan: str
    owed_yuan: str


class StandingOut(Schema):
    """A ledger account of the customer in its own sense: a prepayment of 5 yuan is 5.00."""

    ledger_account: str
    opening_yuan: str
    closing_yuan: str


class StatementOut(Schema):
    account: str
    first: date
    last: date
    opening_yuan: str
    closing_yuan: str
    standings: list[StandingOut]
    entries: list[EntryOut]


@router.get("/accounts/{number}/statement", response=StatementOut, auth=Token("receivables.view"))
def statement(request: HttpRequest, number: str, query: Query[StatementFilter]) -> Any:
    """What an account owed, what happened and what it owes; at most three years at a time."""
    client: Any = request.auth  # type: ignore[attr-defined]
    account = Account.objects.filter(number=number, unit__code__startswith=client.scope).first()
    if account is None:
        raise Problem(404, "not_found", "there is no such account, or it is not yours to see")
    last = query.last or timezone.localdate()
    try:
        first = query.first or last - timedelta(days=365)
    except OverflowError as error:
        raise Problem(422, "invalid_request", "the day is out of range") from error
    if not 0 <= (last - first).days <= LONGEST_DAYS:
        raise Problem(422, "invalid_request", "first must not be after last, nor three years before it")
    found = queries.statement(account.pk, first=first, last=last)
    return {
        "account": account.number,
        "first": first,
        "last": last,
        "opening_yuan": yuan_text(found.opening_fen),
        "closing_yuan": yuan_text(found.closing_fen),
        "standings": [
            {
                "ledger_account": item.code,
                "opening_yuan": yuan_text(item.opening_fen),
                "closing_yuan": yuan_text(item.closing_fen),
            }
            for item in found.standings
        ],
        "entries": [
            {
                "posting": line.posting.pk,
                "posting_date": line.entry.posting_date,
                "kind": line.posting.kind,
                "document": line.entry.document_number,
                "ledger_account": line.entry.ledger_account,
                "amount_yuan": yuan_text(line.entry.amount_fen),
                "owed_yuan": yuan_text(line.owed_fen),
            }
            for line in found.lines
        ],
    }
