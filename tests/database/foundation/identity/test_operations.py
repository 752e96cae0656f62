"""Accounts, roles and the tree: who may do what to whom, and what the database itself refuses."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity import operations, queries
from denghuo.foundation.identity.models import OrganisationUnit, RoleAssignment, Staff
from tests.cast import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def secadmin(now):
    return staff.hire("secadmin", now)


def newcomer(now, username="newcomer") -> Staff:
    return operations.employ(
        username=username, name="新人", unit=staff.open_units(now)["4501"], password="lamplight-2026", at=now
    )


def test_a_new_account_can_do_nothing_until_the_security_administrator_gives_a_role(now, secadmin):
    person = newcomer(now)
    assert not person.may("tariffs.view")
    operations.grant(staff=person, role="meter_reader", at=now, actor=secadmin, reason="新岗位")
    person = Staff.objects.get(pk=person.pk)
    assert person.may("readings.enter")
    entry = audit.history(person).first()
    assert (entry.action, entry.actor, entry.reason) == ("identity.role.granted", secadmin, "新岗位")


def test_nobody_grants_or_revokes_their_own_roles(now, secadmin):
    with pytest.raises(operations.RoleRefused, match="oneself"):
        operations.grant(staff=secadmin, role="audit_admin", at=now, actor=secadmin)
    with pytest.raises(operations.RoleRefused, match="oneself"):
        operations.revoke(assignment=queries.live_roles(secadmin).get(), at=now, actor=secadmin, reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleAssignment.objects.create(staff=secadmin, role="cashier", granted_by=secadmin, granted_at=now)


def test_a_role_is_held_once_also_for_the_database(now, secadmin):
    machao = staff.hire("machao", now)
    with pytest.raises(operations.RoleRefused, match="held"):
        operations.grant(staff=machao, role="meter_reader", at=now, actor=secadmin)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleAssignment.objects.create(staff=machao, role="meter_reader", granted_by=secadmin, granted_at=now)


def test_no_one_reads_and_bills_but_after_taking_back_one_may_change_sides(now, secadmin):
    machao = staff.hire("machao", now)
    with pytest.raises(operations.RoleRefused) as refused:
        operations.grant(staff=machao, role="billing_clerk", at=now, actor=secadmin)
    assert (refused.value.reason, refused.value.other_role) == ("reading_billing_collecting", "meter_reader")
    operations.revoke(assignment=queries.live_roles(machao).get(), at=now, actor=secadmin, reason="轮岗")
    operations.grant(staff=machao, role="billing_clerk", at=now, actor=secadmin, reason="轮岗")
    assert Staff.objects.get(pk=machao.pk).roles == {"billing_clerk"}
    assert queries.past_roles(machao).get().revoked_by == secadmin


def test_a_disabled_account_gets_no_role_and_may_do_nothing(now, secadmin):
    sysadmin, person = staff.hire("sysadmin", now), staff.hire("liumin", now)
    operations.disable(staff=person, at=now, actor=sysadmin, reason="离职")
    assert not Staff.objects.get(pk=person.pk).may("billing.view")
    with pytest.raises(operations.RoleRefused, match="disabled"):
        operations.grant(staff=person, role="agent", at=now, actor=secadmin)


def test_one_administrator_neither_closes_nor_takes_over_another(now, secadmin, capsys):
    sysadmin = staff.hire("sysadmin", now)
    for act in (operations.disable, operations.reset_password):
        with pytest.raises(operations.AdministratorAccount):
            act(staff=secadmin, at=now, actor=sysadmin, reason="借用")
        with pytest.raises(operations.OwnAccount):
            act(staff=sysadmin, at=now, actor=sysadmin, reason="借用")
    call_command("reset_administrator", "secadmin")
    once = capsys.readouterr().out.split()[1]
    changed = Staff.objects.get(username="secadmin")
    assert changed.must_change_password
    assert changed.check_password(once)


@pytest.mark.parametrize("password", ["short", "password123", "newcomer12", "1234567890"])
def test_weak_passwords_are_refused(now, password):
    with pytest.raises(ValidationError):
        operations.employ(
            username="newcomer", name="新人", unit=staff.open_units(now)["45"], password=password, at=now
        )


def test_passwords_are_argon2_outside_of_tests(now, settings):
    from denghuo.project import settings as production

    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS
    assert identify_hasher(newcomer(now).password).algorithm == "argon2"


def test_a_unit_continues_the_code_of_its_parent(now):
    units = staff.open_units(now)
    operations.open_unit(code="450101", name="一班", kind="team", parent=units["4501"], at=now)
    for code, parent in (("4601", units["45"]), ("45", units["45"]), ("4501", units["45"]), ("99", None)):
        with pytest.raises(operations.UnitCannotBeOpened):
            operations.open_unit(code=code, name="x", kind="team", parent=parent, at=now)


def test_what_lies_outside_the_scope_does_not_exist(now):
    everyone = staff.hire_everyone(now)
    east = queries.colleagues(everyone["machao"])
    assert set(east.values_list("username", flat=True)) == {"machao", "nongjun"}
    assert queries.colleagues(everyone["linxiaoyu"]).count() == len(staff.PEOPLE)
    assert set(queries.units(everyone["weidong"]).values_list("code", flat=True)) == {"4502"}
    by_path = queries.in_scope(RoleAssignment.objects.all(), everyone["weidong"], "staff__unit_id")
    assert {assignment.staff for assignment in by_path} == {everyone["weidong"], everyone["qinchuan"]}
    by_code = queries.in_scope(OrganisationUnit.objects.all(), everyone["machao"], "code")
    assert by_code.get().code == "4501"
