"""Every page: it opens, in both languages, hides other units' orders, and shows why it refuses."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from denghuo.commerce.disconnection import operations
from denghuo.commerce.disconnection.web import common
from tests.cast import disconnection as cast
from tests.cast import supply
from tests.cast.disconnection import SECOND, STOPPED

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(monkeypatch):
    """One order at each step; it is 8 September 2026, 10:30 in Beijing."""
    for module in ("board", "orders", "days", "field", "documents"):
        monkeypatch.setattr(f"denghuo.commerce.disconnection.web.{module}.now", lambda: STOPPED)
    monkeypatch.setattr(common, "now", lambda: STOPPED)

    def home(number: int):
        return cast.debtor(supply.household(f"张{number}", f"灯火镇梧桐巷{number}号", phone="13800138009"))

    cast.debtor(supply.wang_xiuying())
    hospital = cast.debtor(supply.hospital(), 1_000_000, residential=False)
    found = {
        "proposed": cast.proposed(home(1)),
        "approved": cast.approved(hospital),
        "noticed": cast.noticed(home(2)),
        "warned": cast.warned(home(3)),
        "executed": cast.stopped(home(4)),
    }
    operations.set_no_cut_day(
        on=date(2026, 9, 10), unit=found["proposed"].unit, kind="exam", reason="高考", at=SECOND, actor=None
    )
    with pytest.raises(operations.StepRefused):
        operations.execute(order=found["noticed"], at=STOPPED, actor=cast.people()["nongjun"])
    restoring = cast.stopped(home(5))
    operations.decide_restoration(
        order=restoring, reason="已协商分期", despite_debt=True, at=STOPPED, actor=cast.people()["heyong"]
    )
    found["restoring"] = restoring
    return found


def pages(town) -> dict[str, str]:
    found = {name: reverse(f"disconnection:{name}") for name in ("board", "orders", "refused", "days")}
    for tab in ("candidates", "approval", "notices", "running", "warned", "off", "restoring"):
        found[f"tab-{tab}"] = found["board"] + f"?tab={tab}"
    for state, order in town.items():
        found[f"order-{state}"] = reverse("disconnection:order", args=[order.number])
    for kind, state in (("first", "noticed"), ("second", "warned"), ("copy", "approved")):
        found[f"paper-{kind}"] = reverse("disconnection:paper", args=[town[state].number, kind])
    account = town["executed"].account
    found["account"] = reverse("customers:account", args=[account.pk])
    found["point"] = reverse("supply:supply-point", args=[account.supply_points.get().pk])
    return found


def test_every_page_opens_in_both_languages(client, town):
    for who in ("heyong", "nongjun"):
        person = cast.people()[who]
        client.force_login(person)
        for language in ("en", "zh-hans"):
            person.language = language
            person.save(update_fields=["language"])
            for name, url in pages(town).items():
                assert client.get(url).status_code == 200, (name, who)
    for name in ("field",):
        assert client.get(reverse(f"disconnection:{name}")).status_code == 200
    for order in town.values():
        assert client.get(reverse("disconnection:field-order", args=[order.number])).status_code == 200


def test_the_board_says_who_may_be_cut_off_and_who_not(client, town):
    client.force_login(cast.people()["zhengjie"])
    board = client.get(reverse("disconnection:board")).content.decode()
    assert "客户在保护名单中" in board
    running = client.get(reverse("disconnection:board") + "?tab=running")
    assert "现在允许" in running.content.decode()


def test_a_supply_point_that_is_off_says_so(client, town):
    client.force_login(cast.people()["heyong"])
    page = client.get(pages(town)["point"]).content.decode()
    assert "已停电" in page and town["executed"].number in page


def test_a_refusal_is_shown_with_its_reason_and_kept(client, town):
    client.force_login(cast.people()["nongjun"])
    order = town["noticed"]
    answer = client.post(
        reverse("disconnection:execute", args=[order.number]),
        {"reading_note": "", "photo": ""},
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "不能进行这一步" in text and "尚未二次通知" in text
    order.refresh_from_db()
    assert order.state == "noticed" and order.refused_steps.count() == 2


def test_orders_outside_the_data_scope_do_not_exist(client, town):
    crew = cast.people()["nongjun"]
    crew.unit_id = "4502"
    crew.save(update_fields=["unit"])
    client.force_login(crew)
    for order in town.values():
        assert client.get(reverse("disconnection:order", args=[order.number])).status_code == 404
        assert client.get(reverse("disconnection:field-order", args=[order.number])).status_code == 404
        assert client.post(reverse("disconnection:execute", args=[order.number])).status_code == 404
    account = town["executed"].account_id
    assert client.post(reverse("disconnection:stop-at-once", args=[account])).status_code == 404
    assert town["warned"].number not in client.get(reverse("disconnection:orders")).content.decode()


def test_a_crew_approves_nothing_and_a_supervisor_switches_nothing(client, town):
    client.force_login(cast.people()["nongjun"])
    for name in ("approve", "reject", "start-restoration", "execute-remote"):
        assert (
            client.post(reverse(f"disconnection:{name}", args=[town["proposed"].number])).status_code == 403
        )
    client.force_login(cast.people()["heyong"])
    for name in ("execute", "restore", "deliver-notice"):
        assert client.post(reverse(f"disconnection:{name}", args=[town["warned"].number])).status_code == 403
    assert client.get(reverse("disconnection:field")).status_code == 403
