"""Pages of the ledger: who sees what, the way down from the trial balance, files that equal the screen."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from denghuo.commerce.ledger.models import ClosedPeriod, Posting
from denghuo.foundation.identity.api import Token
from tests.cast import billing as cast
from tests.cast import customers
from tests.cast.money import owing, pay

pytestmark = pytest.mark.django_db
SPRING = {"day_from": "2026-03-01", "day_to": "2026-04-30"}


@pytest.fixture
def shop():
    cast.people()
    shop = customers.account(customers.organisation("陈记面馆"))
    owing(shop, 30_000, due=date(2026, 3, 20))
    pay(shop, 50_000, on=date(2026, 3, 10))
    return shop


def get(client, name, *args, **data):
    return client.get(reverse(f"ledger:{name}", args=args), data)


def as_(client, username):
    client.force_login(cast.people()[username])
    return client


def pages(shop) -> dict[str, str]:
    posting = Posting.objects.first()
    return {
        "trial-balance": reverse("ledger:trial-balance"),
        "entries": reverse("ledger:entries"),
        "postings": reverse("ledger:postings"),
        "posting": reverse("ledger:posting", args=[posting.pk]),
        "statement": reverse("ledger:statement", args=[shop.number]),
        "statement-pdf": reverse("ledger:statement-pdf", args=[shop.number]),
        "periods": reverse("ledger:periods"),
    }


def test_every_page_opens_in_both_languages(client, shop):
    as_(client, "yejing")
    for name, url in pages(shop).items():
        for language in ("en", "zh-hans"):
            answer = client.get(url, SPRING, headers={"accept-language": language})
            assert answer.status_code == 200, name
    assert answer.content


def test_from_the_trial_balance_to_the_document(client, shop):
    as_(client, "yejing")
    page = get(client, "trial-balance", **SPRING).content.decode()
    (entries,) = re.findall(r'href="(/ledger/entries/\?ledger_account=1122[^"]*)"', page)
    page = client.get(entries.replace("&amp;", "&")).content.decode()
    assert shop.number in page and "300.00" in page
    posting = re.search(r'href="(/ledger/postings/\d+/)"', page).group(1)
    page = client.get(posting).content.decode()
    assert "300.00" in page
    assert reverse("ledger:statement", args=[shop.number]) in page


def test_other_units_see_nothing(client, shop):
    clerk = cast.people()["yejing"]
    clerk.unit_id = "4502"
    clerk.save(update_fields=["unit"])
    client.force_login(clerk)
    hidden = pages(shop)
    for name in ("posting", "statement", "statement-pdf"):
        assert client.get(hidden[name]).status_code == 404, name
    assert shop.number not in client.get(hidden["entries"]).content.decode()
    assert "300.00" not in client.get(hidden["trial-balance"], SPRING).content.decode()
    assert get(client, "statement-of", number=shop.number).status_code == 404


def test_the_files_of_a_statement_equal_the_screen(client, shop):
    as_(client, "yejing")
    screen = get(client, "statement", shop.number, **SPRING).content.decode()
    table = screen[screen.index('data-testid="statement"') :]
    shown = [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.S)[1:]
    ]
    text = b"".join(get(client, "statement", shop.number, **SPRING, export="csv").streaming_content).decode(
        "utf-8-sig"
    )
    written = list(csv.reader(io.StringIO(text)))[1:]
    assert [[plain(cell) for cell in row] for row in shown] == [
        [plain(cell) for cell in row] for row in written
    ]
    body = b"".join(get(client, "statement", shop.number, **SPRING, export="xlsx").streaming_content)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0)
    assert [row[-1] for row in sheet.to_python()[1:]] == [0, 300, 0, -200, -200]


def plain(cell: str) -> str:
    return cell.replace(",", "").replace("\u2212", "-").replace("–", "").lstrip("'")


def test_the_file_of_the_trial_balance_has_its_totals(client, shop):
    as_(client, "heyong")
    text = b"".join(
        get(client, "trial-balance", **SPRING, details="yes", export="csv").streaming_content
    ).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    last = list(rows[-1].values())
    assert last[-2:] == ["500.00", "500.00"]
    assert get(client, "trial-balance", export="doc").status_code == 400


def test_a_cashier_looks_an_accountant_closes(client, shop):
    as_(client, "zhengjie")
    assert client.post(reverse("ledger:close-period"), {"month": "2026-03"}).status_code == 403
    as_(client, "yejing")
    assert reverse("ledger:close-period") in get(client, "periods").content.decode()
    client.post(reverse("ledger:close-period"), {"month": "2026-04"})
    client.post(reverse("ledger:close-period"), {"month": "nonsense"})
    assert not ClosedPeriod.objects.exists()
    client.post(reverse("ledger:close-period"), {"month": "2026-03"})
    assert ClosedPeriod.objects.get().month == "2026-03"
    assert "叶静" in get(client, "periods").content.decode()


def test_an_agent_sees_the_statement_but_not_the_books(client, shop):
    as_(client, "chenxin")
    page = get(client, "statement", shop.number, **SPRING)
    assert page.status_code == 200 and "/ledger/postings/" not in page.content.decode()
    assert get(client, "trial-balance").status_code == 403
    assert get(client, "statement-of", number=shop.number).url == reverse(
        "ledger:statement", args=[shop.number]
    )


def test_days_that_make_no_sense_are_said(client, shop):
    as_(client, "yejing")
    for days in ({"day_from": "x"}, {"day_from": "2026-05-01", "day_to": "2026-01-01"}):
        for name, args in (("trial-balance", []), ("statement", [shop.number])):
            assert get(client, name, *args, **days).status_code == 200


class TestApi:
    @pytest.fixture(autouse=True)
    def machine(self, monkeypatch):
        class Client:
            scope, name, scopes, unit_id = "45", "park", "receivables.view", "45"

        monkeypatch.setattr(Token, "__call__", lambda self, request: Client())

    def test_a_statement(self, client, shop):
        url = f"/api/v1/ledger/accounts/{shop.number}/statement"
        found = client.get(url, {"first": "2026-03-01", "last": "2026-03-31"}).json()
        assert (found["opening_yuan"], found["closing_yuan"]) == ("0.00", "-200.00")
        assert [entry["amount_yuan"] for entry in found["entries"]] == ["300.00", "-300.00", "-200.00"]
        assert client.get(url, {"first": "2026-04-01", "last": "2026-03-01"}).status_code == 422
        assert client.get("/api/v1/ledger/accounts/45000000000000/statement").status_code == 404
