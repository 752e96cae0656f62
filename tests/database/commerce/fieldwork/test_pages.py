"""The pages of the office and the protocol of the terminal: they open, hide other units, and answer nonsense with 400."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from denghuo.commerce.fieldwork import operations, rules
from denghuo.commerce.fieldwork.models import FieldPhoto, FieldSubmission, FieldTask
from denghuo.commerce.fieldwork.rules import own
from tests.cast import fieldwork as cast
from tests.cast import supply
from tests.cast.fieldwork import ELEVEN, NINE, PNG, TEN

pytestmark = pytest.mark.django_db
DEVICE = {"key": "phone-1", "name": "Android"}


def page(name: str, *args) -> str:
    return reverse(f"fieldwork:{name}", args=args)


def signed_in(username: str, client: Client | None = None) -> Client:
    client = client or Client()
    client.force_login(cast.people()[username])
    return client


@pytest.fixture
def day(monkeypatch):
    """A task in each state, one conflict, a position; it is 11:00."""
    for module in ("desk", "sync"):
        monkeypatch.setattr(f"denghuo.commerce.fieldwork.web.{module}.now", lambda: ELEVEN)
    first, phone = cast.task(title="done"), cast.phone()
    cast.send(phone, cast.item("complete", first, answers=cast.answers(result="right", safe="yes")))
    operations.set_consent(device=phone, consented=True, at=NINE, actor=phone.staff)
    operations.keep_position(device=phone, longitude="108.366", latitude="22.817", at=TEN)
    second = cast.send(
        cast.phone("machao"), cast.item("complete", first, answers=cast.answers(result="wrong"))
    )
    late = cast.task(title="late", due_at=TEN, longitude="108.37", latitude="22.82", details={"电话": "138"})
    open_task = cast.task(title="open", crew=None)
    return {"done": first, "late": late, "open": open_task, "conflict": second}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens(day, language, django_assert_max_num_queries):
    client = signed_in("qinyong")
    client.cookies["django_language"] = language
    urls = [page(name) for name in ("tasks", "board", "new", "conflicts", "submissions", "devices")]
    urls += [page("task", day[name].pk) for name in ("done", "late", "open")]
    urls += [
        page("conflict", day["conflict"].pk),
        reverse("supply:supply-point", args=[day["done"].supply_point_id]),
        page("tasks") + "?state=done",
    ]
    for url in urls:
        with django_assert_max_num_queries(40):
            answer = client.get(url)
        assert answer.status_code == 200, url
    board = client.get(page("board")).content.decode()
    assert "农军" in board and "108.366" in board


def test_other_units_see_nothing(day):
    client = signed_in("qinchuan")
    assert client.get(page("task", day["done"].pk)).status_code == 404
    assert client.get(page("conflict", day["conflict"].pk)).status_code == 404
    assert page("task", day["late"].pk) not in client.get(page("tasks")).content.decode()
    assert client.get(page("new")).status_code == 403
    assert Client().get(page("terminal")).status_code == 302


def test_a_task_by_hand(day):
    point = supply.wang_xiuying()
    client = signed_in("qinyong")
    form = {
        "kind": own.PATROL.code,
        "title": "巡视",
        "supply_point": point.number,
        "crew": "",
        "note": "带梯子",
    }
    assert client.post(page("new"), {**form, "supply_point": "1"}).status_code == 422
    wrong_unit = client.post(page("new"), {**form, "crew": cast.people()["qinchuan"].pk})
    assert wrong_unit.status_code == 422
    answer = client.post(page("new"), form)
    made = FieldTask.objects.get(title="巡视")
    assert answer.status_code == 302 and made.address == point.address and made.state == "waiting"
    assert "带梯子" in made.facts.values()
    nongjun = cast.people()["nongjun"].pk
    assert client.post(page("assign", made.pk), {"assign-crew": nongjun}).status_code == 302
    assert client.post(page("cancel", made.pk), {"cancel-reason": ""}).status_code == 422
    assert client.post(page("cancel", made.pk), {"cancel-reason": "不用了"}).status_code == 302
    assert client.post(page("assign", made.pk), {"assign-crew": ""}).status_code == 422
    made.refresh_from_db()
    assert made.state == "cancelled"


def test_a_conflict_is_decided_on_its_page(day):
    client, url = signed_in("qinyong"), page("conflict", day["conflict"].pk)
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "试试", "decision": "apply"}).status_code == 422
    assert client.post(url, {"reason": "先到为准", "decision": "put_aside"}).status_code == 302
    assert client.post(url, {"reason": "再来", "decision": "put_aside"}).status_code == 404
    assert signed_in("nongjun").post(url, {"reason": "再来"}).status_code == 404


def test_a_corrected_answer_is_applied_on_the_page(day):
    def refuses(task, answers, *, at, actor):
        if answers["note"] != "新":
            raise rules.Conflict("表号不对")

    with cast.hooked(refuses):
        sent = cast.send(cast.phone(), cast.item("complete", day["late"], answers=cast.answers()))
        url = page("conflict", sent.pk)
        client = signed_in("heyong")
        assert "表号不对" in client.get(url).content.decode()
        answer = client.post(url, {"reason": "核实", "decision": "apply", "answer-note": "新"})
    assert answer.status_code == 302
    day["late"].refresh_from_db()
    assert day["late"].state == "done" and day["late"].given_answers["note"] == "新"


def test_the_shell_its_manifest_and_its_worker():
    client = signed_in("nongjun")
    shell = client.get(page("terminal"))
    assert shell.status_code == 200 and "农军" not in shell.content.decode()
    manifest = json.loads(Client().get(page("manifest")).content)
    assert manifest["scope"] == manifest["start_url"] == "/field/" and manifest["display"] == "standalone"
    worker = Client().get(page("worker"))
    assert worker["Content-Type"].startswith("text/javascript") and b"DENGHUO" in worker.content
    assert signed_in("liumin").get(page("terminal")).status_code == 403


def sync(client: Client, items: list, **more):
    body = {"device": DEVICE, "staff": int(client.session["_auth_user_id"]), "items": items, **more}
    return client.post(page("sync"), json.dumps(body), content_type="application/json")


def test_load_sync_photo_consent_and_proposal(day):
    client = signed_in("nongjun")
    loaded = client.get(page("load"), {"device": "phone-1"}).json()
    assert loaded["me"]["name"] == "农军" and loaded["csrf"] and loaded["consented"] is False
    assert [task["title"] for task in loaded["tasks"]] == ["late", "open"]
    assert loaded["kinds"][cast.CHECK.code]["form"][0]["name"] == "note"
    photo = {"device": "phone-1", "id": "p1", "taken_at": TEN.isoformat(), "staff": loaded["me"]["id"]}
    for _time in range(2):
        kept = client.post(page("photo"), {**photo, "file": SimpleUploadedFile("a.png", PNG)})
        assert kept.json() == {"id": "p1", "outcome": "kept"}
    assert FieldPhoto.objects.count() == 1
    nonsense = client.post(page("photo"), {**photo, "id": "p2", "file": SimpleUploadedFile("a.png", b"MZ")})
    assert nonsense.status_code == 422
    stranger = client.post(page("photo"), {**photo, "staff": 0, "file": SimpleUploadedFile("a.png", PNG)})
    assert stranger.status_code == 409
    item = {
        "id": "i1",
        "act": "complete",
        "made_at": TEN.isoformat(),
        "task": day["late"].pk,
        "payload": {"answers": {"note": "好\x00", "photo": ["p1"]}},
    }
    for _time in range(2):
        (result,) = sync(client, [item], waiting=3).json()["results"]
        assert (result["outcome"], result["task"]["state"]) == ("applied", "done")
    assert FieldSubmission.objects.filter(client_id="i1").count() == 1
    place = {"at": TEN.isoformat(), "longitude": 108.3, "latitude": 22.8, "accuracy_m": 9}
    sync(client, [], positions=[place])
    agreed = client.post(
        page("consent"), json.dumps({"device": DEVICE, "consented": True}), content_type="application/json"
    )
    assert agreed.json() == {"consented": True}
    later = {**place, "at": ELEVEN.isoformat()}
    sync(client, [], positions=[place, later])
    device = FieldSubmission.objects.get(client_id="i1").device
    assert (device.waiting, device.positions.count()) == (3, 1), "nothing from before the consent"
    machao = signed_in("machao")
    found = machao.get(page("load"), {"device": "phone-machao"}).json()["conflicts"]
    assert (
        found[0]["first"] == "农军"
        and {"label": "result", "first": "right", "mine": "wrong"} in found[0]["rows"]
    )
    body = {"device": {"key": "phone-machao"}, "id": found[0]["id"], "text": "我对"}
    proposed = machao.post(page("propose"), json.dumps(body), content_type="application/json")
    assert proposed.json()["conflict"]["proposal"] == "我对"


ITEM = {"id": "x1", "act": "accept", "made_at": "2026-09-08T01:00:00Z", "payload": {}}


@pytest.mark.parametrize(
    "change",
    [
        {"items": "none"},
        {"items": [ITEM] * 51},
        {"items": [{**ITEM, "act": "explode"}]},
        {"items": [{**ITEM, "id": ""}]},
        {"items": [{**ITEM, "id": "x" * 41}]},
        {"items": [{**ITEM, "made_at": "yesterday"}]},
        {"items": [{**ITEM, "payload": []}]},
        {"items": [7]},
        {"device": "phone"},
        {"device": {"key": "../../etc"}},
    ],
)
def test_nonsense_is_answered_with_400(change):
    client = signed_in("nongjun")
    body = {"device": DEVICE, "staff": int(client.session["_auth_user_id"]), "items": [], **change}
    answer = client.post(page("sync"), json.dumps(body), content_type="application/json")
    assert answer.status_code == 400 and not FieldSubmission.objects.exists()


def test_only_ones_own_and_only_with_the_token():
    client = signed_in("nongjun")
    assert client.post(page("sync"), "{", content_type="application/json").status_code == 400
    assert sync(client, [], staff=0).status_code == 409
    guarded = signed_in("nongjun", Client(enforce_csrf_checks=True))
    assert sync(guarded, []).status_code == 403
    token = guarded.get(page("load"), {"device": "phone-1"}).json()["csrf"]
    body = {"device": DEVICE, "staff": int(guarded.session["_auth_user_id"]), "items": []}
    answer = guarded.post(
        page("sync"), json.dumps(body), content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 200
