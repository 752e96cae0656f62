"""Signing in: the whole story of an account, through the pages, in calendar time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.models import SignInAttempt, Staff
from tests.cast import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(now, monkeypatch):
    """The time that every page reads."""

    class Clock:
        at: datetime = now

        def later(self, **amount) -> None:
            self.at += timedelta(**amount)

    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.at)
    return clock


def sign_in(client, username, password=staff.PASSWORD, **extra):
    return client.post("/sign-in", {"username": username, "password": password}, **extra)


def is_signed_in(client) -> bool:
    return client.get("/profile").status_code == 200


def test_a_clerk_signs_in_works_and_signs_out(client, clock):
    staff.hire("linxiaoyu", clock.at)
    assert client.get("/profile").headers["Location"] == "/sign-in?next=/profile"
    answer = client.post(
        "/sign-in?next=/profile",
        {"username": "linxiaoyu", "password": staff.PASSWORD, "next": "/profile"},
    )
    assert answer.headers["Location"] == "/profile"
    assert "林小雨" in client.get("/profile").content.decode()
    assert client.get("/sign-out").status_code == 405
    client.post("/sign-out")
    assert not is_signed_in(client)
    actions = [entry.action for entry in audit.history(Staff.objects.get(username="linxiaoyu"))]
    assert actions[:2] == ["identity.sign_out", "identity.sign_in.succeeded"]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(client, clock, target):
    staff.hire("linxiaoyu", clock.at)
    answer = client.post("/sign-in", {"username": "linxiaoyu", "password": staff.PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


def test_the_session_gets_a_new_key_at_sign_in(client, clock):
    staff.hire("linxiaoyu", clock.at)
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    sign_in(client, "linxiaoyu")
    assert client.session.session_key != planted


def test_a_wrong_password_and_an_unknown_name_look_the_same(client, clock):
    staff.hire("linxiaoyu", clock.at)
    wrong = sign_in(client, "linxiaoyu", "not-the-password")
    unknown = sign_in(client, "nobody", "not-the-password")
    assert wrong.status_code == unknown.status_code == 422
    strip = lambda answer, name: answer.content.decode().replace(name, "").split("sign-in-refused")[1][:300]  # noqa: E731
    assert strip(wrong, "linxiaoyu") == strip(unknown, "nobody")
    assert not is_signed_in(client)


def test_guessing_is_slowed_even_with_the_right_password_and_then_forgotten(client, clock):
    staff.hire("linxiaoyu", clock.at)
    for _ in range(5):
        assert sign_in(client, "linxiaoyu", "guess").status_code == 422
    assert sign_in(client, "linxiaoyu").status_code == 429
    clock.later(seconds=31)
    assert sign_in(client, "linxiaoyu", "guess").status_code == 422
    clock.later(seconds=31)
    assert sign_in(client, "linxiaoyu").status_code == 429
    clock.later(seconds=30)
    assert sign_in(client, "linxiaoyu").status_code == 302
    client.post("/sign-out")
    assert sign_in(client, "linxiaoyu", "guess").status_code == 422
    assert SignInAttempt.objects.filter(username="linxiaoyu").count() == 8


def test_one_colleague_who_forgot_does_not_lock_the_hall_but_a_sweep_over_names_is_slowed(client, clock):
    staff.hire("linxiaoyu", clock.at)
    staff.hire("zhengjie", clock.at)
    for _ in range(5):
        sign_in(client, "linxiaoyu", "forgotten")
    assert sign_in(client, "zhengjie").status_code == 302
    client.post("/sign-out")
    for number in range(55):
        sign_in(client, f"name{number}", "winter-2026")
    assert sign_in(client, "zhengjie").status_code == 429
    assert sign_in(client, "zhengjie", REMOTE_ADDR="10.9.9.9").status_code == 302


def test_a_session_ends_when_idle_and_after_a_shift_in_any_case(client, clock):
    staff.hire("linxiaoyu", clock.at)
    sign_in(client, "linxiaoyu")
    clock.later(minutes=29)
    assert is_signed_in(client)
    clock.later(minutes=29)
    assert is_signed_in(client)
    clock.later(minutes=31)
    assert not is_signed_in(client)
    sign_in(client, "linxiaoyu")
    for _ in range(12 * 3):
        clock.later(minutes=20)
        last = is_signed_in(client)
    assert last
    clock.later(minutes=1)
    assert not is_signed_in(client)


def test_a_closed_account_is_out_at_once_and_stays_out_after_reopening(client, clock):
    clerk, sysadmin = staff.hire("linxiaoyu", clock.at), staff.hire("sysadmin", clock.at)
    sign_in(client, "linxiaoyu")
    admin = type(client)()
    sign_in(admin, "sysadmin")
    clock.later(minutes=1)
    admin.post(f"/staff/{clerk.pk}/disable", {"reason": "离职"})
    assert not is_signed_in(client)
    assert sign_in(client, "linxiaoyu").status_code == 422
    clock.later(minutes=1)
    admin.post(f"/staff/{clerk.pk}/enable", {"reason": "返岗"})
    assert not is_signed_in(client)
    assert sign_in(client, "linxiaoyu").status_code == 302
    assert Staff.objects.get(pk=sysadmin.pk).is_active


def test_a_new_password_ends_other_sessions_and_keeps_this_one(client, clock):
    staff.hire("linxiaoyu", clock.at)
    other = type(client)()
    sign_in(client, "linxiaoyu")
    sign_in(other, "linxiaoyu")
    clock.later(minutes=1)
    form = {"present": staff.PASSWORD, "new": "a-longer-lamplight", "again": "a-longer-lamplight"}
    assert client.post("/profile/password", form | {"again": "different"}).status_code == 422
    assert client.post("/profile/password", form | {"present": "wrong"}).status_code == 422
    assert client.post("/profile/password", form | {"new": "short", "again": "short"}).status_code == 422
    assert client.post("/profile/password", form).status_code == 302
    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert sign_in(other, "linxiaoyu").status_code == 422
    assert sign_in(other, "linxiaoyu", "a-longer-lamplight").status_code == 302


def test_after_a_reset_nothing_opens_before_the_own_password_is_chosen(client, clock):
    clerk = staff.hire("linxiaoyu", clock.at)
    staff.hire("sysadmin", clock.at)
    admin = type(client)()
    sign_in(admin, "sysadmin")
    page = admin.post(f"/staff/{clerk.pk}/reset-password", {"reason": "忘记密码"})
    assert page.status_code == 200
    once = page.context["one_time_password"]
    assert once in page.content.decode()
    assert once not in admin.get(f"/staff/{clerk.pk}").content.decode()
    clock.later(minutes=1)
    sign_in(client, "linxiaoyu", once)
    assert client.get("/profile").headers["Location"] == "/profile/password"
    client.post(
        "/profile/password", {"present": once, "new": "a-longer-lamplight", "again": "a-longer-lamplight"}
    )
    assert is_signed_in(client)


def test_the_language_a_person_chose_comes_back_at_the_next_sign_in(client, clock):
    staff.hire("linxiaoyu", clock.at)
    sign_in(client, "linxiaoyu")
    assert 'lang="zh-Hans"' in client.get("/profile").content.decode()
    client.post("/profile/language", {"language": "en"})
    assert 'lang="en"' in client.get("/profile").content.decode()
    fresh = type(client)()
    sign_in(fresh, "linxiaoyu")
    assert 'lang="en"' in fresh.get("/profile").content.decode()


def test_what_a_request_records_carries_its_address(client, clock):
    staff.hire("linxiaoyu", clock.at)
    sign_in(client, "linxiaoyu", REMOTE_ADDR="10.1.2.3")
    assert audit.history(Staff.objects.get(username="linxiaoyu")).first().address == "10.1.2.3"


def test_a_forwarded_address_counts_only_behind_a_proxy_we_know(client, clock, settings):
    staff.hire("linxiaoyu", clock.at)
    person = Staff.objects.get(username="linxiaoyu")
    sign_in(client, "linxiaoyu", "guess", headers={"X-Forwarded-For": "1.2.3.4"})
    assert audit.history(person).first().address == "127.0.0.1"
    settings.TRUSTED_PROXIES = 1
    sign_in(client, "linxiaoyu", "guess", headers={"X-Forwarded-For": "6.6.6.6, 1.2.3.4"})
    assert audit.history(person).first().address == "1.2.3.4"
