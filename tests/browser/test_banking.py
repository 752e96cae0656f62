"""An accountant brings in the answer of a bank with one failed debit and sees why."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from denghuo.foundation.identity.models import Staff
from tests.browser.conftest import PHONE
from tests.cast import banking as cast
from tests.cast import customers, staff
from tests.cast.money import owing

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_answer_of_a_bank_is_brought_in(site, tmp_path):
    staff.hire_everyone(customers.AT)
    yejing = Staff.objects.get(username="yejing")
    for name, fen in (("王秀英", 8_235), ("李建国", 30_000)):
        account = customers.account(customers.person(name))
        cast.mandate(account)
        owing(account, fen, due=date(2026, 9, 20))
    batch = cast.batch(date(2026, 9, 10))
    failed = cast.item_of(batch, account)
    file = tmp_path / "answer.txt"
    file.write_bytes(cast.answer_file(batch, cast.answer_rows(batch, {failed.serial: "0101"})))

    page = site.open(reverse("banking:batch", args=[batch.pk]), staff=yejing, viewport=PHONE)
    page.locator("input[type=file]").set_input_files(str(file))
    page.get_by_test_id("upload").click()
    card = page.get_by_test_id("failed-card")
    card.wait_for()
    assert "余额不足" in card.inner_text() and account.number in card.inner_text()
    assert "300.00" in page.get_by_test_id("failed").inner_text()
    assert page.get_by_test_id("post").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
