"""The administrators' pages: what they show, what they refuse, and what nobody outside the unit finds."""

from __future__ import annotations

import pytest

from denghuo.foundation.audit import queries as audit
from denghuo.foundation.audit.models import Entry
from denghuo.foundation.calendars.models import CalendarDay
from denghuo.foundation.identity import rules
from denghuo.foundation.identity.models import ApiClient, OrganisationUnit, Staff
from tests.cast import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(now):
    return staff.hire_everyone(now)


@pytest.fixture
def browse(client, people):
    def as_person(username):
        client.force_login(people[username])
        return client

    return as_person


def test_the_staff_list_shows_roles_and_filters_by_them(browse):
    page = browse("sysadmin").get("/staff/?role=cashier").content.decode()
    assert "郑洁" in page
    assert "刘敏" not in page


def test_roles_are_given_and_taken_back_with_a_reason(browse, people):
    machao = people["machao"].pk
    admin = browse("secadmin")
    assert admin.post(f"/staff/{machao}/grant", {"role": "field_crew"}).status_code == 422
    assert admin.post(f"/staff/{machao}/grant", {"role": "field_crew", "reason": "兼岗"}).status_code == 302
    refused = admin.post(f"/staff/{machao}/grant", {"role": "cashier", "reason": "兼岗"})
    assert refused.status_code == 422
    assert refused.context["grant"].errors["role"]
    assert Staff.objects.get(pk=machao).roles == {"meter_reader", "field_crew"}
    row = Staff.objects.get(pk=machao).role_assignments.get(role="field_crew").pk
    admin.post(f"/staff/{machao}/roles/{row}/revoke", {})
    assert "field_crew" in Staff.objects.get(pk=machao).roles
    admin.post(f"/staff/{machao}/roles/{row}/revoke", {"reason": "结束兼岗"})
    assert Staff.objects.get(pk=machao).roles == {"meter_reader"}


def test_who_opens_accounts_gives_no_roles_and_the_other_way_round(browse, people):
    machao = people["machao"].pk
    assert (
        browse("sysadmin").post(f"/staff/{machao}/grant", {"role": "agent", "reason": "x"}).status_code == 403
    )
    assert browse("secadmin").post("/staff/new", {}).status_code == 403
    assert browse("auditor").post(f"/staff/{machao}/disable", {"reason": "x"}).status_code == 403


def test_an_account_is_opened_edited_and_moved(browse):
    admin = browse("sysadmin")
    form = {"username": "weizhen", "name": "韦珍", "unit": "4501", "phone": "", "password": "lamplight-2026"}
    assert admin.post("/staff/new", form | {"password": "short"}).status_code == 422
    assert admin.post("/staff/new", form | {"username": "Bad Name"}).status_code == 422
    assert admin.post("/staff/new", form).status_code == 302
    assert admin.post("/staff/new", form).status_code == 422
    person = Staff.objects.get(username="weizhen")
    assert person.must_change_password
    admin.post(f"/staff/{person.pk}/edit", {"name": "韦珍", "unit": "4502", "phone": ""})
    assert Staff.objects.get(pk=person.pk).scope == "4502"
    assert audit.history(person).first().changes == '{"unit_id": ["4501", "4502"]}'


def test_a_supervisor_of_one_station_finds_nothing_of_the_other(browse, people, now):
    from denghuo.foundation.identity import operations

    operations.revoke(
        assignment=people["weidong"].role_assignments.get(), at=now, actor=people["secadmin"], reason="提拔"
    )
    operations.grant(staff=people["weidong"], role="supervisor", at=now, actor=people["secadmin"])
    west = browse("weidong")
    assert west.get(f"/staff/{people['weidong'].pk}").status_code == 200
    assert west.get(f"/staff/{people['machao'].pk}").status_code == 404
    assert "马超" not in west.get("/staff/").content.decode()
    assert "马超" not in west.get("/staff/?unit=4501").content.decode()
    foreign = Entry.objects.filter(unit_id="4501").first().sequence
    own = Entry.objects.filter(unit_id="4502").first().sequence
    assert west.get(f"/audit/{own}").status_code == 200
    assert west.get(f"/audit/{foreign}").status_code == 404


