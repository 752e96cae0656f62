"""An invoice told in calendar time, through the web and the API: asked, sent, answered, and offset after a mistake."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from denghuo.commerce.billing import operations as billing
from denghuo.commerce.invoicing import queries
from denghuo.commerce.invoicing.models import Invoice, InvoiceExport
from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.imports.models import ImportBatch
from denghuo.foundation.jobs import operations as jobs
from denghuo.foundation.outbox import operations as outbox
from tests.cast import billing as cast
from tests.cast import invoicing as invoices

pytestmark = pytest.mark.django_db


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(cast.people()[username])
    return client


def answer(client: Client, text: str) -> None:
    """The answer of the platform through the import wizard."""
    file = SimpleUploadedFile("回执.csv", text.encode())
    client.post(reverse("imports:new", args=["invoice-answers"]), {"file": file})
    batch = ImportBatch.objects.latest("id")
    client.post(reverse("imports:check", args=[batch.pk]))
    client.post(reverse("imports:commit", args=[batch.pk]))
    batch.refresh_from_db()
    jobs.drive(run=batch.run, clock=lambda: invoices.AT)


def test_a_mill_gets_its_invoice_and_a_red_letter_when_the_bill_was_wrong():
    bills = invoices.billed()
    mill = bills["mill"]
    linxiaoyu, yejing = signed_in("linxiaoyu"), signed_in("yejing")

    # 林小雨 writes down the title and asks for all invoices of August at once.
    title = {**invoices.TITLE, "special": "on"}
    assert linxiaoyu.post(reverse("invoicing:buyer", args=[mill.account.number]), title).status_code == 302
    page = linxiaoyu.get(reverse("invoicing:bills"), {"cycle": "2025-08"}).content.decode()
    assert all(bill.number in page for bill in bills.values())
    linxiaoyu.post(reverse("invoicing:request-many"), {"ids": [bill.pk for bill in bills.values()]})
    assert Invoice.objects.filter(state="requested").count() == 3

    # 叶静 makes the file, and brings the answer back: the shop's title was refused.
    yejing.post(reverse("invoicing:make-export"))
    export = InvoiceExport.objects.get()
    file = yejing.get(reverse("invoicing:export-file", args=[export.number, "csv"]))
    assert invoices.TITLE["credit_code"] in b"".join(file.streaming_content).decode()
    of = {name: Invoice.objects.get(bill=bill) for name, bill in bills.items()}
    text = io.StringIO("申请流水号,开具结果,数电发票号码,开票日期,失败原因\n")
    text.seek(0, io.SEEK_END)
    for name in ("wang", "mill"):
        text.write(f"{of[name].number},成功,{invoices.tax_number()},2025-09-09,\n")
    text.write(f"{of['noodles'].number},失败,,,购买方名称与税号不符\n")
    answer(yejing, text.getvalue())
    states = {name: Invoice.objects.get(bill=bill).state for name, bill in bills.items()}
    assert states == {"wang": "issued", "mill": "issued", "noodles": "rejected"}
    linxiaoyu.post(reverse("invoicing:ask-again", args=[of["noodles"].number]))

    # The mill's bill was wrong: it is reversed, and a red letter waits by itself.
    people = cast.people()
    asked = billing.ask_reversal(
        bill=mill, reason="倍率录错", rebill=False, actor=people["liumin"], at=invoices.AT
    )
    billing.approve_reversal(reversal=asked, actor=people["heyong"], at=invoices.AT, due_date=invoices.ISSUED)
    outbox.deliver(at=invoices.AT)
    red = Invoice.objects.get(kind="red")
    assert red.number in yejing.get(reverse("invoicing:red")).content.decode()

    # 叶静 notes the confirmation, sends it with the shop's second try, and both come back issued.
    yejing.post(reverse("invoicing:confirm-red", args=[red.number]), {"confirmation_number": "2" * 20})
    yejing.post(reverse("invoicing:make-export"))
    assert InvoiceExport.objects.latest("id").invoices == 2
    for invoice in (red, of["noodles"]):
        yejing.post(
            reverse("invoicing:record-issued", args=[invoice.number]),
            {"tax_number": invoices.tax_number(), "issued_date": "2025-09-12"},
        )
    of["mill"].refresh_from_db()
    assert of["mill"].state == "offset"
    assert queries.waiting_red("45").count() == 0
    for room in (queries, ledger, receivables):
        assert list(room.inconsistencies()) == []
