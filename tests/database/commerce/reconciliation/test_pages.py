"""Every reconciliation page opens, hides other units' days, and the story of a missing payment goes through them."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from denghuo.commerce.reconciliation import operations
from denghuo.commerce.reconciliation.models import DayReconciliation
from denghuo.foundation.identity.models import Staff
from tests.cast import customers, staff
from tests.cast.money import noon, pay
from tests.cast.statements import FileRow, wechat_file

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 6)


def person(name: str) -> Staff:
    return Staff.objects.get(username=name)


@pytest.fixture
def wang():
    staff.hire_everyone(customers.AT)
    return customers.account(customers.person("王秀英"))


def brought(client, *rows: FileRow) -> DayReconciliation:
    file = SimpleUploadedFile("bill.csv", wechat_file(DAY, rows))
    answer = client.post(
        reverse("reconciliation:upload"), {"channel": "wechat", "day": "2026-09-06", "file": file}
    )
    assert answer.status_code == 302
    return DayReconciliation.objects.get(channel="wechat", day=DAY)


def test_missing_money_from_the_file_to_the_closed_day(client, wang):
    pay(wang, 100, on=DAY, channel="wechat", external_id="W1")
    client.force_login(person("yejing"))
    day = brought(client, FileRow("W1", 100, fee_fen=1), FileRow("W2", 200, fee_fen=1))
    row = day.differences.get()
    for name, args in (
        ("board", []), ("upload", []), ("day", [day.pk]), ("difference", [row.pk]), ("differences", []),
        ("statements", []), ("statement", [day.statement_id]),
    ):  # fmt: skip
        for language in ("zh-hans", "en"):
            url = reverse(f"reconciliation:{name}", args=args)
            assert client.get(url, headers={"accept-language": language}).status_code == 200, url
    client.post(reverse("reconciliation:claim", args=[row.pk]))
    client.post(
        reverse("reconciliation:ask-booking", args=[row.pk]), {"account": wang.number, "reason": "漏单"}
    )
    decide = reverse("reconciliation:decide-booking", args=[row.pk])
    assert client.post(decide, {"decision": "approve"}).status_code == 403
    client.force_login(person("heyong"))
    assert client.get(reverse("reconciliation:difference", args=[row.pk])).status_code == 200
    client.post(decide, {"decision": "approve"})
    client.force_login(person("yejing"))
    client.post(reverse("reconciliation:settle", args=[day.pk]), {"bank_reference": "S1", "net": "2.98"})
    client.post(reverse("reconciliation:compare", args=[day.pk]))
    client.post(reverse("reconciliation:close-day", args=[day.pk]))
    day.refresh_from_db()
    assert day.state == "closed"
    assert day.statement.settlement.net_fen == 298
    client.get(reverse("reconciliation:day", args=[day.pk]))


def test_a_wrong_file_is_refused_with_words_and_a_broken_one_is_shown(client, wang):
    client.force_login(person("yejing"))
    wrong = {"channel": "wechat", "day": "2026-09-06", "file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")}
    assert client.post(reverse("reconciliation:upload"), wrong).status_code == 422
    body = wechat_file(DAY, [FileRow("W1", 12_345)]).replace(b"`123.45", b"`x", 2)
    file = SimpleUploadedFile("b.csv", body)
    answer = client.post(
        reverse("reconciliation:upload"),
        {"channel": "wechat", "day": "2026-09-06", "file": file},
        follow=True,
    )
    assert "无法识别" in answer.content.decode()


def test_other_units_days_do_not_exist_and_a_cashier_stays_out(client, wang):
    found = operations.reconcile(channel="wechat", day=DAY, unit_id="45", at=noon(DAY))
    accountant = person("yejing")
    accountant.unit_id = "4502"
    accountant.save(update_fields=["unit"])
    client.force_login(accountant)
    assert client.get(reverse("reconciliation:day", args=[found.pk])).status_code == 404
    client.force_login(person("zhengjie"))
    assert client.get(reverse("reconciliation:board")).status_code == 403
    assert client.post(reverse("reconciliation:close-day", args=[found.pk])).status_code == 403
