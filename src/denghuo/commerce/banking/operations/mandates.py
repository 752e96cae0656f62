"""Record, sign, suspend and end the leave to debit a bank account."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.banking import queries, rules
from denghuo.commerce.banking.models import LIVE, DebitItem, Mandate, MandateState
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.numbering import operations as numbering
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account


class MandateRefused(Exception):
    """It cannot be recorded like this; the text says why."""


class MandateCannotChange(Exception):
    """The mandate is in a state that does not allow this, or a debit is out."""


@transaction.atomic
def record_mandate(
    *,
    account: Account,
    bank: str,
    holder: str,
    bank_account: str,
    valid_from: date,
    at: datetime,
    actor: Staff | None = None,
    number: str = "",
    limit_fen: int | None = None,
    valid_to: date | None = None,
) -> Mandate:
    """Record an agreement that the customer has signed; it debits nothing before the bank confirms (``sign``).

    Without ``number`` the agreement gets one of ours.

    Raises:
        MandateRefused: unknown bank, a bank account that is none, dates or limit that make no sense, a closed
            account, another live mandate, or the number is taken.
    """
    bank_account = bank_account.replace(" ", "").replace("-", "")
    if bank not in rules.PROFILES:
        raise MandateRefused(_("There is no such bank."))
    if not (bank_account.isascii() and bank_account.isdecimal() and 8 <= len(bank_account) <= 32):
        raise MandateRefused(_("A bank account has 8 to 32 digits."))
    if limit_fen is not None and limit_fen <= 0:
        raise MandateRefused(_("The limit must be above zero."))
    if valid_to is not None and valid_to < valid_from:
        raise MandateRefused(_("The agreement ends before it begins."))
    locked = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if locked.closed_date is not None:
        raise MandateRefused(_("This account is closed."))
    if Mandate.objects.filter(account=locked, state__in=LIVE).exists():
        raise MandateRefused(_("This account has a mandate already; end it first."))
    number = number.strip() or f"DK{day_of(at):%Y}{numbering.allocate('banking.mandate', 1)[0]:08d}"
    if Mandate.objects.filter(number=number).exists():
        raise MandateRefused(_("There is another agreement with this number."))
    mandate = Mandate.objects.create(
        number=number,
        account=locked,
        unit_id=locked.unit_id,
        bank=bank,
        holder=holder.strip(),
        bank_account=bank_account,
        limit_fen=limit_fen,
        valid_from=valid_from,
        valid_to=valid_to,
        created_at=at,
        created_by=actor,
    )
    audit.record(
        "banking.mandate.recorded",
        subject=mandate,
        actor=actor,
        at=at,
        changes={"bank": [None, mandate.bank_name], "bank_account": [None, mandate.masked_bank_account]},
    )
    return mandate


_FROM = {
    MandateState.ACTIVE: (MandateState.PENDING, MandateState.SUSPENDED),
    MandateState.SUSPENDED: (MandateState.ACTIVE,),
    MandateState.ENDED: LIVE,
}


def _move(
    mandate: Mandate, state: MandateState, action: str, at: datetime, actor: Staff | None, reason: str = ""
) -> Mandate:
    found = Mandate.objects.select_for_update(of=("self",)).get(pk=mandate.pk)
    if found.state not in _FROM[state]:
        raise MandateCannotChange(
            _("The mandate is in state “%(state)s”, so this is not possible.")
            % {"state": found.get_state_display()}
        )
    before, found.state = found.state, state
    changed = ["state"]
    if state == MandateState.ENDED:
        found.ended_at, found.end_reason = at, reason
        changed += ["ended_at", "end_reason"]
    found.save(update_fields=changed)
    audit.record(
        action, subject=found, actor=actor, at=at, reason=reason, changes={"state": [before, str(state)]}
    )
    return found


@transaction.atomic
def sign(*, mandate: Mandate, at: datetime, actor: Staff | None = None) -> Mandate:
    """The bank has confirmed the agreement, or a suspended one is used again.

    Raises:
        MandateCannotChange: it is in force or ended.
    """
    return _move(mandate, MandateState.ACTIVE, "banking.mandate.signed", at, actor)


@transaction.atomic
def suspend(*, mandate: Mandate, reason: str, at: datetime, actor: Staff | None = None) -> Mandate:
    """Debit nothing for a while; a debit that is out stays out.

    Raises:
        MandateCannotChange: it is not in force, or no reason is given.
    """
    if not reason.strip():
        raise MandateCannotChange(_("Give the reason."))
    return _move(mandate, MandateState.SUSPENDED, "banking.mandate.suspended", at, actor, reason)


@transaction.atomic
def end(*, mandate: Mandate, reason: str, at: datetime, actor: Staff | None = None) -> Mandate:
    """The agreement is over.

    Raises:
        MandateCannotChange: it is over already, no reason is given, or a debit is out at the bank.
    """
    if not reason.strip():
        raise MandateCannotChange(_("Give the reason."))
    if DebitItem.objects.filter(mandate=mandate, state__in=queries.OPEN_STATES).exists():
        raise MandateCannotChange(
            _("A debit of this mandate is at the bank; wait for its answer or suspend the mandate.")
        )
    return _move(mandate, MandateState.ENDED, "banking.mandate.ended", at, actor, reason)
