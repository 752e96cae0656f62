"""Pages and interface of invoices: they open, they refuse in words, they hide other units' invoices."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from denghuo.commerce.invoicing import operations, queries
from denghuo.commerce.invoicing.models import BuyerProfile, Invoice, InvoiceExport
from denghuo.foundation.identity.api import Token
from tests.cast import billing as cast
from tests.cast import invoicing as invoices

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(client):
    bills = invoices.billed()
    blue = invoices.issued(bills["mill"])
    red = operations.raise_red(invoice=blue, reason="抬头开错", actor=cast.people()["yejing"], at=invoices.AT)
    asked = invoices.asked(bills["wang"])
    client.force_login(cast.people()["yejing"])
    return {"bills": bills, "blue": blue, "red": red, "asked": asked, "export": InvoiceExport.objects.get()}


def pages(town) -> dict[str, str]:
    of = {
        "invoices": [],
        "bills": [],
        "red": [],
        "exports": [],
        "seller": [],
        "export": [town["export"].number],
        "invoice": [town["blue"].number],
        "invoice-pdf": [town["red"].number],
        "request": [town["bills"]["noodles"].number],
        "buyer": [town["bills"]["mill"].account.number],
    }
    return {name: reverse(f"invoicing:{name}", args=args) for name, args in of.items()}


def test_every_page_opens_in_both_languages(client, town):
    for name, url in pages(town).items():
        for language in ("en", "zh-hans"):
            assert client.get(url, headers={"accept-language": language}).status_code == 200, name
    for invoice in (town["red"], town["asked"]):
        assert client.get(reverse("invoicing:invoice", args=[invoice.number])).status_code == 200
    page = client.get(reverse("billing:bill", args=[town["bills"]["mill"].number])).content.decode()
    assert reverse("invoicing:invoice", args=[town["blue"].number]) in page
    page = client.get(reverse("customers:account", args=[town["bills"]["mill"].account_id])).content.decode()
    assert town["blue"].tax_number in page
    hits = client.get(reverse("search"), {"q": town["blue"].tax_number})
    assert hits.status_code == 200


def test_a_person_stays_masked_on_every_page(client, town):
    for name, url in pages(town).items():
        if name != "buyer":
            assert "王秀英" not in client.get(url).content.decode("utf-8", "ignore"), name
    assert (
        "王秀英" not in client.get(reverse("invoicing:invoice", args=[town["asked"].number])).content.decode()
    )


def test_other_units_see_nothing(client, town):
    clerk = cast.people()["yejing"]
    clerk.unit_id = "4502"
    clerk.save(update_fields=["unit"])
    client.force_login(clerk)
    hidden = pages(town)
    for name in ("export", "invoice", "invoice-pdf", "request", "buyer"):
        assert client.get(hidden[name]).status_code == 404, name
    assert town["blue"].tax_number not in client.get(hidden["invoices"]).content.decode()
    assert (
        client.get(reverse("invoicing:export-file", args=[town["export"].number, "csv"])).status_code == 404
    )
    for name in ("cancel", "ask-again", "raise-red", "confirm-red", "record-issued", "record-rejected"):
        assert client.post(reverse(f"invoicing:{name}", args=[town["asked"].number])).status_code == 404


def test_an_agent_looks_a_clerk_asks_an_accountant_sends(client, town):
    client.force_login(cast.people()["chenxin"])
    assert client.get(pages(town)["invoices"]).status_code == 200
    assert client.get(pages(town)["bills"]).status_code == 403
    client.force_login(cast.people()["linxiaoyu"])
    assert client.get(pages(town)["bills"]).status_code == 200
    assert client.post(reverse("invoicing:make-export")).status_code == 403
    assert (
        client.get(reverse("invoicing:export-file", args=[town["export"].number, "csv"])).status_code == 403
    )


def test_the_file_for_the_platform_equals_the_invoices(client, town):
    text = b"".join(
        client.get(reverse("invoicing:export-file", args=[town["export"].number, "csv"])).streaming_content
    ).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["申请流水号"], row["价税合计"]) == (
        town["blue"].number,
        f"{town['blue'].total_fen // 100}.{town['blue'].total_fen % 100:02d}",
    )
    body = b"".join(
        client.get(reverse("invoicing:export-file", args=[town["export"].number, "xlsx"])).streaming_content
    )
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    assert dict(zip(*sheet, strict=True))["购买方纳税人识别号"] == row["购买方纳税人识别号"]
    assert (
        client.get(reverse("invoicing:export-file", args=[town["export"].number, "doc"])).status_code == 400
    )


def test_the_forms_refuse_in_words(client, town):
    account = town["bills"]["mill"].account.number
    answer = client.post(reverse("invoicing:buyer", args=[account]), {**invoices.TITLE, "credit_code": "123"})
    assert answer.status_code == 422 and not BuyerProfile.objects.exists()
    assert (
        client.post(
            reverse("invoicing:buyer", args=[account]), invoices.TITLE | {"special": "on"}
        ).status_code
        == 302
    )
    assert client.post(reverse("invoicing:seller"), {"name": "x"}).status_code == 422
    mill = town["bills"]["mill"].number
    assert client.post(reverse("invoicing:request", args=[mill])).status_code == 422
    red = town["red"].number
    assert (
        client.post(
            reverse("invoicing:confirm-red", args=[red]), {"confirmation_number": "1" * 19}
        ).status_code
        == 422
    )
    asked = town["asked"].number
    for data in ({"tax_number": "x" * 20, "issued_date": "2025-09-09"}, {"tax_number": "1"}):
        assert client.post(reverse("invoicing:record-issued", args=[asked]), data).status_code == 422
    for name in ("ask-again", "raise-red", "record-rejected"):
        assert client.post(reverse(f"invoicing:{name}", args=[asked]), {"reason": "x"}).status_code == 302
    assert Invoice.objects.get(number=asked).state == "requested"


def test_several_bills_at_once(client, town):
    noodles, wang = town["bills"]["noodles"], town["bills"]["wang"]
    client.post(reverse("invoicing:request-many"), {"ids": [noodles.pk, wang.pk, "x"]})
    assert Invoice.objects.filter(bill=noodles).count() == 1
    assert Invoice.objects.filter(bill=wang).count() == 1


class TestApi:
    @pytest.fixture(autouse=True)
    def machine(self, monkeypatch):
        from denghuo.foundation.identity.models import ApiClient

        made = []

        def client(self, request):
            if not made:
                made.append(
                    ApiClient.objects.create(
                        name="park",
                        token_hash="x" * 64,
                        unit_id="45",
                        created_at=invoices.AT,
                        scopes="billing.view payments.take",
                    )  # fmt: skip
                )
            return made[0]

        monkeypatch.setattr(Token, "__call__", client)

    def test_ask_and_read(self, client, town):
        bill = town["bills"]["noodles"]
        ask = {"content_type": "application/json", "headers": {"Idempotency-Key": "noodles-2025-08"}}
        first = client.post("/api/v1/invoicing/invoices", {"bill": bill.number}, **ask)
        assert first.status_code == 201 and first.json()["state"] == "requested"
        again = client.post("/api/v1/invoicing/invoices", {"bill": bill.number}, **ask)
        assert again.json() == first.json()
        found = client.get("/api/v1/invoicing/invoices", {"bill": bill.number}).json()["items"]
        assert [item["number"] for item in found] == [first.json()["number"]]
        assert found[0]["total_yuan"] == f"{bill.total_fen / 100:.2f}"
        ask["headers"] = {"Idempotency-Key": "noodles-2025-08-b"}
        assert client.post("/api/v1/invoicing/invoices", {"bill": bill.number}, **ask).status_code == 409
        ask["headers"] = {"Idempotency-Key": "nobody-2025-08"}
        assert client.post("/api/v1/invoicing/invoices", {"bill": "1"}, **ask).status_code == 404
        assert list(queries.inconsistencies()) == []
