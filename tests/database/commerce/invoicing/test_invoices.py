"""Invoices told as the tax office would follow them: asked, sent, answered, offset."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from denghuo.commerce.billing import operations as billing
from denghuo.commerce.billing.models import Bill
from denghuo.commerce.invoicing import operations, queries
from denghuo.commerce.invoicing.models import BuyerProfile, Invoice, InvoiceExport, InvoiceLine
from denghuo.commerce.invoicing.operations.requests import lines_of
from denghuo.commerce.invoicing.web import files
from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.imports import operations as imports
from denghuo.foundation.imports.models import RowState
from denghuo.foundation.jobs import operations as jobs
from denghuo.foundation.outbox import operations as outbox
from tests.cast import billing as cast
from tests.cast import invoicing as invoices

pytestmark = pytest.mark.django_db
AT = invoices.AT
CONFIRMATION = "26450000000000000009"


@pytest.fixture
def bills():
    return invoices.billed()


@pytest.fixture(autouse=True)
def everything_agrees(db):
    yield
    for room in (queries, ledger, receivables):
        assert list(room.inconsistencies()) == []


def yejing():
    return cast.people()["yejing"]


def reversed_(bill: Bill) -> None:
    """The bill is reversed by 刘敏 and 何勇, and everybody hears of it."""
    people = cast.people()
    asked = billing.ask_reversal(bill=bill, reason="倍率录错", rebill=False, actor=people["liumin"], at=AT)
    billing.approve_reversal(reversal=asked, actor=people["heyong"], at=AT, due_date=date(2025, 9, 30))
    outbox.deliver(at=AT + timedelta(minutes=1))


class TestRequest:
    def test_amounts_are_those_of_the_bill(self, bills):
        for bill in bills.values():
            invoice = invoices.asked(bill)
            assert invoice.total_fen == bill.total_fen == invoice.ex_tax_fen + invoice.tax_fen
            assert invoice.ex_tax_fen == round(Decimal(bill.total_fen) / Decimal("1.13"))
            (line,) = invoice.lines.all()
            assert (line.name, line.total_fen, line.quantity) == (
                "*供电*电费",
                bill.total_fen,
                bill.energy_kwh,
            )

    def test_a_person_is_invoiced_by_name_an_organisation_by_its_tax_number(self, bills):
        person, firm = (queries.buyer_of(bills[name].account) for name in ("wang", "mill"))
        assert (person.name, person.credit_code, person.special) == ("王秀英", "", False)
        assert firm.credit_code == bills["mill"].account.customer.credit_code != ""
        assert queries.invoice_document(invoices.asked(bills["wang"]))["buyer"]["name"] == "王*英"

    def test_the_remarks_say_where_and_when(self, bills):
        remarks = invoices.asked(bills["noodles"]).remarks
        for part in (
            "户号：",
            "户名：陈记面馆",
            "用电地址：",
            "账期：2025-08",
            "抄表起止：2025-08-01至2025-08-31",
        ):
            assert part in remarks

    def test_once_a_bill(self, bills):
        invoices.asked(bills["wang"])
        with pytest.raises(operations.InvoiceCannotBeRequested, match="已申请发票"):
            invoices.asked(bills["wang"])
        with pytest.raises(IntegrityError, match="invoice"), transaction.atomic():
            copy = Invoice.objects.get(bill=bills["wang"])
            copy.pk, copy.number = None, "FP-COPY"
            copy.save(force_insert=True)

    def test_not_before_the_bill_is_issued_nor_without_a_seller_or_a_tax_number(self, bills):
        customer = bills["mill"].account.customer
        customer.credit_code = ""
        customer.save(update_fields=["credit_code"])
        with pytest.raises(operations.InvoiceCannotBeRequested, match="统一社会信用代码"):
            invoices.asked(Bill.objects.get(pk=bills["mill"].pk))
        queries.seller_of("4501").delete()
        with pytest.raises(operations.InvoiceCannotBeRequested, match="销售方"):
            invoices.asked(bills["noodles"])
        assert queries.seller_of("4501") is None

    def test_many_at_once_say_why_some_were_not(self, bills):
        invoices.asked(bills["wang"])
        made = operations.request_many(bills=bills.values(), actor=yejing(), at=AT)
        assert (len(made.invoices), sum(made.refused.values())) == (2, 1)
        assert queries.bills_to_invoice("45").count() == 0

    def test_several_supply_points_are_several_lines(self, bills):
        bill = bills["mill"]
        sections = list(bill.sections.select_related("supply_point"))
        lines = lines_of(bill, sections * 3, Decimal("0.13"), "*供电*电费")
        assert len(lines) == 3 and sum(line.total_fen for line in lines) == 3 * bill.total_fen


class TestProfiles:
    def test_a_registered_taxpayer_gets_a_special_invoice(self, bills):
        account = bills["mill"].account
        operations.set_buyer(account=account, fields=invoices.TITLE, special=True, actor=yejing(), at=AT)
        invoice = invoices.asked(bills["mill"])
        assert invoice.special and invoices.TITLE["bank_account"] in invoice.buyer

    @pytest.mark.parametrize(
        "who, changes, special, field",
        [
            ("mill", {"credit_code": "914501000000000000"}, False, "credit_code"),
            ("mill", {"credit_code": ""}, False, "credit_code"),
            ("mill", {"bank": ""}, True, "bank"),
            ("mill", {"name": " "}, False, "name"),
            ("wang", {}, True, "special"),
            ("wang", {}, False, "credit_code"),
        ],
    )
    def test_what_does_not_fit(self, bills, who, changes, special, field):
        with pytest.raises(operations.ProfileInvalid) as refused:
            operations.set_buyer(
                account=bills[who].account, fields={**invoices.TITLE, **changes}, special=special,
                actor=yejing(), at=AT,
            )  # fmt: skip
        assert refused.value.field == field
        assert not BuyerProfile.objects.exists()

    def test_an_invoice_keeps_the_title_it_was_asked_for_with(self, bills):
        invoice = invoices.asked(bills["mill"])
        operations.set_buyer(
            account=bills["mill"].account, fields=invoices.TITLE, special=False, actor=yejing(), at=AT
        )
        assert invoices.TITLE["name"] not in Invoice.objects.get(pk=invoice.pk).buyer


class TestExportAndAnswer:
    def test_the_file_holds_every_request_once_and_is_the_same_again(self, bills):
        operations.request_many(bills=bills.values(), actor=yejing(), at=AT)
        made = operations.export(unit_id="45", actor=yejing(), at=AT)
        assert (made.invoices, made.total_fen) == (3, sum(bill.total_fen for bill in bills.values()))
        rows = list(files.rows_of(made))
        assert rows == list(files.rows_of(made)) and len(rows) == 3
        assert sum(row["ex_tax"] + row["tax"] for row in rows) == Decimal(made.total_fen) / 100
        assert [row["rate"] for row in rows] == ["0.13"] * 3
        with pytest.raises(operations.NothingToExport):
            operations.export(unit_id="45", actor=yejing(), at=AT)

    def answer(self, text: str):
        batch = imports.stage(
            kind="invoice-answers", file=io.BytesIO(text.encode()), file_name="answer.csv", parameters={},
            actor=yejing(), unit_id="45", at=AT,
        )  # fmt: skip
        batch = imports.check(batch=batch, actor=yejing(), at=AT)
        jobs.drive(run=imports.commit(batch=batch, actor=yejing(), at=AT), clock=lambda: AT)
        batch.refresh_from_db()
        return batch

    HEAD = "申请流水号,开具结果,数电发票号码,开票日期,失败原因\n"

    def test_the_answer_is_staged_and_wrong_rows_stay_behind(self, bills):
        made = operations.request_many(bills=bills.values(), actor=yejing(), at=AT).invoices
        operations.export(unit_id="45", actor=yejing(), at=AT)
        first, second, third = made
        number = invoices.tax_number()
        batch = self.answer(
            self.HEAD
            + f"{first.number},成功,{number},2025-09-09,\n"
            + f"{second.number},失败,,,购买方名称与税号不符\n"
            + f"{third.number},成功,{number},2025-09-09,\n"
            + "FP20250900099999,成功,25450000000000009999,2025-09-09,\n"
        )
        assert (batch.committed_rows, batch.error_rows) == (2, 2)
        assert batch.total_rows == batch.committed_rows + batch.error_rows + batch.duplicate_rows
        states = dict(Invoice.objects.values_list("number", "state"))
        assert [states[i.number] for i in made] == ["issued", "rejected", "exported"]

        again = self.answer(
            self.HEAD
            + f"{first.number},成功,{number},2025-09-09,\n"
            + f"{third.number},成功,{invoices.tax_number()},2025-09-10,\n"
        )
        assert (again.committed_rows, again.duplicate_rows, again.error_rows) == (1, 1, 0)
        assert again.rows.filter(state=RowState.DUPLICATE).count() == 1

    @pytest.mark.parametrize(
        "cells",
        ["成功,,2025-09-09,", "成功,25450000000000000001,,", "失败,,,", "成功,123,2025-09-09,", "好,,,"],
    )
    def test_half_an_answer_is_an_error(self, bills, cells):
        invoice = invoices.asked(bills["wang"])
        operations.export(unit_id="45", actor=yejing(), at=AT)
        batch = imports.stage(
            kind="invoice-answers", file=io.BytesIO((self.HEAD + f"{invoice.number},{cells}\n").encode()),
            file_name="a.csv", parameters={}, actor=yejing(), unit_id="45", at=AT,
        )  # fmt: skip
        assert imports.check(batch=batch, actor=yejing(), at=AT).error_rows == 1

    def test_a_rejected_one_is_put_right_and_goes_again(self, bills):
        invoice = invoices.asked(bills["mill"])
        operations.export(unit_id="45", actor=yejing(), at=AT)
        operations.record_rejected(invoice=invoice, rejection="名称不符", actor=yejing(), at=AT)
        operations.set_buyer(
            account=bills["mill"].account, fields=invoices.TITLE, special=True, actor=yejing(), at=AT
        )
        operations.request_again(invoice=invoice, actor=yejing(), at=AT)
        operations.export(unit_id="45", actor=yejing(), at=AT)
        found = invoices.answered(invoice)
        assert (found.state, found.special, InvoiceExport.objects.count()) == ("issued", True, 2)
        with pytest.raises(operations.InvoiceCannotBeRequested):
            operations.request_again(invoice=found, actor=yejing(), at=AT)

    def test_answers_that_do_not_fit(self, bills):
        one, two = invoices.issued(bills["wang"]), invoices.asked(bills["mill"])
        same = operations.record_issued(
            invoice=one, tax_number=one.tax_number, issued_date=invoices.ISSUED, actor=yejing(), at=AT
        )
        assert same.state == "issued"
        for invoice, number in ((one, invoices.tax_number()), (two, "123"), (two, one.tax_number)):
            with pytest.raises(operations.AnswerRefused):
                operations.record_issued(
                    invoice=invoice, tax_number=number, issued_date=invoices.ISSUED, actor=yejing(), at=AT
                )
        with pytest.raises(operations.AnswerRefused):
            operations.record_rejected(invoice=two, rejection="未发送", actor=yejing(), at=AT)


class TestRedLetter:
    def test_a_reversed_bill_raises_the_red_letter_of_its_issued_invoice(self, bills):
        blue = invoices.issued(bills["mill"])
        reversed_(bills["mill"])
        outbox.deliver(at=AT + timedelta(hours=1))
        (red,) = Invoice.objects.filter(kind="red")
        assert (red.original, red.state, red.total_fen) == (blue, "confirmation", -blue.total_fen)
        assert (red.ex_tax_fen, red.tax_fen, red.quantity_kwh) == (
            -blue.ex_tax_fen, -blue.tax_fen, -blue.quantity_kwh,
        )  # fmt: skip
        assert "倍率录错" in red.reason and blue.tax_number in red.remarks
        with pytest.raises(operations.InvoiceCannotBeCancelled, match="已冲正"):
            operations.cancel(invoice=red, reason="不要了", actor=yejing(), at=AT)

        with pytest.raises(operations.RedLetterRefused, match="20位"):
            operations.confirm_red(invoice=red, confirmation_number="1", actor=yejing(), at=AT)
        operations.confirm_red(invoice=red, confirmation_number=CONFIRMATION, actor=yejing(), at=AT)
        made = operations.export(unit_id="45", actor=yejing(), at=AT)
        (row,) = files.rows_of(made)
        assert (row["kind"], row["original"], row["confirmation"]) == ("红字", blue.tax_number, CONFIRMATION)
        assert row["total"] == -Decimal(blue.total_fen) / 100
        invoices.answered(red)
        blue.refresh_from_db()
        assert blue.state == "offset"
        assert Invoice.objects.filter(total_fen=-F("original__total_fen")).count() == 1

    def test_a_reversed_bill_cancels_what_was_not_sent(self, bills):
        invoice = invoices.asked(bills["mill"])
        reversed_(bills["mill"])
        invoice.refresh_from_db()
        assert (invoice.state, Invoice.objects.count()) == ("cancelled", 1)

    @pytest.mark.parametrize("issued, state, reds", [(True, "issued", 1), (False, "cancelled", 0)])
    def test_what_the_platform_has_waits_for_its_answer(self, bills, issued, state, reds):
        invoice = invoices.asked(bills["mill"])
        operations.export(unit_id="45", actor=yejing(), at=AT)
        reversed_(bills["mill"])
        invoice.refresh_from_db()
        assert invoice.state == "exported"
        if issued:
            invoices.answered(invoice)
        else:
            operations.record_rejected(invoice=invoice, rejection="名称不符", actor=yejing(), at=AT)
        invoice.refresh_from_db()
        assert (invoice.state, Invoice.objects.filter(kind="red").count()) == (state, reds)

    def test_by_hand_because_of_a_wrong_title_then_a_new_invoice_for_the_same_bill(self, bills):
        blue = invoices.issued(bills["noodles"])
        red = operations.raise_red(invoice=blue, reason="抬头开错", actor=yejing(), at=AT)
        with pytest.raises(operations.RedLetterRefused, match="在办理"):
            operations.raise_red(invoice=blue, reason="抬头开错", actor=yejing(), at=AT)
        with pytest.raises(operations.InvoiceCannotBeRequested, match="已申请发票"):
            invoices.asked(bills["noodles"])
        operations.confirm_red(invoice=red, confirmation_number=CONFIRMATION, actor=yejing(), at=AT)
        invoices.answered(red)
        assert invoices.asked(bills["noodles"]).state == "requested"

    def test_a_red_letter_raised_by_mistake_is_taken_back(self, bills):
        blue = invoices.issued(bills["noodles"])
        red = operations.raise_red(invoice=blue, reason="点错", actor=yejing(), at=AT)
        operations.cancel(invoice=red, reason="点错", actor=yejing(), at=AT)
        assert Invoice.objects.get(pk=blue.pk).state == "issued"
        with pytest.raises(operations.RedLetterRefused):
            operations.raise_red(invoice=red, reason="x", actor=yejing(), at=AT)
        with pytest.raises(operations.RedLetterRefused):
            operations.raise_red(invoice=blue, reason=" ", actor=yejing(), at=AT)

    def test_a_rejected_red_letter_goes_again_but_not_beside_another(self, bills):
        blue = invoices.issued(bills["noodles"])
        red = operations.raise_red(invoice=blue, reason="抬头开错", actor=yejing(), at=AT)
        operations.confirm_red(invoice=red, confirmation_number=CONFIRMATION, actor=yejing(), at=AT)
        operations.export(unit_id="45", actor=yejing(), at=AT)
        operations.record_rejected(invoice=red, rejection="确认单已失效", actor=yejing(), at=AT)
        operations.raise_red(invoice=blue, reason="抬头开错", actor=yejing(), at=AT)
        with pytest.raises(operations.InvoiceCannotBeRequested, match="在办理"):
            operations.request_again(invoice=red, actor=yejing(), at=AT)


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "changes",
        [
            {"tax_fen": 1},
            {"state": "issued"},
            {"state": "rejected"},
            {"tax_number": "25450000000000000001"},
            {"kind": "red"},
        ],
    )
    def test_it(self, bills, changes):
        invoice = invoices.asked(bills["wang"])
        with pytest.raises(IntegrityError), transaction.atomic():
            Invoice.objects.filter(pk=invoice.pk).update(**changes)

    def test_and_the_doctor_sees_the_rest(self, bills):
        invoice = invoices.asked(bills["wang"])
        InvoiceLine.objects.filter(invoice=invoice).update(tax_fen=F("tax_fen") + 1)
        assert "add up" in next(queries.inconsistencies())
        InvoiceLine.objects.filter(invoice=invoice).update(tax_fen=F("tax_fen") - 1)
