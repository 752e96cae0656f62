"""Every page opens in both languages, hides other units' outages, and says why it refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from denghuo.commerce.outages import operations
from denghuo.commerce.outages.models import Outage
from denghuo.commerce.outages.web import board, common, faults, lists, outages, reliability, requests
from tests.cast import grid, supply
from tests.cast import outages as cast
from tests.cast.outages import BEGINS

pytestmark = pytest.mark.django_db
AT = BEGINS + timedelta(hours=2)


@pytest.fixture
def town(monkeypatch):
    """One outage in each state on 15 September at 10:30."""
    for module in (board, common, faults, lists, outages, reliability, requests):
        monkeypatch.setattr(module, "now", lambda: AT)
    supply.wang_xiuying()
    other = grid.area("A010102", "槐树街台区")
    homes = [supply.household(f"赵{n}", f"灯火镇槐树街{n}号", area=other) for n in range(3)]
    mill = supply.textile_mill().terms.get().transformer
    hospital = supply.hospital().terms.get().transformer
    found = {
        "running": cast.running(),
        "approved": cast.approved(mill, begins_at=BEGINS + timedelta(days=20)),
    }
    found["proposed"] = cast.asked(hospital, begins_at=BEGINS + timedelta(days=10))
    found["refused"] = cast.asked(mill, begins_at=BEGINS + timedelta(days=25))
    found["merged"] = cast.asked(
        hospital, begins_at=BEGINS + timedelta(days=12), merge_into=found["proposed"]
    )
    for number, home in enumerate(homes):
        operations.report_fault(key=f"call:{number}", at=AT - timedelta(minutes=9), supply_point_id=home.pk)
    return found


def pages(town) -> list[str]:
    found = [
        reverse(f"outages:{name}")
        for name in ("board", "outages", "priorities", "reliability", "request", "fault")
    ]
    found += [f"{found[0]}?tab={tab}" for tab in ("coming", "approval", "restored")]
    found += [
        f"{reverse('outages:reliability')}?by={by}&month=2026-09" for by in ("unit", "feeder", "customer")
    ]
    found += [reverse("outages:outage", args=[one.number]) for one in town.values()]
    found += [reverse("outages:affected", args=[town["running"].number])]
    found += [f"{reverse('outages:priorities')}?equipment=F0101"]
    point = town["running"].affected.first().supply_point
    found += [
        reverse("supply:supply-point", args=[point.pk]),
        reverse("customers:account", args=[point.account_id]),
    ]
    found += [
        reverse("grid:area", args=[grid.area().pk]),
        reverse("outages:by-id", args=[town["running"].pk]),
    ]
    return found


def test_every_page_opens_in_both_languages(client, town):
    for who in ("qinyong", "heyong"):
        person = cast.people()[who]
        client.force_login(person)
        for language in ("en", "zh-hans"):
            person.language = language
            person.save()
            for url in pages(town):
                answer = client.get(url, follow=True)
                if who == "heyong" and url.endswith(("request/", "faults/new")):
                    assert answer.status_code == 403, url
                else:
                    assert answer.status_code == 200, url


def test_the_board_shows_what_is_off_and_what_reports_suggest(client, town):
    client.force_login(cast.people()["qinyong"])
    page = client.get(reverse("outages:board")).content.decode()
    assert town["running"].number in page
    assert "槐树街台区" in page
    assert 'data-testid="suspicion"' in page
    answer = client.post(reverse("outages:fault"), {"equipment": "A010102", "cause": "equipment"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert Outage.objects.filter(kind="fault", state="running", place="槐树街台区").exists()


def test_a_request_is_checked_while_it_is_typed(client, town):
    client.force_login(cast.people()["qinyong"])
    query = {"equipment": grid.area().code, "kind": "planned", "begins_at": "2026-09-25T08:30", "ends_at": "2026-09-25T16:30"}  # fmt: skip
    page = client.get(reverse("outages:check"), query).content.decode()
    assert 'data-testid="clash"' in page
    assert town["running"].number in page
    clear = client.get(reverse("outages:check"), {**query, "equipment": "A010102"}).content.decode()
    assert 'data-testid="clash"' not in clear
    assert "callout-success" in clear
    assert client.get(reverse("outages:check"), {"equipment": "nothing"}).status_code == 200


def test_acts_are_done_or_refused_on_the_page(client, town):
    number = town["proposed"].number
    client.force_login(cast.people()["heyong"])
    url = reverse("outages:refuse", args=[number])
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(reverse("outages:approve", args=[number]), {"note": ""}).status_code == 302
    client.force_login(cast.people()["qinyong"])
    running = town["running"].number
    early = client.post(
        reverse("outages:restore", args=[running]), {"restored_at": "2026-09-01T10:00", "finding": ""}
    )
    assert early.status_code == 422
    assert client.post(reverse("outages:progress", args=[running]), {"progress": "已更换"}).status_code == 302
    later = {"expected_at": "2026-09-15T19:00", "reason": "电缆受损"}
    assert client.post(reverse("outages:estimate", args=[running]), later).status_code == 302
    row = town["running"].affected.first()
    assert (
        client.post(reverse("outages:treat", args=[running, row.pk]), {"treatment": "已上门告知"}).status_code
        == 302
    )
    done = client.post(
        reverse("outages:restore", args=[running]), {"restored_at": "2026-09-15T10:20", "finding": ""}
    )
    assert done.status_code == 302
    town["running"].refresh_from_db()
    assert town["running"].state == "restored"


def test_other_stations_outages_do_not_exist(client, town):
    person = next(p for p in cast.people().values() if p.unit_id == "4501" and p.may("outages.view"))
    own = reverse("outages:outage", args=[town["running"].number])
    client.force_login(person)
    assert client.get(own).status_code == 200
    Outage.objects.filter(pk=town["running"].pk).update(unit_id="4502")
    assert client.get(own).status_code == 404
    assert client.get(reverse("outages:affected", args=[town["running"].number])).status_code == 404
