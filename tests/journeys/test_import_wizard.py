"""A clerk brings a file: template, upload, mapping, dry run, commit, the refused rows mended and sent again."""

from __future__ import annotations

import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from denghuo.foundation.audit.models import Entry
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.imports import frames, queries, rules
from denghuo.foundation.imports.models import BatchState, ImportBatch
from denghuo.foundation.jobs import queries as jobs
from denghuo.project import worker
from tests.cast import imports as cast
from tests.cast import staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    monkeypatch.setattr(rules, "_kinds", dict(rules._kinds))
    object.__setattr__(cast.TEAMS, "permission", "readings.import")
    return cast.register()


@pytest.fixture
def machao(client, now):
    person = staff.hire("machao", now)
    client.force_login(person)
    return person


def upload(client, content: bytes, name: str = "班组.csv", **parameters):
    return client.post(
        reverse("imports:new", args=["test_teams"]), {"file": SimpleUploadedFile(name, content), **parameters}
    )


def counts(client, batch) -> dict[str, str]:
    page = client.get(reverse("imports:batch", args=[batch.id])).content.decode()
    found = re.search(r'data-testid="counts"([^>]*)>', page)
    return dict(re.findall(r'data-(\w+)="(\w+)"', found.group(1)))


def rows_of(content: bytes):
    sheet = frames.read(io.BytesIO(content), lambda cells: len(rules.recognised(cast.TEAMS.fields, cells)))
    return sheet.columns, [cells for _number, cells in sheet.rows]


def test_from_the_template_to_the_mended_rows(client, machao, now):
    OrganisationUnit.objects.create(code="450107", name="已有班", kind="team")
    OrganisationUnit.objects.create(code="450108", name="旧名", kind="team")
    template = client.get(reverse("imports:template", args=["test_teams", "xlsx"]))
    assert rows_of(template.content) == (list(cast.HEADINGS), [["450101", "抄表一班", "2026-09-07"]])

    lines = [
        cast.HEADINGS,
        ("450101", "抄表一班", "2026-09-07"),
        ("450102", "抄表二班", "2026年9月8日"),
        ("450102", "抄表二班", ""),
        ("450103", "抄表三班", "昨天"),
        ("450201", "别家班", ""),
        ("", "无号班", ""),
        ("450107", "已有班", ""),
        ("450108", "新名", ""),
        ("450109", "=cmd|' /C calc'!A0", ""),
    ]
    answer = upload(client, cast.csv_file(lines, "gb18030").getvalue())
    batch = ImportBatch.objects.get()
    assert answer.url == reverse("imports:batch", args=[batch.id])
    assert batch.encoding == "gb18030"
    assert counts(client, batch) == {
        "total": "9", "valid": "3", "errors": "4", "duplicates": "2", "committed": "0", "state": "checked",
    }  # fmt: skip
    errors = client.get(reverse("imports:batch", args=[batch.id]) + "?tab=errors").content.decode()
    assert re.findall(r'data-number="(\d+)"', errors) == ["5", "6", "7", "9"]
    assert errors.count("import-wrong") == 4
    assert not OrganisationUnit.objects.filter(code="450101").exists(), "a dry run writes nothing"

    client.post(reverse("imports:commit", args=[batch.id]))
    page = client.get(reverse("imports:batch", args=[batch.id])).content.decode()
    assert 'data-testid="follow"' in page
    worker.run(once=True)
    assert counts(client, batch)["committed"] == "3"
    assert counts(client, batch)["state"] == "committed"
    assert OrganisationUnit.objects.get(code="450109").name == "=cmd|' /C calc'!A0"
    assert queries.inconsistencies() == []

    refused = client.get(reverse("imports:refused", args=[batch.id, "csv"])).content
    columns, rows = rows_of(refused)
    assert columns == [*cast.HEADINGS, "错误原因"]
    assert [row[0] for row in rows] == ["450102", "450103", "450201", "", "450107", "450108"]
    assert all(row[3] for row in rows)
    mended = refused.decode().replace("昨天", "2026-09-06").encode()
    upload(client, mended, "改好.csv")
    second = ImportBatch.objects.first()
    assert counts(client, second) == {
        "total": "6", "valid": "1", "errors": "3", "duplicates": "2", "committed": "0", "state": "checked",
    }  # fmt: skip
    assert [entry.action for entry in Entry.objects.filter(subject_type="imports.importbatch").order_by("sequence")] == [
        "imports.batch.uploaded", "imports.batch.committed", "imports.batch.uploaded",
    ]  # fmt: skip


def test_the_same_file_again_is_told_who_and_where(client, machao):
    content = cast.csv_file(cast.teams(2)).getvalue()
    upload(client, content)
    batch = ImportBatch.objects.get()
    again = upload(client, content, "另一个名字.csv")
    assert again.status_code == 422
    assert machao.name in again.content.decode()
    assert reverse("imports:batch", args=[batch.id]) in again.content.decode()
    client.post(reverse("imports:discard", args=[batch.id]), {"reason": "传错了"})
    batch.refresh_from_db()
    assert (batch.state, batch.rows.count()) == (BatchState.DISCARDED, 0)
    assert upload(client, content).status_code == 302


