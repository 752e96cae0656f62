"""Every page of processes opens, hides other units, refuses with words, and does its one thing."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from denghuo.foundation.workflow import operations
from denghuo.foundation.workflow.models import (
    Draft,
    HumanTask,
    ProcessDefinition,
    Remark,
    SideTask,
    TimeLimit,
)
from denghuo.foundation.workflow.web import acts, board, cases, definitions, drafts, limits, lists, tasks
from denghuo.kernel.periods import day_of
from tests.cast import processes as drawn
from tests.cast import staff as cast

pytestmark = pytest.mark.django_db
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(autouse=True)
def clock(monkeypatch, now):
    for module in (acts, board, cases, definitions, drafts, limits, lists, tasks):
        monkeypatch.setattr(module, "now", lambda: now + timedelta(hours=1))
    return now + timedelta(hours=1)


@pytest.fixture
def case(request_process, subject, now):
    TimeLimit.objects.create(
        process="test.request", step="accept", valid_from="2026-01-01", amount=2, unit="working_days"
    )
    TimeLimit.objects.create(
        process="test.request", step="", valid_from="2026-01-01", amount=10, unit="working_days"
    )
    return operations.start(
        process="test.request",
        subject=subject,
        title="梧桐巷 12-301 用电申请",
        unit_id="4501",
        at=now,
        actor=cast.hire("linxiaoyu", now),
    )


@pytest.fixture
def as_(now):
    def sign_in(name: str) -> Client:
        client = Client()
        client.cookies["django_language"] = "en"
        client.force_login(cast.hire(name, now))
        return client

    return sign_in


def open_step(case, step="accept") -> HumanTask:
    return case.tasks.get(step=step, state="open")


def test_the_page_of_a_case_says_where_it_stands(case, as_):
    page = as_("linxiaoyu").get(reverse("workflow:case", args=[case.pk]))
    text = page.content.decode()
    assert page.status_code == 200
    assert "林小雨" in text and "2 working days left" in text and "10 working days left" in text
    flow = page.context["flow"]
    assert (flow["current"], flow["next"]) == (["accept"], ["survey"])
    assert flow["notes"][0]["who"] == "Counter clerk"
    assert [(row.label, row.state) for row in page.context["steps"]] == [
        ("受理", "open"),
        ("现场勘查", "next"),
    ]


def test_a_case_of_another_station_is_not_there(case, as_):
    for name, args in (("case", [case.pk]), ("task", [open_step(case).pk])):
        assert as_("qinchuan").get(reverse(f"workflow:{name}", args=args)).status_code == 404
    assert as_("qinchuan").get(reverse("workflow:cases")).content.decode().count(case.number) == 0


def test_a_message_sent_twice_is_kept_once(case, as_):
    said = {"text": "请带房产证", "audience": "customer", "key": "a1b2"}
    for _ in range(2):
        answer = as_("linxiaoyu").post(reverse("workflow:remark", args=[case.pk]), said)
        assert answer.status_code == 302
    assert [(r.text, r.audience) for r in Remark.objects.all()] == [("请带房产证", "customer")]
    shown = as_("linxiaoyu").get(reverse("workflow:case", args=[case.pk])).content.decode()
    assert "请带房产证" in shown and "With the customer" in shown


def test_what_the_customer_said_is_with_the_customer(case, as_):
    as_("linxiaoyu").post(
        reverse("workflow:remark", args=[case.pk]),
        {"text": "明天在家", "audience": "internal", "from_customer": "on"},
    )
    assert Remark.objects.get().audience == "customer"


def test_a_refused_message_comes_back_with_what_was_typed(case, as_):
    answer = as_("linxiaoyu").post(
        reverse("workflow:remark", args=[case.pk]), {"text": "x" * 4001, "audience": "internal"}
    )
    assert answer.status_code == 422 and "x" * 4001 in answer.content.decode()


def test_a_photo_lies_with_the_case_and_a_script_does_not(case, as_, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = as_("linxiaoyu")
    url = reverse("workflow:attach", args=[case.pk])
    kept = client.post(url, {"file": SimpleUploadedFile("表箱.png", PIXEL), "kind": "photo", "note": "表箱"})
    assert kept.status_code == 302
    refused = client.post(
        url, {"file": SimpleUploadedFile("x.png", b"<script>alert(1)</script>"), "kind": ""}
    )
    assert refused.status_code == 422
    assert [(a.file.name, a.kind) for a in case.attachments.all()] == [("表箱.png", "photo")]


def test_the_clock_stands_still_and_runs_again(case, as_):
    client = as_("linxiaoyu")
    client.post(reverse("workflow:pause", args=[case.pk]), {"reason": "customer", "note": "等房产证"})
    case.refresh_from_db()
    assert case.paused_at is not None
    page = client.get(reverse("workflow:case", args=[case.pk])).content.decode()
    assert "等房产证" in page and "stands still" in page
    client.post(reverse("workflow:resume", args=[case.pk]))
    case.refresh_from_db()
    assert case.paused_at is None
    assert client.post(reverse("workflow:resume", args=[case.pk])).status_code == 422


def test_another_department_is_asked_and_answers(case, as_, now):
    as_("linxiaoyu").post(
        reverse("workflow:ask", args=[case.pk]),
        {
            "text": "台区还有多少容量？",
            "unit": "45",
            "role": "connection_engineer",
            "due_at": "2026-09-09T17:30",
        },
    )
    asked = SideTask.objects.get()
    engineer = as_("mofan")
    assert "台区还有多少容量" in engineer.get(reverse("workflow:asked")).content.decode()
    assert as_("liumin").post(reverse("workflow:answer", args=[asked.pk]), {"text": "1"}).status_code == 403
    engineer.post(reverse("workflow:answer", args=[asked.pk]), {"text": "120 kW"})
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by.name) == ("120 kW", "莫凡")
    assert engineer.post(reverse("workflow:answer", args=[asked.pk]), {"text": "9"}).status_code == 422
    assert "120 kW" in as_("linxiaoyu").get(reverse("workflow:case", args=[case.pk])).content.decode()


def test_the_owner_hands_over_with_a_reason(case, as_, now):
    agent = cast.hire("chenxin", now)
    url = reverse("workflow:hand-over", args=[case.pk])
    assert as_("zhengjie").post(url, {"to": agent.pk, "reason": "x"}).status_code == 403
    assert as_("linxiaoyu").post(url, {"to": agent.pk, "reason": ""}).status_code == 422
    as_("linxiaoyu").post(url, {"to": agent.pk, "reason": "轮班"})
    case.refresh_from_db()
    assert case.owner == agent


def test_a_supervisor_cancels_a_case(case, as_):
    as_("heyong").post(reverse("workflow:cancel", args=[case.pk]), {"reason": "客户撤回"})
    case.refresh_from_db()
    assert case.state == "cancelled"
    assert as_("heyong").post(reverse("workflow:cancel", args=[case.pk]), {"reason": "再"}).status_code == 422


def test_work_lists_show_what_is_mine_what_waits_and_how_it_stands(case, as_, now):
    clerk = as_("linxiaoyu")
    assert "受理" not in clerk.get(reverse("workflow:tasks")).content.decode()
    waiting = clerk.get(reverse("workflow:tasks-roles")).content.decode()
    assert "受理" in waiting and "2 working days left" in waiting and "2026-09-09 17:30" in waiting
    clerk.post(reverse("workflow:claim", args=[open_step(case).pk]))
    assert "受理" in clerk.get(reverse("workflow:tasks")).content.decode()
    assert "受理" in as_("heyong").get(reverse("workflow:tasks-all")).content.decode()
    assert as_("linxiaoyu").get(reverse("workflow:tasks-all")).status_code == 403
    for state, there in (("in_time", True), ("broken", False), ("nonsense", False)):
        found = as_("heyong").get(reverse("workflow:tasks-all"), {"clock": state}).content.decode()
        assert ("梧桐巷" in found) is there, state
    export = as_("heyong").get(reverse("workflow:tasks-all"), {"export": "csv"})
    assert "受理" in b"".join(export.streaming_content).decode("utf-8-sig")


def test_many_steps_are_taken_or_given_at_once(case, request_process, subject, as_, now):
    other = operations.start(
        process="test.request", subject=subject, title="二", unit_id="4501", at=now, actor=None
    )
    ids = [open_step(case).pk, open_step(other).pk]
    as_("linxiaoyu").post(reverse("workflow:claim-many"), {"ids": ids[:1]})
    assert open_step(case).assignee.name == "林小雨"
    chief = as_("heyong")
    asking = chief.post(reverse("workflow:assign-many"), {"ids": ids}).content.decode()
    assert "林小雨" in asking and "郑洁" not in asking
    chief.post(reverse("workflow:assign-many"), {"ids": ids, "to": cast.hire("linxiaoyu", now).pk})
    assert {task.assignee.name for task in HumanTask.objects.filter(state="open")} == {"林小雨"}


def test_a_step_without_a_page_asks_what_the_gateway_needs(case, as_, written, now):
    clerk, engineer = as_("linxiaoyu"), as_("mofan")
    clerk.post(reverse("workflow:complete", args=[open_step(case).pk]), {"result": "资料齐全"})
    survey = open_step(case, "survey")
    page = engineer.get(reverse("workflow:task", args=[survey.pk])).content.decode()
    assert 'name="say_feasible"' in page and 'name="say_headroom"' in page
    url = reverse("workflow:complete", args=[survey.pk])
    assert clerk.post(url, {"say_feasible": "true", "say_headroom": "30"}).status_code == 422, "another role"
    assert engineer.post(url, {"say_headroom": "30"}).status_code == 422
    done = engineer.post(url, {"say_feasible": "true", "say_headroom": "30", "result": "可接入"})
    assert done.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("done", "finished")
    assert engineer.post(url, {"say_feasible": "true", "say_headroom": "30"}).status_code == 422, (
        "done already"
    )


def test_a_step_is_passed_on_with_a_reason_by_whoever_has_it(case, as_, now):
    step = open_step(case)
    second = cast.hire("linxiaoyu", now)
    operations.assign(task=step, to=second, at=now, actor=None)
    url = reverse("workflow:transfer", args=[step.pk])
    assert as_("zhengjie").post(url, {"to": second.pk, "reason": "x"}).status_code == 422
    assert as_("linxiaoyu").post(url, {"to": second.pk, "reason": ""}).status_code == 422


def test_the_board_counts_by_process_and_step(case, as_, clock, monkeypatch):
    page = as_("heyong").get(reverse("workflow:board"), {"process": "test.request"})
    row, step = page.context["rows"][0][0], page.context["steps"][0][0]
    assert (row.total, row.in_time, row.broken, step.step, step.in_time) == (1, 1, 0, "accept", 1)
    monkeypatch.setattr(board, "now", lambda: clock + timedelta(days=60))
    late = as_("heyong").get(reverse("workflow:board")).context["rows"][0][0]
    assert (late.in_time, late.broken) == (0, 1)
    assert as_("linxiaoyu").get(reverse("workflow:board")).status_code == 403


def upload(client, xml, **more):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return client.post(reverse("workflow:definitions"), {"file": SimpleUploadedFile("own.bpmn", xml), **more})


OWN = drawn.bpmn(
    "own.round",
    {
        "supervisor": [
            ("startEvent", "begin", ""),
            ("userTask", "look", 'name="巡视"'),
            ("endEvent", "over", ""),
        ]
    },
    [("begin", "look"), ("look", "over")],
    name="自定义巡视",
)


def test_an_uploaded_diagram_is_checked_approved_by_another_and_started(units, as_, now):
    admin, chief, head = as_("sysadmin"), as_("heyong"), as_("luoqiang")
    assert upload(admin, OWN).status_code == 302
    made = ProcessDefinition.objects.get(key="own.round")
    page = reverse("workflow:definition", args=[made.pk])
    assert "巡视" in admin.get(page).content.decode()
    assert admin.post(reverse("workflow:approve", args=[made.pk])).status_code == 403
    head.post(reverse("workflow:approve", args=[made.pk]))
    made.refresh_from_db()
    assert (made.state, made.approved_by.name) == ("active", "罗强")
    begun = chief.post(reverse("workflow:start", args=[made.pk]), {"title": "一号线巡视", "unit": "4501"})
    case = made.instances.get()
    assert begun.url == reverse("workflow:case", args=[case.pk]) and case.owner.name == "何勇"
    assert chief.get(reverse("workflow:diagram", args=[made.pk])).content == OWN
    # a second version: the running case is moved, with a report
    upload(admin, OWN.replace("巡视".encode(), "检查".encode()), key="own.round")
    newer = ProcessDefinition.objects.get(key="own.round", version=2)
    head.post(reverse("workflow:approve", args=[newer.pk]))
    report = head.post(reverse("workflow:migrate", args=[newer.pk]))
    assert case.number in report.content.decode()
    case.refresh_from_db()
    assert case.definition == newer


def test_a_refused_diagram_says_which_element_and_why(units, as_):
    wrong = OWN.replace(b"userTask", b"sendTask")
    answer = upload(as_("sysadmin"), wrong)
    text = answer.content.decode()
    assert answer.status_code == 422 and "<code>look</code>" in text and "sendTask" in text
    assert not ProcessDefinition.objects.exists()
    assert upload(as_("heyong"), OWN).status_code == 422, "may see, may not upload"


def test_a_limit_is_set_from_a_day_on_with_its_basis(request_process, as_, clock):
    admin = as_("sysadmin")
    url = reverse("workflow:limit", args=["test.request"]) + "?step=survey"
    assert admin.get(url).status_code == 200
    said = {
        "valid_from": "2026-10-01", "amount": "3", "unit": "working_days", "warn_percent": "70",
        "escalation": ["supervisor"], "basis": "供电监管办法 §11",
    }  # fmt: skip
    assert admin.post(url, {**said, "valid_from": "2026-01-01"}).status_code == 422, "in the past"
    assert admin.post(url, said).status_code == 302
    assert admin.post(url, said).status_code == 422, "one a day"
    limit = TimeLimit.objects.get(step="survey")
    assert (limit.amount, limit.escalation, limit.set_by.username) == (3, "supervisor", "sysadmin")
    shown = admin.get(reverse("workflow:limits")).content.decode()
    assert (
        "from 2026-10-01" in " ".join(shown.replace("<", " <").replace(">", "> ").split())
        or "2026-10-01" in shown
    )
    assert as_("heyong").post(url, said).status_code == 403
    assert admin.get(reverse("workflow:limit", args=["no.such"])).status_code == 404
    assert day_of(clock) < limit.valid_from


def test_what_is_typed_is_kept_for_its_writer_only(units, as_):
    url = reverse("workflow:drafts")
    clerk, agent = as_("linxiaoyu"), as_("chenxin")
    values = json.dumps([["text", "还没写完"]])
    assert clerk.post(url, {"place": "case-1-remark", "content": values}).status_code == 204
    assert clerk.get(url, {"place": ["case-1-remark", "other"]}).json()["case-1-remark"]["values"] == [
        ["text", "还没写完"]
    ]
    assert agent.get(url, {"place": "case-1-remark"}).json() == {}
    clerk.post(url, {"place": "case-1-remark", "content": json.dumps([["text", "写完了"]])})
    assert Draft.objects.count() == 1
    clerk.post(url, {"place": "case-1-remark", "content": ""})
    assert not Draft.objects.exists()
    for bad in ("{", '{"a": 1}', json.dumps(["x" * 100_001])):
        assert clerk.post(url, {"place": "p", "content": bad}).status_code == 422
    assert clerk.post(url, {"content": "[]"}).status_code == 422


def test_the_pages_of_a_case_ask_few_questions(case, as_, django_assert_max_num_queries):
    client = as_("linxiaoyu")
    with django_assert_max_num_queries(22):
        client.get(reverse("workflow:case", args=[case.pk]))
    with django_assert_max_num_queries(14):
        client.get(reverse("workflow:tasks-roles"))
