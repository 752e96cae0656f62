"""The named staff can be hired by the real operations, and each holds the role the town knows them for."""

from __future__ import annotations

import pytest

from denghuo.foundation.audit import queries as audit
from tests.cast import staff

pytestmark = pytest.mark.django_db


def test_everyone_is_hired_with_one_role_and_the_trail_holds(now):
    people = staff.hire_everyone(now)
    assert {username: person.roles for username, person in people.items()} == {
        person.username: frozenset({person.role}) for person in staff.PEOPLE
    }
    verdict = audit.verify()
    assert verdict.holds
    assert verdict.checked == len(staff.UNITS) + 2 * len(staff.PEOPLE)


def test_a_hall_serves_its_whole_bureau_and_a_station_only_itself(now):
    assert staff.hire("linxiaoyu", now).scope == "45"
    assert staff.hire("machao", now).scope == "4501"
