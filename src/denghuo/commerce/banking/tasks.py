"""Work of banking outside a request: posting an answer in chunks, and the files that the import wizard knows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from denghuo.commerce.banking import operations
from denghuo.commerce.banking.models import BankReceipt, ReceiptSource
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Payment
from denghuo.foundation.imports import rules as imports
from denghuo.foundation.jobs import rules as jobs
from denghuo.foundation.jobs.models import LongRun
from denghuo.kernel.money import fen
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account
from denghuo.records.supply.models import SupplyPoint


@jobs.chunk_worker(
    operations.POST_RUN,
    label=_("Posting of a debit batch"),
    counters={"payments": _("Payments"), "fen": _("Amount (fen)")},
)
def post_slice(run: LongRun, payload: dict[str, Any], at: datetime) -> dict[str, int]:
    """Post a slice of what a bank has debited."""
    return operations.post_items(
        batch_id=payload["batch"], first=payload["first"], last=payload["last"], at=at
    )


@jobs.on_finished(operations.POST_RUN)
def close_batch(run: LongRun, at: datetime) -> None:
    """The batch is posted when nothing is open any more."""
    operations.close_if_done(batch_id=json.loads(run.parameters)["batch"], at=at)


_AMOUNT = imports.decimal(2, minimum=Decimal("0.01"), maximum=Decimal("999999999999.99"))
_REFERENCE = imports.identifier(48, r"[0-9A-Za-z][0-9A-Za-z._/-]*")
_REFERENCE_FIELD = imports.Field(
    "reference",
    _("Bank reference"),
    aliases=("流水号", "交易流水号", "银行流水号", "凭证号"),
    parse=_REFERENCE,
    example="BK20260907000123",
    note=_("The bank's own number of this transaction; a second row with it is a duplicate"),
)
_DATE_FIELD = imports.Field(
    "day",
    _("Value date"),
    aliases=("交易日期", "入账日期", "日期", "缴费日期"),
    parse=imports.day,
    example="2026-09-07",
    note=_("The day that counts for the late fee"),
)


def _known(source: str, rows: Sequence[imports.Row]) -> set[str]:
    wanted = [row.values["reference"] for row in rows]
    receipts = BankReceipt.objects.filter(source=source, reference__in=wanted)
    paid = Payment.objects.filter(channel=source, external_id__in=wanted)
    return {
        *receipts.values_list("reference", flat=True),
        *paid.values_list("external_id", flat=True),
    }


def _judge(source: str, rows: Sequence[imports.Row], at: datetime) -> Iterable[imports.RowProblem]:
    known = _known(source, rows)
    today = day_of(at)
    for row in rows:
        if row.values["reference"] in known:
            yield imports.RowProblem(
                row.number,
                gettext_noop("This transaction has been booked already."),
                "reference",
                duplicate=True,
            )
        elif row.values["day"] > today:
            yield imports.RowProblem(row.number, gettext_noop("The day is in the future."), "day")


def check_lockbox(rows: Sequence[imports.Row], context: imports.Context) -> Iterable[imports.RowProblem]:
    """A transaction that is known is a duplicate; a number nobody knows is no error: its money waits in suspense."""
    return _judge(ReceiptSource.LOCKBOX, rows, context.at)


def commit_lockbox(rows: Sequence[imports.Row], context: imports.Context) -> Mapping[str, int]:
    """Payments for the numbers that are known, receipts in suspense for the others."""
    accounts = _accounts([row.values["number"] for row in rows], context.unit_id)
    paid: dict[date, list[payments.Row]] = defaultdict(list)
    unknown = 0
    for row in rows:
        amount, account = fen(row.values["amount"]), accounts.get(row.values["number"])
        payer = (row.values.get("payer") or "")[:80]
        if account is not None:
            paid[row.values["day"]].append(
                payments.Row(account, amount, row.values["reference"], payer=payer)
            )
            continue
        unknown += 1
        operations.take_receipt(
            source=ReceiptSource.LOCKBOX,
            reference=row.values["reference"],
            amount_fen=amount,
            value_date=row.values["day"],
            unit_id=_owner(context),
            at=context.at,
            actor=context.actor,
            payer=payer,
            remark=row.values["number"],
            note=str(_("Number not known")),
        )
    for day, part in paid.items():
        payments.receive_file(
            rows=part,
            channel=ReceiptSource.LOCKBOX,
            at=context.at,
            unit_id=_owner(context),
            actor=context.actor,
            value_date=day,
        )
    return {"payments": len(rows) - unknown, "suspense": unknown}


def _owner(context: imports.Context) -> str:
    """The unit whose file it is."""
    return context.unit_id or (context.actor.unit_id if context.actor else "")


def _accounts(numbers: Sequence[str], scope: str) -> dict[str, int]:
    """Account of each number, be it that of the account or of a supply point; closed accounts are not there."""
    points = SupplyPoint.objects.filter(
        number__in=numbers, unit__code__startswith=scope, account__closed_date__isnull=True
    )
    own = Account.objects.filter(number__in=numbers, unit__code__startswith=scope, closed_date__isnull=True)
    return {**dict(points.values_list("number", "account_id")), **dict(own.values_list("number", "pk"))}


LOCKBOX = imports.ImportKind(
    code="lockbox",
    title=_("Lock-box file of a bank"),
    description=_(
        "What a bank took at its own counters for electricity: each row becomes a payment at once."
    ),
    permission="banking.match",
    fields=(
        _REFERENCE_FIELD,
        imports.Field(
            "number",
            _("Account or supply point number"),
            aliases=("户号", "结算户号", "客户编号", "用户编号", "account"),
            parse=imports.identifier(32),
            example="4501000000123",
        ),
        imports.Field(
            "amount",
            _("Amount (yuan)"),
            aliases=("金额", "缴费金额", "交易金额"),
            parse=_AMOUNT,
            example="128.35",
        ),
        _DATE_FIELD,
        imports.Field(
            "payer", _("Payer"), aliases=("付款人", "户名", "缴费人"), required=False, parse=imports.text(80)
        ),
    ),
    notes=(_("A number that is not known is booked to receipts to be matched, not refused."),),
    key=lambda values: values["reference"],
    check=check_lockbox,
    commit=commit_lockbox,
)


def check_statement(rows: Sequence[imports.Row], context: imports.Context) -> Iterable[imports.RowProblem]:
    """A transaction that is known is a duplicate."""
    return _judge(ReceiptSource.TRANSFER, rows, context.at)


def commit_statement(rows: Sequence[imports.Row], context: imports.Context) -> Mapping[str, int]:
    """Receipts in suspense; those that a trusted rule places are matched at once."""
    counts = {"receipts": 0, "matched": 0, "outgoing": 0}
    for row in rows:
        values = row.values
        if values.get("amount") is None:
            counts["outgoing"] += 1
            continue
        receipt = operations.take_receipt(
            source=ReceiptSource.TRANSFER,
            reference=values["reference"],
            amount_fen=fen(values["amount"]),
            value_date=values["day"],
            unit_id=_owner(context),
            at=context.at,
            actor=context.actor,
            bank=context.parameters.get("bank") or "",
            payer=values.get("payer") or "",
            payer_account=(values.get("payer_account") or "").replace(" ", ""),
            remark=values.get("remark") or "",
        )
        counts["receipts"] += 1
        if operations.match_certain(receipt=receipt, at=context.at, actor=context.actor):
            counts["matched"] += 1
    return counts


STATEMENT = imports.ImportKind(
    code="bank_statement",
    title=_("Bank statement with remittances"),
    description=_("Money that organisations sent to our bank account: each row waits until it is matched."),
    permission="banking.match",
    fields=(
        _REFERENCE_FIELD,
        _DATE_FIELD,
        imports.Field(
            "amount",
            _("Amount credited (yuan)"),
            aliases=("贷方金额", "贷方发生额", "收入金额", "金额", "入账金额"),
            required=False,
            parse=_AMOUNT,
            example="128350.00",
            note=_("Rows without it are payments that went out; they change nothing here"),
        ),
        imports.Field(
            "payer",
            _("Payer"),
            aliases=("对方户名", "付款人", "付款人名称", "对方单位"),
            required=False,
            parse=imports.text(80),
            example="灯火铸造有限公司",
        ),
        imports.Field(
            "payer_account",
            _("Payer's bank account"),
            aliases=("对方账号", "付款账号", "付款人账号"),
            required=False,
            parse=imports.identifier(40),
            example="6217000000001234",
        ),
        imports.Field(
            "remark",
            _("Remark"),
            aliases=("摘要", "附言", "用途", "备注"),
            required=False,
            parse=imports.text(200),
            example="8月电费 户号4501000000123",
        ),
    ),
    parameters=(
        imports.Field("bank", _("Bank"), required=False, parse=imports.text(20), note=_("Code of the bank")),
    ),
    key=lambda values: values["reference"],
    check=check_statement,
    commit=commit_statement,
    chunk_rows=200,
)
