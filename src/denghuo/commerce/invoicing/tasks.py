"""The import kind ``invoice-answers``: what the tax platform made of the invoices that were sent to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from denghuo.commerce.invoicing import operations, rules
from denghuo.commerce.invoicing.models import Invoice, InvoiceState
from denghuo.foundation.imports import rules as imports

RESULTS = {"成功": True, "已开具": True, "失败": False, "驳回": False}


def _number(cell: str) -> str:
    text = imports.identifier(20, r"[0-9]{20}")(cell)
    if len(text) != 20:
        raise imports.CellError("not a valid number or code")
    return text


def _found(rows: Sequence[imports.Row], context: imports.Context) -> dict[str, Invoice]:
    numbers = [row.values["number"] for row in rows]
    mine = Invoice.objects.filter(number__in=numbers, unit__code__startswith=context.unit_id)
    return {invoice.number: invoice for invoice in mine}


def check(rows: Sequence[imports.Row], context: imports.Context) -> Iterable[imports.RowProblem]:
    """Each row against the invoice that it answers; an answer that is there already is a duplicate."""
    found = _found(rows, context)
    given = [row.values["tax_number"] for row in rows if row.values["tax_number"]]
    owners = dict(Invoice.objects.filter(tax_number__in=given).values_list("tax_number", "number"))
    seen: dict[str, str] = {}
    for row in rows:
        invoice, number = found.get(row.values["number"]), row.values["tax_number"]
        issued = row.values["result"]
        if invoice is None:
            yield imports.RowProblem(row.number, str(_("There is no such request.")), "number")
        elif issued and not number:
            yield imports.RowProblem(row.number, str(_("An issued invoice needs its number.")), "tax_number")
        elif issued and not row.values["issued_date"]:
            yield imports.RowProblem(row.number, str(_("An issued invoice needs its day.")), "issued_date")
        elif not issued and not row.values["reason"]:
            yield imports.RowProblem(row.number, str(_("A rejection needs its reason.")), "reason")
        elif _known(invoice, row):
            yield imports.RowProblem(row.number, str(_("This answer is known.")), duplicate=True)
        elif issued and (number in owners or seen.setdefault(number, invoice.number) != invoice.number):
            yield imports.RowProblem(row.number, str(_("Another invoice bears this number.")), "tax_number")
        elif not rules.may_become(invoice.state, InvoiceState.ISSUED if issued else InvoiceState.REJECTED):
            yield imports.RowProblem(
                row.number, str(_("This invoice does not wait for an answer.")), "number"
            )


def _known(invoice: Invoice, row: imports.Row) -> bool:
    """Whether the invoice has had this very answer."""
    if row.values["result"]:
        return invoice.tax_number == row.values["tax_number"]
    return (invoice.state, invoice.rejection) == (InvoiceState.REJECTED, row.values["reason"])


def commit(rows: Sequence[imports.Row], context: imports.Context) -> Mapping[str, int]:
    """Note the answers."""
    found = _found(rows, context)
    issued = 0
    for row in rows:
        invoice = found[row.values["number"]]
        if row.values["result"]:
            operations.record_issued(
                invoice=invoice,
                tax_number=row.values["tax_number"],
                issued_date=row.values["issued_date"],
                actor=context.actor,
                at=context.at,
            )
            issued += 1
        else:
            operations.record_rejected(
                invoice=invoice, rejection=row.values["reason"], actor=context.actor, at=context.at
            )
    return {"issued": issued, "rejected": len(rows) - issued}


ANSWERS = imports.ImportKind(
    code="invoice-answers",
    title=_("Answers of the tax platform"),
    description=_(
        "Numbers of issued invoices and reasons of rejected ones, as the tax platform gives them back."
    ),
    permission="invoicing.issue",
    fields=(
        imports.Field(
            "number",
            _("Request number"),
            aliases=("申请流水号", "单据编号", "流水号"),
            parse=imports.identifier(20),
            example="FP20260900000001",
        ),
        imports.Field(
            "result",
            _("Result"),
            aliases=("开具结果", "开票结果", "结果"),
            parse=imports.choice(RESULTS),
            example="成功",
        ),
        imports.Field(
            "tax_number",
            _("Invoice number"),
            aliases=("数电发票号码", "发票号码", "全电发票号码"),
            required=False,
            parse=_number,
            example="26450000000000000001",
            note=_("20 digits; format the column as text"),
        ),
        imports.Field(
            "issued_date",
            _("Issue date"),
            aliases=("开票日期",),
            required=False,
            parse=imports.day,
            example="2026-09-04",
        ),
        imports.Field(
            "reason",
            _("Why it was rejected"),
            aliases=("失败原因", "驳回原因", "错误信息"),
            required=False,
            parse=imports.text(300),
        ),
    ),
    key=lambda values: str(values["number"]),
    check=check,
    commit=commit,
    chunk_rows=500,
)
