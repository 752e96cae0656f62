"""Fees: only lawful ones, each with its basis; the contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.connections import events, queries
from denghuo.commerce.connections.models import Application, FeeItem
from denghuo.commerce.connections.operations.common import (
    ActRefused,
    account_of,
    done,
    locked,
    note,
    standing_at,
)
from denghuo.commerce.connections.rules import fees as fee_rules
from denghuo.commerce.ledger.models import PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import REVENUE_CONNECTION
from denghuo.commerce.receivables import operations as receivables
from denghuo.commerce.receivables.models import PayerClass, ReceivableKind
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import day_of

DUE_DAYS = 30
DOCUMENT = "connections.feeitem"


class FeeForbidden(ActRefused):
    """A fee that was abolished; the text names the document that did."""


@dataclass(frozen=True)
class Fee:
    code: str
    amount_fen: int
    explanation: str = ""


@transaction.atomic
def charge_fees(
    *, application: Application, fees: list[Fee], at: datetime, actor: Staff | None
) -> list[FeeItem]:
    """Charge the lawful fees of an application; none is an answer too.

    Raises:
        NotInThisStep: fees are not waited for.
        FeeForbidden: an abolished fee.
        ActRefused: an unknown one, or an amount that is not above zero or not what the rule gives.
    """
    found = locked(application)
    standing_at(found, "fees")
    for fee in fees:
        _judge(found, fee, day_of(at))
    items = [_charge(found, fee, number, at, actor) for number, fee in enumerate(fees, start=1)]
    total = sum(item.amount_fen for item in items)
    done(found, "fees", at=at, actor=actor)
    if items:
        outbox.publish(
            events.FeesCharged(found.pk, found.customer_id, found.number, amount_fen=total, charged_at=at)
        )
    note("fees.charged", found, at=at, actor=actor, amount_fen=total)
    return items


def _judge(application: Application, fee: Fee, on: date) -> None:
    rule = fee_rules.RULES.get(fee.code)
    if rule is None:
        raise ActRefused(_("There is no such fee."))
    if not rule.lawful:
        raise FeeForbidden(
            _("“%(fee)s” must not be charged: %(basis)s.") % {"fee": queries.fee_label(fee.code), "basis": rule.basis}
        )  # fmt: skip
    if fee.amount_fen <= 0:
        raise ActRefused(_("A fee is above zero."))
    expected = queries.high_reliability_fen(application, on)
    if fee.code == "high_reliability" and fee.amount_fen != expected:
        raise ActRefused(_("The high-reliability fee follows from the extra feeders: %(yuan)s yuan.") % {"yuan": f"{expected / 100:.2f}"})  # fmt: skip


def _charge(application: Application, fee: Fee, number: int, at: datetime, actor: Staff | None) -> FeeItem:
    on = day_of(at)
    account = account_of(application, on=on, at=at, actor=actor)
    item = FeeItem.objects.create(
        application=application, code=fee.code, amount_fen=fee.amount_fen, basis=fee_rules.RULES[fee.code].basis,
        explanation=fee.explanation[:200], due_date=on + timedelta(days=DUE_DAYS), charged_at=at, charged_by=actor,
    )  # fmt: skip
    payer = PayerClass.RESIDENTIAL if application.tariff_class == "residential" else PayerClass.OTHER
    receivables.charge(
        charges=[
            receivables.Charge(
                account_id=account.pk, unit_id=account.unit_id, kind=ReceivableKind.CONNECTION, payer_class=payer,
                document_type=DOCUMENT, document_id=item.pk, document_number=f"{application.number}-{number}",
                cycle=f"{on:%Y-%m}", due_date=item.due_date, amount_fen=fee.amount_fen,
            )
        ],
        against=[Leg(REVENUE_CONNECTION, -fee.amount_fen, unit_id=account.unit_id)],
        kind=PostingKind.FEE_CHARGED, on=on, at=at, unit_id=account.unit_id, actor=actor,
        key=f"connections.fee:{item.pk}", document_type=DOCUMENT, document_id=item.pk,
    )  # fmt: skip
    return item


@transaction.atomic
def sign_contract(
    *, application: Application, signed_date: date, at: datetime, actor: Staff | None
) -> Application:
    """The contract is signed; its number follows from the application.

    Raises:
        NotInThisStep: the contract is not waited for.
        ActRefused: no plan is settled, the plan lapsed, or the day lies in the future.
    """
    found = locked(application)
    standing_at(found, "contract")
    plan = queries.live_plan(found)
    if plan is None:
        raise ActRefused(_("There is no settled plan to contract on."))
    if plan.valid_until and plan.valid_until < signed_date:
        raise ActRefused(_("The plan was valid until %(day)s; draft it again.") % {"day": plan.valid_until})
    if signed_date > day_of(at) or signed_date < day_of(found.accepted_at):
        raise ActRefused(_("The day of signing lies between acceptance and today."))
    found.contract_number = f"HT{found.number[2:]}"
    found.contract_signed_date = signed_date
    found.save(update_fields=["contract_number", "contract_signed_date"])
    done(found, "contract", at=at, actor=actor)
    note("contract.signed", found, at=at, actor=actor, number=found.contract_number)
    return found


@transaction.atomic
def finish_works(*, application: Application, remark: str, at: datetime, actor: Staff | None) -> Application:
    """The utility's own works outside the premises are ready.

    Raises:
        NotInThisStep: no works are waited for.
    """
    found = locked(application)
    done(found, "works", at=at, actor=actor, result=remark)
    note("works.finished", found, at=at, actor=actor, reason=remark)
    return found
