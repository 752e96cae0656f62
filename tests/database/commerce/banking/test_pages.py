"""Every banking page opens in both languages, hides other units' rows, and refuses with words instead of falling over."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from denghuo.commerce.banking import operations
from denghuo.commerce.banking.models import BankReceipt, DebitBatch, Mandate, ReturnLine
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.jobs import operations as jobs
from tests.cast import banking as cast
from tests.cast import customers, staff
from tests.cast.money import noon, owing

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 10)


@pytest.fixture
def town():
    staff.hire_everyone(customers.AT)
    wang, li = (customers.account(customers.person(name)) for name in ("王秀英", "李建国"))
    for account in (wang, li):
        cast.mandate(account)
        owing(account, 5_000, due=date(2026, 9, 20))
    batch = cast.batch(DAY)
    receipt = cast.receipt(7_000, on=DAY, payer="王秀英", remark=f"电费 {wang.number}")
    return {"wang": wang, "li": li, "batch": batch, "receipt": receipt, "mandate": Mandate.objects.first()}


def person(name: str) -> Staff:
    return Staff.objects.get(username=name)


def pages(town) -> list[str]:
    made = [
        reverse("banking:mandate", args=[town["mandate"].pk]),
        reverse("banking:batch", args=[town["batch"].pk]),
        reverse("banking:items", args=[town["batch"].pk]),
        reverse("banking:batch-file", args=[town["batch"].pk]),
        reverse("banking:receipt", args=[town["receipt"].pk]),
    ]
    names = ("mandates", "batches", "new-batch", "receipts", "files", "lines")
    return made + [reverse(f"banking:{name}") for name in names]


def test_every_page_opens_in_both_languages(client, town):
    client.force_login(person("yejing"))
    preview = reverse("banking:new-batch") + f"?bank={cast.BANK}&debit_date=2026-09-12"
    for url in [*pages(town), preview]:
        for language in ("zh-hans", "en"):
            assert client.get(url, headers={"accept-language": language}).status_code == 200, url
    client.force_login(person("zhengjie"))
    assert client.get(reverse("banking:new-mandate")).status_code == 200
    assert "代扣" in client.get(reverse("customers:account", args=[town["wang"].pk])).content.decode()


def test_other_units_rows_do_not_exist(client, town):
    accountant = person("yejing")
    accountant.unit_id = "4502"
    accountant.save(update_fields=["unit"])
    client.force_login(accountant)
    for url in pages(town)[:5]:
        assert client.get(url).status_code == 404, url
    assert town["receipt"].reference not in client.get(reverse("banking:receipts")).content.decode()


def test_a_cashier_makes_no_batch_and_an_accountant_no_mandate(client, town):
    client.force_login(person("zhengjie"))
    assert client.get(reverse("banking:new-batch")).status_code == 403
    assert client.post(reverse("banking:match-receipt", args=[town["receipt"].pk])).status_code == 403
    client.force_login(person("yejing"))
    assert client.get(reverse("banking:new-mandate")).status_code == 403


def test_the_story_of_a_batch_through_the_pages(client, town):
    client.force_login(person("yejing"))
    batch = town["batch"]
    url = reverse("banking:take-return", args=[batch.pk])
    bad = SimpleUploadedFile("a.txt", b"\x00\x01")
    assert client.post(url, {"file": bad}).status_code == 422
    failed = cast.item_of(batch, town["li"])
    rows = cast.answer_rows(batch, {failed.serial: "0101"})
    rows.append(rows[0].__class__(9, "UNKNOWN1", "6217", 100, "0000", ""))
    good = SimpleUploadedFile("answer.txt", cast.answer_file(batch, rows))
    assert client.post(url, {"file": good}).status_code == 302
    page = client.get(reverse("banking:batch", args=[batch.pk])).content.decode()
    assert "余额不足" in page and "UNKNOWN1" in page
    client.post(reverse("banking:post-batch", args=[batch.pk]))
    batch.refresh_from_db()
    jobs.drive(run=batch.run, clock=timezone.now)
    batch.refresh_from_db()
    assert (batch.state, batch.paid_fen, batch.failed_fen) == ("posted", 5_000, 5_000)
    line = ReturnLine.objects.get(serial="UNKNOWN1")
    client.post(reverse("banking:settle-line", args=[line.pk]), {"reason": "已退回银行"})
    line.refresh_from_db()
    assert line.settled_at is not None


def test_a_receipt_is_matched_and_sent_back_through_the_pages(client, town):
    client.force_login(person("yejing"))
    receipt, url = town["receipt"], reverse("banking:match-receipt", args=[town["receipt"].pk])
    frame = {"parts-TOTAL_FORMS": "1", "parts-INITIAL_FORMS": "0"}
    wrong = client.post(url, {**frame, "parts-0-account": "404", "parts-0-amount": "1"})
    assert wrong.status_code == 422
    much = client.post(url, {**frame, "parts-0-account": town["wang"].number, "parts-0-amount": "71"})
    assert much.status_code == 422
    client.post(url, {**frame, "parts-0-account": town["wang"].number, "parts-0-amount": "50"})
    receipt.refresh_from_db()
    assert (receipt.open_fen, receipt.matches.get().rule) == (2_000, "account_number")
    client.post(reverse("banking:ask-send-back", args=[receipt.pk]), {"reason": "多付"})
    asked = receipt.send_backs.get()
    decide = reverse("banking:decide-send-back", args=[asked.pk])
    assert client.post(decide, {"decision": "approve"}).status_code == 403
    client.force_login(person("heyong"))
    client.post(decide, {"decision": "approve"})
    assert BankReceipt.objects.get().state == "returned"


def test_a_look_at_the_bank_account_needs_a_reason_and_is_recorded(client, town):
    client.force_login(person("zhengjie"))
    town["mandate"].unit_id = "4503"
    Mandate.objects.filter(pk=town["mandate"].pk).update(unit="4503")
    url = reverse("banking:reveal-mandate", args=[town["mandate"].pk])
    assert client.post(url).status_code == 422
    answer = client.post(url, {"reason": "核对账号"})
    assert answer.content.decode() == town["mandate"].bank_account


def test_a_batch_is_made_and_withdrawn_through_the_pages(client, town):
    client.force_login(person("yejing"))
    other = customers.account(customers.person("周明"))
    cast.mandate(other)
    owing(other, 300, due=date(2026, 9, 20))
    values = {"bank": cast.BANK, "debit_date": "2026-09-12"}
    client.post(reverse("banking:new-batch"), values)
    assert client.post(reverse("banking:new-batch"), values).status_code == 422
    made = DebitBatch.objects.latest("id")
    client.post(reverse("banking:withdraw-batch", args=[made.pk]), {"reason": "日期错"})
    made.refresh_from_db()
    assert made.state == "cancelled"
    operations.suspend(mandate=Mandate.objects.latest("id"), reason="暂停", at=noon(DAY))