def test_units_are_opened_in_the_tree_and_renamed(browse):
    admin = browse("sysadmin")
    team = {"parent": "4501", "code": "450101", "name": "一班", "kind": "team"}
    assert admin.post("/staff/units/new", team | {"code": "4502"}).status_code == 422
    assert admin.post("/staff/units/new", team).status_code == 302
    admin.post("/staff/units/450101", {"name": "抄表一班"})
    assert OrganisationUnit.objects.get(code="450101").name == "抄表一班"
    assert "抄表一班" in admin.get("/staff/units").content.decode()


def test_a_token_is_shown_once(browse):
    admin = browse("secadmin")
    form = {"name": "抄表终端", "unit": "4501", "scopes": ["readings.enter"]}
    assert admin.post("/staff/api-clients", form | {"scopes": ["billing.approve"]}).status_code == 422
    page = admin.post("/staff/api-clients", form)
    token = page.context["token"]
    assert token in page.content.decode()
    assert token not in admin.get("/staff/api-clients").content.decode()
    assert admin.post("/staff/api-clients", form).status_code == 422
    client = ApiClient.objects.get()
    admin.post(f"/staff/api-clients/{client.pk}/revoke", {"reason": "停用"})
    assert ApiClient.objects.get().revoked_at is not None


def test_the_role_page_is_the_table_of_the_rules(browse):
    page = browse("auditor").get("/staff/roles")
    assert page.content.decode().count('class="role-head"') == len(rules.ROLES)


def test_the_auditor_filters_the_trail_reads_an_entry_and_checks_the_chain(browse, people):
    auditor = browse("auditor")
    assert auditor.get("/audit/?action=identity.role.granted&at_from=2020-01-01").status_code == 200
    entry = Entry.objects.filter(action="identity.role.granted").first()
    assert 'data-testid="changes"' in auditor.get(f"/audit/{entry.sequence}").content.decode()
    assert "chain-holds" in auditor.post("/audit/verify", {"extent": "all"}).content.decode()
    assert Entry.objects.first().action == "audit.chain.verified"
    assert browse("heyong").post("/audit/verify", {"extent": "all"}).status_code == 403


def test_the_trail_exports_what_its_filter_says(browse):
    auditor = browse("auditor")
    answer = auditor.get("/audit/?action=identity.role.granted&export=csv")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert body.decode("utf-8-sig").strip().count("\n") == len(staff.PEOPLE)


def test_the_calendar_shows_a_year_warns_for_an_unpublished_one_and_takes_a_change(browse):
    admin = browse("sysadmin")
    assert "not-published" not in admin.get("/calendar/2026").content.decode()
    assert "not-published" in admin.get("/calendar/2027").content.decode()
    assert admin.get("/calendar/").status_code == 302
    assert admin.get("/calendar/1900").status_code == 404
    assert admin.get("/calendar/2026-02-30").status_code == 404
    form = {"is_working": "0", "holiday": "", "source": "bureau", "reason": "台风停工"}
    assert admin.post("/calendar/2026-09-08", form | {"reason": ""}).status_code == 422
    assert admin.post("/calendar/2026-09-08", form).status_code == 302
    assert not CalendarDay.objects.get().is_working
    assert admin.get("/calendar/2026-09-08").status_code == 200
    admin.post("/calendar/2026-09-08", {"act": "clear", "reason": "台风改道"})
    assert not CalendarDay.objects.exists()
    assert browse("liumin").get("/calendar/2026").status_code == 200
    assert browse("liumin").get("/calendar/2026-09-08").status_code == 403


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "' OR 1=1 --", "𝕏" * 41, "{{7*7}}", "=cmd|' /C calc'!A0"]
)
def test_hostile_text_is_shown_as_text(browse, people, hostile):
    admin = browse("sysadmin")
    pk = people["machao"].pk
    answer = admin.post(f"/staff/{pk}/edit", {"name": hostile, "unit": "4501", "phone": hostile[:20]})
    assert answer.status_code in (302, 422)
    for url in (f"/staff/{pk}", "/staff/?q=" + hostile[:3], "/audit/"):
        page = admin.get(url) if not url.startswith("/audit") else browse("auditor").get(url)
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
