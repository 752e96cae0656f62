"""The first screen by role: each person finds the own work there, it costs at most 25 statements, and no figure is another unit's."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import reverse

from denghuo.commerce.billing import queries
from tests.cast import billing as cast
from tests.cast import supply

pytestmark = pytest.mark.django_db

BUDGET = 25
PANELS = {
    "liumin": {"months", "run", "exceptions", "coverage", "reading-rules"},
    "heyong": {"months", "run", "exceptions", "coverage", "reading-rules", "sensitive"},
    "linxiaoyu": {"months", "new-customers"},
    "tangjing": {"months", "price-decisions", "price-books"},
    "luoqiang": {"months", "price-decisions", "price-books"},
    "auditor": {"sensitive"},
    "secadmin": {"accounts", "roles"},
    "sysadmin": {"accounts", "roles"},
}


@pytest.fixture
def town():
    cache.clear()
    cast.prices()
    wang, mill, unread = supply.wang_xiuying(), supply.textile_mill(), supply.li_jianguo()
    home, works = cast.metered(wang), cast.metered(mill, registers=cast.TWO_PART_REGISTERS)
    cast.metered(unread)
    cast.read(home, "2025-08", 180)
    cast.read(works, "2025-08", cast.readings_of(120_000, reactive=90_000, demand=420))
    return cast.issued("2025-08")


def panels_in(text: str) -> set[str]:
    known = set().union(*PANELS.values(), {"my-routes"})
    return {key for key in known if f'id="bench-{key}"' in text}


@pytest.mark.parametrize("username", PANELS)
def test_everybody_finds_the_own_work_within_the_budget(
    town, client, username, django_assert_max_num_queries
):
    client.force_login(cast.people()[username])
    with django_assert_max_num_queries(BUDGET):
        answer = client.get(reverse("workbench"))
    assert answer.status_code == 200
    assert panels_in(answer.content.decode()) == PANELS[username]


@pytest.mark.parametrize("username", PANELS)
def test_a_new_installation_greets_everybody(client, username, django_assert_max_num_queries):
    cache.clear()
    client.force_login(cast.people()[username])
    with django_assert_max_num_queries(BUDGET):
        text = client.get(reverse("workbench")).content.decode()
    assert panels_in(text) == PANELS[username]


def test_the_newest_run_counts_every_account_once(town):
    standing = queries.standing("45")
    assert standing is not None and standing.run == town
    assert standing.issued + standing.held + standing.drafted == 2 and standing.parked == 1
    assert standing.waiting == 0
    assert queries.standing("99") is None


def test_the_months_are_those_of_the_scope_and_follow_new_bills(town, django_assert_num_queries):
    with django_assert_num_queries(2):
        before = queries.months_billed("45")
    with django_assert_num_queries(1):
        assert queries.months_billed("45") == before
    assert [month.cycle for month in before] == ["2025-08"]
    assert queries.months_billed("99") == []
    assert before[0].total_fen == sum(bill.total_fen for bill in town.bills.all())
