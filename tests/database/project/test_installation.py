"""A new installation from the shell: tables, the first account, the first prices."""

from __future__ import annotations

import pytest

from denghuo.commerce.tariffs.models import PriceBookVersion
from denghuo.foundation.identity.models import Staff
from denghuo.project import installation
from tests.cast import staff

pytestmark = pytest.mark.django_db
PASSWORD = "Ten-thousand-lamps-2026"


def test_the_first_security_administrator_is_made_and_must_change_the_password():
    assert installation.create_first_staff("secadmin", "安全管理员", "security_admin", "45", PASSWORD) == 0
    person = Staff.objects.get(username="secadmin")
    assert person.must_change_password
    assert person.roles == {"security_admin"}


@pytest.mark.parametrize(
    "role, password, reason",
    [("emperor", PASSWORD, "no role"), ("security_admin", "123", "too short")],
)
def test_what_is_wrong_is_said_and_nothing_is_written(capsys, settings, role, password, reason):
    settings.LANGUAGE_CODE = "en"
    assert installation.create_first_staff("x", "某人", role, "45", password) == 2
    assert capsys.readouterr().err
    assert not Staff.objects.exists()


def test_once_there_is_a_security_administrator_the_shell_makes_no_more_accounts(now, capsys):
    staff.hire("secadmin", now)
    assert installation.create_first_staff("second", "又一人", "security_admin", "45", PASSWORD) == 2
    assert "console" in capsys.readouterr().err


def test_a_shipped_book_is_drafted_for_a_second_person_to_approve(now):
    staff.hire("tangjing", now)
    assert installation.draft_prices("cn-gx", "tangjing") == 0
    version = PriceBookVersion.objects.get(book="cn-gx")
    assert (version.state, version.drafted_by.username) == ("draft", "tangjing")


@pytest.mark.parametrize("book, username", [("cn-xx", "tangjing"), ("cn-gx", "machao"), ("cn-gx", "nobody")])
def test_a_book_that_does_not_exist_or_a_person_who_may_not_draft_is_refused(now, capsys, book, username):
    staff.hire("tangjing", now)
    staff.hire("machao", now)
    assert installation.draft_prices(book, username) == 2
    assert capsys.readouterr().err
    assert not PriceBookVersion.objects.exists()
