"""Lists on real rows: the staff of the town, and a hundred and twenty more."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory
from django.utils import translation
from python_calamine import CalamineWorkbook

from denghuo.foundation.audit.models import Entry
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.ui.lists import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    FlagFilter,
    ListPage,
    TextFilter,
    UnitFilter,
)
from denghuo.foundation.ui.lists.export import _listeners, on_export

pytestmark = pytest.mark.django_db

MOON = datetime(2026, 9, 1, tzinfo=UTC)


class StaffList(ListPage):
    model = Staff
    title = "Staff"
    columns = [
        Column("username", "User", url=lambda row: f"/staff/{row.pk}", sort=True),
        Column("name", "Name", sort=True),
        Column("phone", "Phone", kind="masked", mask="phone"),
        Column("unit", "Unit", value="unit__name"),
        Column("is_active", "Active", kind="flag"),
        Column("created_at", "Since", kind="moment", hidden=True, sort=True),
        Column(
            "seen",
            "Seen",
            value="password_changed_at",
            kind="moment",
            hidden=True,
            sort=("password_changed_at",),
        ),
    ]
    filters = [
        TextFilter("q", "User or name", lookups=("username__startswith", "name__startswith")),
        UnitFilter(),
        FlagFilter("is_active", "Active"),
        DateRangeFilter("created", "Since", field="created_at", instant=True),
        ChoiceFilter("language", "Language", choices=[("zh-hans", "中文"), ("en", "English")]),
    ]
    keyset = ("username",)
    scope_field = "unit_id"
    page_size = 50
    export_name = "staff"


@pytest.fixture
def town() -> Staff:
    """灯火供电局 with two stations; 刘敏 sees all of it. 130 meter readers, every third without a password date."""
    bureau = OrganisationUnit.objects.create(code="45", name="灯火供电局", kind="bureau")
    east = OrganisationUnit.objects.create(code="4501", name="城东供电所", kind="station", parent=bureau)
    west = OrganisationUnit.objects.create(code="4502", name="河西供电所", kind="station", parent=bureau)
    elsewhere = OrganisationUnit.objects.create(code="46", name="邻县供电局", kind="bureau")
    liumin = Staff.objects.create(username="liumin", name="刘敏", unit=bureau, created_at=MOON)
    Staff.objects.create(username="stranger", name="外人", unit=elsewhere, created_at=MOON)
    Staff.objects.bulk_create(
        Staff(
            username=f"reader{number:03d}",
            name=f"抄表员{number % 7}",
            phone="13812345678",
            unit=east if number % 2 else west,
            is_active=number % 5 != 0,
            created_at=MOON + timedelta(hours=number // 3),
            password_changed_at=None if number % 3 == 0 else MOON + timedelta(days=number % 4),
        )
        for number in range(130)
    )
    return liumin


def ask(user: Staff, path: str = "/staff", **headers: str):
    request = RequestFactory().get(path, headers=headers)
    request.user = user
    request._messages = []
    with translation.override("en"):
        response = StaffList.as_view()(request)
        if hasattr(response, "render"):
            response.render()
    return response


def names(response) -> list[str]:
    return re.findall(r'<a href="/staff/\d+">([^<]+)</a>', response.content.decode())


def link(response, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', response.content.decode())
    return found[1].replace("&amp;", "&") if found else None


@pytest.mark.parametrize(
    "query",
    [
        "",
        "sort=username",
        "sort=-username",
        "sort=name",
        "sort=-name",
        "sort=created_at",
        "sort=seen",
        "sort=-seen",
    ],
)
def test_walking_forward_and_back_meets_every_row_once_in_the_same_order(town, query):
    forward, path = [], f"/staff?{query}"
    while path:
        page = ask(town, path)
        forward.append(names(page))
        last, path = page, link(page, "next")
    everyone = [name for rows in forward for name in rows]
    assert len(everyone) == len(set(everyone)) == 131
    assert [len(rows) for rows in forward] == [50, 50, 31]

    backward, page = [forward[-1]], last
    while path := link(page, "prev"):
        page = ask(town, path)
        backward.insert(0, names(page))
    assert backward == forward


def test_the_order_is_the_one_that_was_asked_for(town):
    assert names(ask(town, "/staff?sort=-username"))[0] == "reader129"
    first = names(ask(town, "/staff?sort=-seen"))[0]
    assert Staff.objects.get(username=first).password_changed_at == MOON + timedelta(days=3)


def test_a_page_costs_no_offset_and_few_queries(town, django_assert_max_num_queries):
    second = link(ask(town), "next")
    with django_assert_max_num_queries(3 + 60) as recorded:  # units of the filter, rows, one unit a row
        ask(town, second)
    assert not any("OFFSET" in query["sql"] for query in recorded.captured_queries)


def test_only_the_own_units_are_seen(town):
    east = OrganisationUnit.objects.get(code="4501")
    machao = Staff.objects.create(username="machao", name="马超", unit=east, created_at=MOON)
    seen = Staff.objects.filter(username__in=names(ask(machao)))
    assert {person.unit_id for person in seen} == {"4501"}
    assert "stranger" not in names(ask(town, "/staff?q=stranger"))


def test_filters_narrow_together(town):
    found = names(ask(town, "/staff?unit=4502&is_active=no&q=reader"))
    assert found == [f"reader{number:03d}" for number in range(0, 130, 10)]
    days = names(ask(town, "/staff?created_from=2026-09-02&created_to=2026-09-02"))
    assert days == [f"reader{number:03d}" for number in range(48, 120)][:50]


@pytest.mark.parametrize(
    "query", ["created_from=yesterday", "created_from=2026-09-09&created_to=2026-09-01", "is_active=maybe"]
)
def test_a_filter_that_is_not_understood_says_so_and_finds_nothing(town, query):
    page = ask(town, f"/staff?{query}")
    assert names(page) == []
    assert "field-error" in page.content.decode()


@pytest.mark.parametrize(
    "place", ["after=!!", "after=WzFd", "before=W10", "after=" + "A" * 4000, "after=WzEsMiwzXQ"]
)
def test_a_made_up_place_is_a_bad_request(town, place):
    from django.core.exceptions import BadRequest

    with pytest.raises(BadRequest):
        ask(town, f"/staff?sort=created_at&{place}")


def test_columns_of_the_url_are_shown(town):
    text = ask(town, "/staff?columns=username,created_at").content.decode()
    assert re.findall(r'data-label="(\w+)"', text)[:2] == ["User", "Since"]
    assert "138****5678" not in text


def test_htmx_gets_the_list_without_the_page_around_it(town):
    answer = ask(town, "/staff", **{"HX-Request": "true"})
    assert "<html" not in answer.content.decode() and "reader000" in answer.content.decode()
    assert "HX-Request" in answer["Vary"]


def test_the_count_is_given_when_asked_and_stops_at_its_cap(town, monkeypatch):
    assert ask(town, "/staff?part=count").content.decode() == "131 rows"
    monkeypatch.setattr(StaffList, "count_cap", 100)
    assert ask(town, "/staff?part=count").content.decode() == "more than 100 rows"
    assert "4 rows" in ask(town, "/staff?q=reader00&is_active=yes&unit=4501").content.decode()


def csv_rows(response) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_csv_and_workbook_hold_exactly_what_the_filter_says(town):
    query = "/staff?unit=4501&is_active=yes&sort=-username&columns=username,name,phone,created_at"
    answer = ask(town, f"{query}&export=csv")
    raw = b"".join(answer.streaming_content)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    expected = sorted((f"reader{n:03d}" for n in range(130) if n % 2 and n % 5), reverse=True)
    assert rows[0] == ["User", "Name", "Phone", "Since"]
    assert [row[0] for row in rows[1:]] == expected
    assert {row[2] for row in rows[1:]} == {"138****5678"}

    book = ask(town, f"{query}&export=xlsx")
    sheet = (
        CalamineWorkbook.from_filelike(io.BytesIO(b"".join(book.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert [row[:3] for row in sheet] == [row[:3] for row in rows]


@pytest.mark.parametrize("hostile", ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "＝1+1"])
def test_text_never_becomes_a_formula(town, hostile):
    Staff.objects.filter(username="reader001").update(name=hostile)
    rows = csv_rows(ask(town, "/staff?q=reader001&columns=name&export=csv"))
    assert rows[1] == [f"'{hostile}"]
    book = ask(town, "/staff?q=reader001&columns=name&export=xlsx")
    raw = b"".join(book.streaming_content)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0).to_python()
    assert sheet[1] == [hostile]


def test_every_export_is_announced_before_the_first_row(town):
    heard = []

    def listener(request, name, kind):
        heard.append((request.user.username, name, kind))

    on_export(listener)
    try:
        ask(town, "/staff?export=csv")
    finally:
        _listeners.remove(listener)
    assert heard == [("liumin", "staff", "csv")]


def test_an_export_is_in_the_audit_trail_with_its_filters(town):
    ask(town, "/staff?unit=4501&export=xlsx&columns=name")
    entry = Entry.objects.get(action="audit.list.exported")
    assert entry.actor_id == town.pk and entry.subject_id == "staff"
    assert "4501" in str(entry.changes) and "columns" not in str(entry.changes)


def test_hostile_text_is_shown_as_text(town):
    Staff.objects.filter(username="reader001").update(name="<script>alert(1)</script>")
    text = ask(town, '/staff?q=reader001"><script>').content.decode()
    assert "<script>alert" not in text and 'reader001"><script' not in text
    assert "&lt;script&gt;alert" in ask(town, "/staff?q=reader001").content.decode()