def test_unknown_headings_are_mapped_by_hand(client, machao):
    content = cast.csv_file([("班组编号", "叫什么", "备注"), ("450101", "抄表一班", "x")]).getvalue()
    answer = upload(client, content)
    assert answer.url.endswith("?tab=mapping")
    batch = ImportBatch.objects.get()
    assert batch.state == BatchState.STAGED
    twice = client.post(reverse("imports:mapping", args=[batch.id]), {"column-code": "0", "column-name": "0"})
    assert twice.url.endswith("?tab=mapping")
    missing = client.post(
        reverse("imports:mapping", args=[batch.id]), {"column-code": "0", "column-name": ""}
    )
    assert missing.url.endswith("?tab=mapping")
    far = client.post(reverse("imports:mapping", args=[batch.id]), {"column-code": "0", "column-name": "99"})
    assert far.url.endswith("?tab=mapping")
    client.post(reverse("imports:mapping", args=[batch.id]), {"column-code": "0", "column-name": "1"})
    assert counts(client, batch)["valid"] == "1"


def test_a_large_file_is_checked_and_committed_by_the_worker(client, machao, monkeypatch):
    monkeypatch.setattr("denghuo.foundation.imports.operations.rows.INLINE_ROWS", 100)
    lines = [cast.HEADINGS, *((f"4501{n:05d}", f"班{n}", "") for n in range(300)), ("450100000", "班0", "")]
    upload(client, cast.csv_file(lines).getvalue())
    batch = ImportBatch.objects.get()
    assert batch.state == BatchState.CHECKING
    worker.run(once=True)
    assert counts(client, batch)["duplicates"] == "1"
    client.post(reverse("imports:commit", args=[batch.id]))
    worker.run(once=True)
    batch.refresh_from_db()
    assert (batch.state, batch.committed_rows) == (BatchState.COMMITTED, 300)
    run = batch.run
    assert json.loads(run.result) == {"committed": 300, "refused": 0, "teams": 300}
    assert queries.inconsistencies() == jobs.inconsistencies() == []


def test_what_became_wrong_since_the_check_is_refused_not_written(client, machao):
    upload(client, cast.csv_file([cast.HEADINGS, ("450101", "甲", ""), ("450102", "乙", "")]).getvalue())
    batch = ImportBatch.objects.get()
    OrganisationUnit.objects.create(code="450102", name="别人先建", kind="team")
    client.post(reverse("imports:commit", args=[batch.id]))
    worker.run(once=True)
    assert counts(client, batch) == {
        "total": "2", "valid": "1", "errors": "1", "duplicates": "0", "committed": "1", "state": "committed",
    }  # fmt: skip
    assert OrganisationUnit.objects.get(code="450102").name == "别人先建"


def test_a_commit_that_fails_can_be_taken_up_again(client, machao, monkeypatch):
    upload(client, cast.csv_file(cast.teams(0) + [("450101", "甲", "")]).getvalue())
    batch = ImportBatch.objects.get()
    original = cast.TEAMS.commit

    def broken(rows, context):
        raise RuntimeError("磁盘已满")

    object.__setattr__(cast.TEAMS, "commit", broken)
    try:
        client.post(reverse("imports:commit", args=[batch.id]))
        batch.refresh_from_db()
        from denghuo.foundation.jobs import operations as runs

        runs.drive(run=batch.run, clock=lambda: batch.uploaded_at)
    finally:
        object.__setattr__(cast.TEAMS, "commit", original)
    page = client.get(reverse("imports:batch", args=[batch.id])).content.decode()
    assert "磁盘已满" in page
    assert counts(client, batch)["state"] == "checked"
    client.post(reverse("imports:commit", args=[batch.id]))
    worker.run(once=True)
    assert counts(client, batch)["state"] == "committed"
    assert queries.inconsistencies() == []


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 broken", bytes(range(256)) * 20, "户号,户名\r\n1,2\r\n".encode()]
)
def test_bad_files_come_back_with_a_reason(client, machao, content):
    answer = upload(client, content)
    assert answer.status_code == 422
    assert not ImportBatch.objects.exists()


HOSTILE = '<script>alert("1")</script>{{ 7|add:7 }}'


def test_hostile_text_is_only_text(client, machao):
    upload(
        client,
        cast.csv_file(
            [("班组编号", "班组名称", HOSTILE.replace('"', "'")), ("4501", HOSTILE.replace('"', "'"), "")]
        ).getvalue(),
        f"{HOSTILE}.csv",
    )
    batch = ImportBatch.objects.get()
    for tab in ("errors", "valid", "duplicates", "mapping", "nonsense"):
        page = client.get(reverse("imports:batch", args=[batch.id]) + f"?tab={tab}&after=x").content.decode()
        assert "<script>alert" not in page
    assert "<script>alert" not in client.get(reverse("imports:home")).content.decode()
    assert "<script>alert" not in client.get(reverse("imports:batches")).content.decode()


def test_who_may_not_import_sees_no_kind_and_no_file_of_others(client, machao, now):
    upload(client, cast.csv_file(cast.teams(1)).getvalue())
    batch = ImportBatch.objects.get()
    client.force_login(staff.hire("weidong", now))
    assert client.get(reverse("imports:batch", args=[batch.id])).status_code == 404
    client.force_login(staff.hire("tangjing", now))
    assert client.get(reverse("imports:batch", args=[batch.id])).status_code == 200
    for page in (
        reverse("imports:new", args=["test_teams"]),
        reverse("imports:template", args=["test_teams", "csv"]),
        reverse("imports:refused", args=[batch.id, "csv"]),
    ):
        assert client.get(page).status_code == 403
    for page in ("commit", "discard", "check", "mapping"):
        assert client.post(reverse(f"imports:{page}", args=[batch.id])).status_code == 403
    assert b"kind-test_teams" not in client.get(reverse("imports:home")).content
    assert client.get(reverse("imports:new", args=["nothing"])).status_code == 404
    assert client.get(reverse("imports:template", args=["test_teams", "exe"])).status_code == 403
