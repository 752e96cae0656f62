"""Pages: what each shows, who may not, what is refused, and the papers."""

from __future__ import annotations

import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from denghuo.commerce.inspection import operations
from denghuo.commerce.inspection.models import BreachCase, Rectification, SecurityProfile, Visit
from tests.cast import inspection as cast
from tests.cast.inspection import AT

pytestmark = pytest.mark.django_db


def png(*, damaged: bool = False) -> bytes:
    """One black dot; ``damaged`` where its checksums are wrong."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body) ^ (1 if damaged and kind == b"IDAT" else 0)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


WEB = "denghuo.commerce.inspection.web"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    for module in ("common", "plan", "visits", "notices", "cases", "profiles", "statistics", "extensions"):
        monkeypatch.setattr(f"{WEB}.{module}.now", lambda: AT)


@pytest.fixture
def desk(client):
    people = cast.people()

    class Desk:
        def get(self, who, name, *args, **query):
            client.force_login(people[who])
            return client.get(reverse(f"inspection:{name}", args=args), query)

        def post(self, who, name, *args, **data):
            client.force_login(people[who])
            return client.post(reverse(f"inspection:{name}", args=args), data)

    return Desk()


@pytest.mark.parametrize("damaged", [False, True])
def test_every_page_of_a_notice_and_its_papers(desk, damaged):
    point = cast.secured()
    notice = cast.noticed("tests", "interlock", point=point, delivered=False)
    sent = SimpleUploadedFile("sign.png", png(damaged=damaged), "image/png")
    answer = desk.post("wugang", "deliver-notice", notice.pk, signatory="李强", signature=sent)
    assert answer.status_code == 302
    for name in ("board", "mine", "visits", "findings", "notices", "cases", "important", "statistics"):
        assert desk.get("wugang", name).status_code == 200, name
    assert desk.get("wugang", "visit", notice.visit_id).status_code == 200
    page = desk.get("heyong", "notice", notice.pk)
    assert page.status_code == 200 and notice.number in page.content.decode()
    assert desk.get("wugang", "notice-paper", notice.pk).content.startswith(b"%PDF")
    assert desk.get("wugang", "notice-copy", notice.pk).status_code == 404
    letter = {"authority": "市工信局", "document_number": "灯供函〔2026〕40号"}
    assert desk.post("wugang", "report-notice", notice.pk, **letter).status_code == 302  # the danger is major
    assert desk.get("wugang", "notice-copy", notice.pk).content.startswith(b"%PDF")
    assert desk.post("wugang", "tick-notice", notice.pk, duty="serve", note="").status_code == 422
    assert desk.post("wugang", "tick-notice", notice.pk, duty="serve", note="上门指导").status_code == 302
    file = desk.get("wugang", "statistics-file")
    assert file.content.decode().startswith("\ufeff") and "larger" not in file.content.decode()
    later = desk.post("heyong", "extend-notice", notice.pk, to_date="2026-12-01", reason="设备到货晚")
    assert later.status_code == 302
    assert desk.post("wugang", "recheck-notice", notice.pk, passed="1", note="完成").status_code == 302
    assert Rectification.objects.get().state == "closed"


def test_a_checklist_on_the_page_and_the_notice_from_it(desk):
    visit = cast.visit(cast.hospital())
    answers = {f"item_{k}": v for k, v in cast.answers("first", "tests").items()}
    refused = desk.post("wugang", "record-visit", visit.pk, note="半张表")
    assert refused.status_code == 422 and "半张表" in refused.content.decode()
    assert desk.post("wugang", "record-visit", visit.pk, **answers, companion="李强").status_code == 302
    assert desk.post("wugang", "add-finding", visit.pk, code="Q01").status_code == 422
    assert desk.post("wugang", "add-finding", visit.pk, code="P01", note="缺一人").status_code == 302
    page = desk.get("wugang", "visit", visit.pk).content.decode()
    assert 'data-testid="act-issue"' in page
    finding = visit.findings.get(code="Q01")
    assert desk.post("wugang", "issue", visit.pk, findings=[finding.pk]).status_code == 302
    assert Rectification.objects.get().findings.count() == 1
    assert desk.post("wugang", "not-met", visit.pk, note="x").status_code == 422


def test_the_plan_is_made_and_given_out_on_the_board(desk):
    cast.hospital()
    assert desk.post("wugang", "make-plan", quarter="2026Q3").status_code == 403
    assert desk.post("heyong", "make-plan", quarter="2026Q3").status_code == 302
    visit = Visit.objects.filter(kind="first").get()
    given = desk.post("heyong", "assign", visit=[visit.pk], inspector=cast.wugang().pk, quarter="2026Q3")
    visit.refresh_from_db()
    assert given.status_code == 302 and visit.inspector == cast.wugang()
    assert desk.get("heyong", "board", quarter="nonsense", kind="first").status_code == 200
    assert desk.post("heyong", "cancel-visit", visit.pk, reason="").status_code == 422
    assert desk.post("heyong", "cancel-visit", visit.pk, reason="停产").status_code == 302


def test_security_facts_on_a_page(desk):
    point = cast.hospital()
    blank = {
        f"{name}-{what}": value
        for name in ("feeds", "sources")
        for what, value in (("TOTAL_FORMS", 1), ("INITIAL_FORMS", 0))
    }
    facts = {
        "security_load_kw": "400",
        "sources-0-kind": "diesel",
        "sources-0-name": "1号机",
        "sources-0-capacity_kw": "300",
    }
    assert desk.get("wugang", "profile", point.pk).status_code == 200
    assert desk.post("wugang", "profile", point.pk, **blank, **facts).status_code == 302
    profile = SecurityProfile.objects.get()
    assert profile.sources.get().capacity_kw == 300 and not profile.feeds.exists()
    assert "120" in desk.get("wugang", "important").content.decode()
    wrong = desk.post("wugang", "profile", point.pk, **blank, **{**facts, "sources-0-capacity_kw": "0"})
    assert wrong.status_code == 422


def test_a_case_from_the_supply_point_to_the_money(desk):
    point = cast.thief()
    assert desk.get("wugang", "new-case", point.pk).status_code == 200
    facts = {"kind": "theft", "form": "bypass", "description": "表前绕越", "found_at": "2026-09-01T09:30"}
    assert desk.post("wugang", "new-case", point.pk, **{**facts, "form": ""}).status_code == 422
    assert desk.post("wugang", "new-case", point.pk, **facts).status_code == 302
    case = BreachCase.objects.get()
    photo = SimpleUploadedFile("p.png", png(), "image/png")
    assert (
        desk.post("wugang", "evidence-case", case.pk, kind="photo", what="绕越", file=photo).status_code
        == 302
    )
    text = SimpleUploadedFile("p.exe", b"MZ", "image/png")
    assert (
        desk.post("wugang", "evidence-case", case.pk, kind="photo", what="坏文件", file=text).status_code
        == 422
    )
    assert desk.post("wugang", "sign-case", case.pk, signatory="赵铁柱").status_code == 302
    claim = {"method": "meter", "current_a": "5", "lighting": "on", "phases": "1", "ct_ratio": "1"}
    preview = desk.post("wugang", "compute-case", case.pk, **claim, preview="1").content.decode()
    assert "627.62" in preview and "1,882.86" in preview
    case.refresh_from_db()
    assert case.total_fen == 0
    assert desk.post("wugang", "compute-case", case.pk, **{**claim, "multiplier": "4"}).status_code == 422
    assert desk.post("wugang", "compute-case", case.pk, **claim).status_code == 302
    assert desk.post("wugang", "submit-case", case.pk).status_code == 302
    assert desk.post("wugang", "approve-case", case.pk, reason="x").status_code == 403
    page = desk.get("heyong", "case", case.pk).content.decode()
    assert 'data-testid="effect"' in page and 'data-testid="act-approve"' in page
    assert desk.post("heyong", "approve-case", case.pk, reason="证据充分").status_code == 302
    page = desk.get("wugang", "case", case.pk).content.decode()
    assert 'data-testid="money"' in page and "1188 kWh × 0.5283" in page
    assert desk.get("wugang", "case-paper", case.pk).content.startswith(b"%PDF")
    assert desk.post("wugang", "stop-case", case.pk).status_code == 302
    assert desk.post("wugang", "close-case", case.pk, note="已处理").status_code == 302
    assert desk.post("heyong", "revoke-case", case.pk, reason="复议").status_code == 302


def test_other_units_and_other_roles_see_nothing(desk, client):
    notice = cast.noticed()
    case = cast.theft()
    for name, pk in (("notice", notice.pk), ("visit", notice.visit_id), ("case", case.pk)):
        assert desk.get("linxiaoyu", name, pk).status_code == 403
    people = cast.people()
    people["wugang"].unit_id = "4502"
    people["wugang"].save()
    for name, pk in (
        ("notice", notice.pk),
        ("visit", notice.visit_id),
        ("case", case.pk),
        ("new-case", notice.supply_point_id),
    ):
        assert desk.get("wugang", name, pk).status_code == 404, name


def test_the_panel_of_a_supply_point_and_the_tile(client):
    notice = cast.noticed()
    client.force_login(cast.wugang())
    page = client.get(reverse("supply:supply-point", args=[notice.supply_point_id])).content.decode()
    assert notice.number in page and reverse("inspection:new-case", args=[notice.supply_point_id]) in page
    operations.plan_special(
        supply_point=notice.supply_point, on=AT.date(), reason="复查", inspector=cast.wugang(), at=AT, actor=cast.heyong()
    )  # fmt: skip
    assert reverse("inspection:mine") in client.get("/").content.decode()
