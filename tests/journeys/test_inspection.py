"""The hospital's quarter: planned, inspected on the phone, a danger not put right, reported, put right; through web and phone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from denghuo.commerce.fieldwork import queries as field_queries
from denghuo.commerce.inspection import operations
from denghuo.commerce.inspection.models import Rectification, Visit
from denghuo.commerce.inspection.rules.processes import field_kind
from denghuo.foundation.workflow import queries as workflow
from tests.cast import inspection as cast

pytestmark = pytest.mark.django_db
WEB = "denghuo.commerce.inspection.web"


class Clock:
    """Beijing's time, moved by the story."""

    def __init__(self, monkeypatch) -> None:
        self.at = datetime(2026, 7, 1, 1, tzinfo=UTC)
        for module in ("common", "plan", "visits", "notices", "statistics"):
            monkeypatch.setattr(f"{WEB}.{module}.now", lambda: self.at)

    def __call__(self, text: str) -> datetime:
        self.at = datetime.fromisoformat(f"2026-{text}:00+08:00").astimezone(UTC)
        return self.at


def test_a_danger_is_found_reported_and_put_right(client, monkeypatch):
    clock = Clock(monkeypatch)
    hospital = cast.hospital()
    people = cast.people()

    def post(who: str, name: str, *args, **data):
        client.force_login(people[who])
        return client.post(reverse(f"inspection:{name}", args=args), data)

    # the supervisor makes the plan and gives the visit to 吴刚
    clock("07-01T09:00")
    post("heyong", "make-plan", quarter="2026Q3")
    visit = Visit.objects.get(supply_point=hospital, kind="first")
    post("heyong", "assign", visit=[visit.pk], inspector=people["wugang"].pk, quarter="2026Q3")

    # he fills in the checklist on the phone: nothing separates the two sources
    at = clock("07-06T10:00")
    task = field_queries.task_of(visit, field_kind("first"))
    answers = {f"item_{code}": answer for code, answer in cast.answers("first", "interlock").items()}
    operations.from_the_phone(task, {"met": True, **answers}, at=at, actor=people["wugang"])
    finding = visit.findings.get()
    assert finding.level == "major"

    # the notice is signed: three working days
    assert post("wugang", "issue", visit.pk, findings=[finding.pk]).status_code == 302
    notice = Rectification.objects.get()
    assert str(notice.due_date) == "2026-07-09"
    assert post("wugang", "deliver-notice", notice.pk, refused="on").status_code == 422
    assert post("wugang", "deliver-notice", notice.pk, refused="on", witness="居委会 王芳").status_code == 302

    # not put right: reported with a number, and looked at once more
    clock("07-13T10:00")
    assert post("wugang", "recheck-notice", notice.pk, passed="0", note="闭锁未装").status_code == 302
    letter = {"authority": "市工信局", "document_number": "灯供函〔2026〕21号"}
    assert post("wugang", "report-notice", notice.pk, **letter).status_code == 302
    clock("07-27T10:00")
    assert post("wugang", "recheck-notice", notice.pk, passed="1", note="已装闭锁").status_code == 302
    notice.refresh_from_db()
    assert notice.state == "closed" and workflow.instance_of(notice).state == "done"
    assert client.get(reverse("inspection:notice-copy", args=[notice.pk])).content.startswith(b"%PDF")
    counted = client.get(reverse("inspection:statistics-file")).content.decode()
    assert "100" in counted
