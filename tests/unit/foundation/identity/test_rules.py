"""Roles as an auditor reads them: what each may do, what never meets in one person, how guessing is slowed."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.foundation.identity import rules

BUSINESS_ROLES = [role for role in rules.ROLES if role not in rules.ADMINISTRATORS]


def test_every_role_has_permissions_and_every_permission_a_role():
    assert set(rules.PERMISSIONS) == set(rules.ROLES)
    assert all(rules.PERMISSIONS.values())
    assert all(rules.holders(permission) for permission in rules.ALL_PERMISSIONS)


@pytest.mark.parametrize("administrator", sorted(rules.ADMINISTRATORS))
def test_an_administrator_stands_alone(administrator):
    for other in rules.ROLES:
        if other != administrator:
            assert rules.conflicts([other], administrator)
            assert rules.conflicts([administrator], other)


def test_administrators_see_no_customer_and_no_money():
    for administrator in rules.ADMINISTRATORS:
        areas = {permission.split(".")[0] for permission in rules.PERMISSIONS[administrator]}
        assert not areas & {"customers", "supply", "metering", "readings", "billing", "grid", "tariffs"}


def test_the_three_administrators_share_no_power():
    acting = {"staff.edit", "staff.grant", "audit.verify", "api.clients"}
    for first, second in combinations(sorted(rules.ADMINISTRATORS), 2):
        assert not acting & rules.PERMISSIONS[first] & rules.PERMISSIONS[second]


@pytest.mark.parametrize(
    ("held", "wanted", "reason"),
    [
        (["meter_reader"], "billing_clerk", "reading_billing_collecting"),
        (["billing_clerk"], "cashier", "reading_billing_collecting"),
        (["counter_clerk", "cashier"], "meter_reader", "reading_billing_collecting"),
        (["supervisor"], "billing_clerk", "running_and_approving"),
        (["tariff_clerk"], "decision_maker", "drafting_and_approving"),
        (["inspector"], "meter_reader", "reading_and_inspecting"),
        (["system_admin"], "audit_admin", "administrators_stand_alone"),
    ],
)
def test_these_roles_never_meet(held, wanted, reason):
    assert reason in {conflict.reason for conflict in rules.conflicts(held, wanted)}


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ([], "cashier"),
        (["counter_clerk"], "cashier"),
        (["meter_reader"], "field_crew"),
        (["agent"], "key_account_manager"),
    ],
)
def test_these_may(held, wanted):
    assert rules.conflicts(held, wanted) == ()


@given(st.sets(st.sampled_from(rules.ROLES), max_size=4), st.sampled_from(rules.ROLES))
def test_conflicts_do_not_depend_on_the_order_of_granting(held, wanted):
    for other in held:
        assert bool(rules.conflicts([other], wanted)) == bool(rules.conflicts([wanted], other))


def allowed_sets():
    """Every set of up to three roles that can come about by granting."""
    for size in (1, 2, 3):
        for roles in combinations(rules.ROLES, size):
            if all(not rules.conflicts(set(roles) - {role}, role) for role in roles):
                yield roles


@pytest.mark.parametrize("first, second", rules.TWO_PERSON_ACTS.values(), ids=rules.TWO_PERSON_ACTS)
def test_nobody_prepares_and_decides_whatever_roles_come_together(first, second):
    for roles in allowed_sets():
        assert not (rules.grants(roles, first) and rules.grants(roles, second)), roles


def test_machines_decide_approve_and_reveal_nothing():
    assert set(rules.API_SCOPES) <= set(rules.ALL_PERMISSIONS)
    assert {scope.split(".")[1] for scope in rules.API_SCOPES} <= {
        "view", "enter", "edit", "take", "intake", "apply", "book",
    }  # fmt: skip
    assert not {"staff.edit", "calendar.edit"} & set(rules.API_SCOPES)


@pytest.mark.parametrize(
    ("user", "address", "seconds"),
    [
        (0, 0, 0),
        (4, 4, 0),
        (5, 5, 30),
        (6, 6, 60),
        (10, 10, 900),
        (200, 200, 900),
        (0, 59, 0),
        (0, 60, 5),
        (0, 100, 80),
    ],
)
def test_guessing_is_slowed(user, address, seconds):
    assert rules.pause_seconds(user, address) == seconds


@given(st.integers(0, 500), st.integers(0, 500))
def test_more_failures_never_mean_a_shorter_wait(user, address):
    assert rules.pause_seconds(user, address) <= rules.pause_seconds(user + 1, address)
    assert rules.pause_seconds(user, address) <= rules.pause_seconds(user, address + 1) <= 900
