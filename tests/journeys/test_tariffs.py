"""A price change on its way: 唐静 drafts it from a file, 罗强 decides it, bills are priced with it."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from denghuo.commerce.tariffs import operations, queries
from denghuo.commerce.tariffs.models import DayTrigger, PriceBookVersion
from denghuo.foundation.identity import operations as identity
from tests.cast import staff

pytestmark = pytest.mark.django_db

HEADER = "id,tariffs,component,voltages,tou,tier,price,valid_from,valid_to,basis,confidence,note\n"
TIER_1 = "gx-res-t1,residential,list_energy,,,1,0.5383,2025-01-01,,gx-16-2021,V2,\n"
HOSTILE = ["<script>alert(1)</script>", "'; DROP TABLE x;--", "{{ 7*7 }}", "\u202eevil", "字" * 5_000]


@pytest.fixture
def in_force(now):
    made = operations.load_shipped_books(
        at=now,
        drafted_by=staff.hire("tangjing", now),
        approved_by=staff.hire("luoqiang", now),
        codes={"cn-gx", "cn-gd"},
    )
    return {version.book: version for version in made}


@pytest.fixture
def as_(client, now):
    def sign_in(username):
        client.force_login(staff.hire(username, now))
        return client

    return sign_in


def uploaded(client, name, content, **fields):
    data = {"file": SimpleUploadedFile(name, content), "note": "居民第一档调整", **fields}
    return client.post(reverse("tariffs:upload"), data)


def drafted_from_csv(client, in_force):
    preview = uploaded(client, "rows.csv", (HEADER + TIER_1).encode("gb18030"), base=in_force["cn-gx"].pk)
    assert preview.templates[0].name == "tariffs/preview.html", preview.content.decode()[-2000:]
    saved = client.post(
        reverse("tariffs:save-draft"),
        {"document": preview.context["text"], "note": preview.context["note"]},
    )
    assert saved.status_code == 302
    return PriceBookVersion.objects.get(book="cn-gx", number=2)


def decided(client, version, decision, **fields):
    data = {"decision": decision, "digest": version.digest, **fields}
    client.post(reverse("tariffs:decide", args=[version.pk]), data)
    version.refresh_from_db()
    return version


def test_a_price_change_from_file_to_bill(as_, in_force):
    tangjing = as_("tangjing")
    preview = uploaded(tangjing, "rows.csv", (HEADER + TIER_1).encode(), base=in_force["cn-gx"].pk)
    change = preview.context["sections"][0][1][0]
    assert (change.key, str(change.percent)) == ("gx-res-t1", "1.89")
    assert [str(item.change_yuan) for item in preview.context["impact"]] == ["2.00", "0.00", "0.00"]
    assert PriceBookVersion.objects.filter(book="cn-gx").count() == 1

    version = drafted_from_csv(tangjing, in_force)
    assert decided(tangjing, version, "approve").state == "draft"

    luoqiang = as_("luoqiang")
    page = luoqiang.get(reverse("tariffs:version", args=[version.pk]))
    assert b'data-testid="decision"' in page.content
    assert decided(luoqiang, version, "approve", note="").state == "approved"
    assert decided(luoqiang, version, "put_in_force").state == "in_force"

    answer = as_("machao").get(
        reverse("tariffs:calculator-result"),
        {
            "book": "cn-gx",
            "tariff": "residential",
            "voltage": "lt1kv",
            "cycle": "2026-08",
            "energy_kwh": "200",
        },
    )
    assert str(answer.context["trace"].total_yuan) == "107.66"


def test_a_draft_is_sent_back_with_a_reason(as_, in_force):
    version = drafted_from_csv(as_("tangjing"), in_force)
    luoqiang = as_("luoqiang")
    assert decided(luoqiang, version, "reject").state == "draft"
    assert decided(luoqiang, version, "reject", reason="缺少文件依据").state == "rejected"
    page = luoqiang.get(reverse("tariffs:version", args=[version.pk])).content.decode()
    assert "缺少文件依据" in page


def test_an_open_draft_is_amended_from_a_new_file(as_, in_force):
    tangjing = as_("tangjing")
    version = drafted_from_csv(tangjing, in_force)
    document = json.loads(version.document)
    document["prices"][0]["price"] = "0.5400"
    preview = uploaded(tangjing, "book.json", json.dumps(document).encode())
    assert [draft.pk for draft in preview.context["drafts"]] == [version.pk]
    tangjing.post(
        reverse("tariffs:save-draft"),
        {"document": preview.context["text"], "note": "更正", "amend": str(version.pk)},
    )
    version.refresh_from_db()
    assert json.loads(version.document)["prices"][0]["price"] == "0.5400"
    assert PriceBookVersion.objects.filter(book="cn-gx").count() == 2


@pytest.mark.parametrize(
    "name, content",
    [
        ("empty.csv", b""),
        ("image.png", b"\x89PNG\r\n\x1a\n\x00\x00"),
        ("sheet.xlsx", b"PK\x03\x04" + b"\x00" * 200),
        ("cut.json", b'{"code": "cn-gx", "prices": ['),
        ("list.json", b"[]"),
        ("deep.json", b"[" * 100_000),
        ("number.json", b'{"code": 1, "prices": [{"price": 1e999}]}'),
        ("header.csv", b"foo,bar\n1,2\n"),
        ("latin.csv", "id,tariffs\ncafé".encode("latin-1") + b"\xff"),
        ("bad.csv", (HEADER + "a,b,c,d,e,f,g,h,i,j,k,l\n").encode()),
        ("hostile.csv", (HEADER + "".join(f'"{text}",a,b,,,,x,,,c,U,\n' for text in HOSTILE)).encode()),
    ],
)  # fmt: skip
def test_a_bad_file_is_answered_with_its_problems(as_, in_force, name, content):
    answer = uploaded(as_("tangjing"), name, content, base=in_force["cn-gx"].pk)
    assert answer.status_code == 200
    assert answer.context.get("problems") or answer.context["form"].errors
    assert b"<script>alert" not in answer.content
    assert PriceBookVersion.objects.filter(book="cn-gx").count() == 1


def test_a_document_that_was_tampered_with_is_checked_again(as_, in_force):
    client = as_("tangjing")
    document = json.loads(in_force["cn-gx"].document)
    document["prices"][0]["basis"] = "nowhere"
    for text in (json.dumps(document), "", "{", "[1]", "x" * 100_000):
        client.post(reverse("tariffs:save-draft"), {"document": text, "note": ""})
    assert PriceBookVersion.objects.filter(book="cn-gx").count() == 1


@pytest.mark.parametrize("username", ["machao", "liumin", "zhengjie", "luoqiang"])
def test_only_the_tariff_clerk_drafts(as_, in_force, username):
    client = as_(username)
    assert client.get(reverse("tariffs:upload")).status_code == 403
    assert client.post(reverse("tariffs:save-draft"), {"document": ""}).status_code == 403
    assert client.post(reverse("tariffs:set-day"), {"book": "cn-gd"}).status_code == 403


def test_only_who_may_approve_decides(as_, in_force):
    version = drafted_from_csv(as_("tangjing"), in_force)
    answer = as_("liumin").post(
        reverse("tariffs:decide", args=[version.pk]), {"decision": "approve", "digest": version.digest}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_book_is_shown_on_any_day(as_, in_force, language):
    client = as_("tangjing")
    client.cookies["django_language"] = language
    for tab in ("prices", "hours", "basis", "versions", "nonsense"):
        for on in ("2026-08-15", "1999-01-01", "x", "9999-12-31"):
            answer = client.get(reverse("tariffs:book", args=["cn-gd"]), {"tab": tab, "on": on})
            assert answer.status_code == 200, (tab, on)


def test_files_are_what_the_version_holds(as_, in_force):
    client, version = as_("machao"), in_force["cn-gx"]
    answer = client.get(reverse("tariffs:book-json", args=[version.pk]))
    assert answer.content.decode() == version.document
    rows = client.get(reverse("tariffs:prices-csv", args=[version.pk])).content.decode("utf-8-sig")
    assert rows.count("\n") == len(json.loads(version.document)["prices"]) + 1


FIELDS = ("book", "tariff", "voltage", "cycle", "energy_kwh", "persons", "market", "power_factor")
ANYTHING = ("", "-1", "x", "1e400", "NaN", "9" * 40, "<b>", "2026-13")


def test_the_calculator_takes_anything(as_, in_force):
    client = as_("machao")
    asked = {
        "book": "cn-gx",
        "tariff": "residential",
        "voltage": "lt1kv",
        "cycle": "2026-08",
        "energy_kwh": "200",
    }
    for field in FIELDS:
        for value in ANYTHING:
            answer = client.get(reverse("tariffs:calculator-result"), {**asked, field: value})
            assert answer.status_code == 200, (field, value)
            assert b"<b></" not in answer.content


def test_the_calculator_says_what_is_missing(as_, in_force):
    asked = {
        "book": "cn-gx", "tariff": "ci_two_part", "voltage": "1-10kv", "cycle": "2026-08", "kwh_peak": "1000",
        "market": "direct", "billing_mode": "contract_demand", "capacity_kva": "630", "pf_standard": "90",
    }  # fmt: skip
    answer = as_("machao").get(reverse("tariffs:calculator-result"), asked)
    assert answer.context["trace"].total_yuan is None
    assert len(answer.context["problems"]) >= 3


def test_a_hot_day_is_declared_and_taken_back(as_, in_force):
    client = as_("tangjing")
    page = reverse("tariffs:days")
    client.post(
        reverse("tariffs:set-day"),
        {"book": "cn-gd", "day": "2026-06-12", "trigger": "hot_day", "basis": "广州气象台"},
    )
    day = DayTrigger.objects.get()
    assert (day.date, day.trigger) == (date(2026, 6, 12), "hot_day")
    assert "广州气象台" in client.get(page, {"book": "cn-gd", "year": "2026"}).content.decode()

    clear = reverse("tariffs:clear-day", args=[day.pk])
    client.post(clear)
    assert DayTrigger.objects.exists()
    client.post(clear, {"reason": "录错日期"})
    assert not DayTrigger.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"book": "nowhere"},
        {"book": "cn-gd", "day": "x", "trigger": "hot_day", "basis": "b"},
        {"book": "cn-gd", "day": "2026-06-12", "trigger": "snow", "basis": "b"},
        {"book": "cn-gx", "day": "2026-06-12", "trigger": "hot_day", "basis": "b"},
    ],
)
def test_a_day_that_makes_no_sense_is_refused(as_, in_force, data):
    answer = as_("tangjing").post(reverse("tariffs:set-day"), data, follow=True)
    assert answer.status_code == 200
    assert not DayTrigger.objects.exists()


@pytest.fixture
def token(now):
    _client, text = identity.register_client(
        name="终端",
        scopes=["tariffs.view"],
        unit=staff.open_units(now)["45"],
        at=now,
        actor=None,
    )
    return {"HTTP_AUTHORIZATION": f"Bearer {text}"}


CASE = {
    "book": "cn-gx",
    "period_start": "2026-08-01",
    "period_end": "2026-09-01",
    "prior_kwh": "0",
    "terms": [{"tariff": "residential", "voltage": "lt1kv", "market": "list"}],
    "points": [{"id": 1, "advances": [{"opening": {"total": "0"}, "closing": {"total": "200"}}]}],
}


def test_a_machine_reads_books_and_asks_for_a_quote(client, in_force, token):
    listed = client.get("/api/v1/tariffs/books", **token).json()
    assert [item["code"] for item in listed] == ["cn-gd", "cn-gx"]
    document = client.get("/api/v1/tariffs/books/cn-gx", **token).json()
    assert document["version"]["number"] == 1
    assert document["document"]["code"] == "cn-gx"
    assert client.get("/api/v1/tariffs/books/cn-gx/versions/1", **token).json() == document
    hours = client.get("/api/v1/tariffs/books/cn-gx/hours", {"on": "2026-08-15"}, **token).json()
    assert hours["schemes"]["gx_ci"][0] == {"start": "00:00", "end": "07:00", "period": "valley"}

    quoted = client.post("/api/v1/tariffs/quote", CASE, content_type="application/json", **token)
    assert quoted.status_code == 200, quoted.content
    assert quoted.json()["total_yuan"] == "105.66"
    assert quoted.json()["lines"][0]["basis"][0]["document"] == "gx-16-2021"


@pytest.mark.parametrize(
    "path, status",
    [
        ("books/nowhere", 404),
        ("books/cn-gx/versions/99", 404),
        ("books/cn-gx/versions/99999999999999999999", 404),
        ("books/cn-gx/hours?on=x", 422),
        ("books/nowhere/hours?on=2026-08-15", 404),
    ],
)
def test_what_is_not_there_is_a_problem(client, in_force, token, path, status):
    answer = client.get(f"/api/v1/tariffs/{path}", **token)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_a_quote_that_cannot_be_priced_says_why(client, in_force, token):
    case = {**CASE, "terms": [{**CASE["terms"][0], "tariff": "nobody"}]}
    answer = client.post("/api/v1/tariffs/quote", case, content_type="application/json", **token).json()
    assert (answer["total_yuan"], answer["exceptions"][0]["code"]) == (None, "tariff_unknown")


@pytest.mark.parametrize(
    "change",
    [{"period_end": "2030-09-01"}, {"period_end": "2026-07-01"}, {"points": []}, {"book": "nowhere"}],
)
def test_a_senseless_quote_is_a_problem(client, in_force, token, change):
    answer = client.post(
        "/api/v1/tariffs/quote", {**CASE, **change}, content_type="application/json", **token
    )
    assert answer.status_code in (404, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_the_api_wants_a_token(client, in_force):
    assert client.get("/api/v1/tariffs/books").status_code == 401


def test_the_price_of_every_day_is_known_for_the_town(in_force):
    found = queries.coverage(queries.book_in_force("cn-gx"), date(2025, 1, 1), date(2027, 1, 1))
    assert all(not item.gaps and item.end is None for item in found)
