"""A reader types a route on the keyboard; a clerk looks at the meter and its chart."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from denghuo.commerce.readings import operations
from denghuo.commerce.readings.models import Reading
from tests.browser.conftest import PHONE, until
from tests.cast import metering, readings, staff, supply
from tests.cast.customers import unit

pytestmark = pytest.mark.django_db(transaction=True)
CYCLE = "2026-01"


@pytest.fixture
def town(now):
    homes = [
        metering.hang(supply.wang_xiuying()).metering_point,
        metering.hang(supply.li_jianguo()).metering_point,
    ]
    for month, cycle in enumerate(["2025-08", "2025-09", "2025-10", "2025-11", "2025-12"]):
        end = date(2025 + (month + 9) // 13, (month + 8) % 12 + 1, 1)
        readings.record([(home.pk, end, {"total": 200 * (month + 1)}) for home in homes], cycle)
    route = operations.open_route(code="W1", name="梧桐巷", unit=unit("4501"), at=now)
    operations.add_stops(route=route, points=homes, at=now)
    return {"homes": homes, "route": route}


def test_the_entry_sheet_is_worked_with_the_keyboard_alone(site, town, now):
    machao = staff.hire("machao", now)
    address = reverse("readings:entry", args=[town["route"].pk])
    page = site.open(f"{address}?cycle={CYCLE}", staff=machao)
    first, second = (page.locator("[data-line]").nth(place) for place in (0, 1))
    until(page, "document.activeElement.name === 'total'")
    page.keyboard.type("1200")
    first.locator(".tag-success").wait_for()
    page.keyboard.press("Enter")
    page.locator("#" + first.get_attribute("id") + ".entry-done").wait_for()
    until(page, f"document.activeElement.closest('[data-line]').id === '{second.get_attribute('id')}'")
    page.keyboard.type("900")
    second.locator(".text-danger").wait_for()
    page.keyboard.press("Enter")
    page.locator("#" + second.get_attribute("id") + ".entry-held").wait_for()
    states = Reading.objects.filter(cycle=CYCLE).order_by("metering_point_id").values_list("state", flat=True)
    assert list(states) == ["accepted", "held"]


def test_the_meter_page_draws_its_months_and_fits_a_phone(site, town, now):
    meter = town["homes"][0].installations.get().meter
    page = site.open(
        reverse("metering:meter", args=[meter.pk]), staff=staff.hire("liumin", now), viewport=PHONE
    )
    page.locator("[data-testid=reading-chart] canvas, [data-testid=reading-chart] svg").first.wait_for()
    assert page.locator("[data-testid=readings] tbody tr").count() == 6
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
