"""Records through the pages: a customer is registered, found, changed by two people, looked at; a supply point lives."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from denghuo.foundation.audit import queries as audit
from denghuo.records.customers import operations
from denghuo.records.customers.models import Account, Customer
from denghuo.records.grid.models import TransformerArea
from denghuo.records.supply.models import SupplyPoint
from tests.cast import customers, grid, staff, supply

pytestmark = pytest.mark.django_db

HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "王😀𠮷英",
    "\u202eevil\u202c",
    "字" * 10_000,
    "{{ 7*7 }}",
    "'; DROP TABLE customers_customer;--",
]


@pytest.fixture
def as_(client, now):
    """Sign somebody of the town in."""

    def sign_in(username: str):
        client.force_login(staff.hire(username, now))
        return client

    return sign_in


def hidden(page, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1]


def register(client, **fields):
    given = {"kind": "person", "name": "王秀英", "phone": "13800138001", "unit": "4501", **fields}
    return client.post(reverse("customers:register"), given)


def test_a_customer_is_registered_and_found_at_once(as_):
    customers.unit()
    client = as_("mengfan")
    answer = register(client, special_care="elderly")
    made = Customer.objects.get()
    assert answer.headers["Location"] == reverse("customers:customer", args=[made.pk])
    page = client.get(answer.headers["Location"])
    assert made.number in page.content.decode()
    assert "王秀英" not in page.content.decode() and "13800138001" not in page.content.decode()
    for text in (made.number, "13800138001", "王秀", "秀英", "wxy", "wangxiuying"):
        hits = client.get(reverse("search"), {"q": text}).content.decode()
        assert made.number in hits, text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused_or_kept_but_never_run(text, as_):
    customers.unit()
    client = as_("mengfan")
    answer = register(
        client, kind="organisation", name=text, phone=text[:20], email=text, identity_number=text
    )
    assert answer.status_code in (302, 422)
    answer = register(client, kind="organisation", name=text)
    assert answer.status_code in (302, 422)
    for page in (
        reverse("customers:customers"),
        f"{reverse('customers:customers')}?q={text[:50]}",
        reverse("search"),
    ):
        shown = client.get(page, {"q": text[:90]} if page == reverse("search") else {})
        assert shown.status_code == 200
        assert "<script>alert" not in shown.content.decode() and "<img src=x" not in shown.content.decode()


def test_two_people_edit_one_customer_and_nothing_is_lost(as_, now):
    customer = customers.person()
    client = as_("mengfan")
    url = reverse("customers:edit", args=[customer.pk])
    form = client.get(url)
    operations.amend(customer=customer, phone="13900139000", special_care="elderly", at=now)
    typed = {
        "kind": "person",
        "name": "王秀英",
        "phone": "13700137000",
        "email": "w@example.cn",
        "unit": "4501",
    }
    merge = client.post(url, {**typed, "base": hidden(form, "base"), "version": hidden(form, "version")})
    assert merge.status_code == 409
    shown = merge.content.decode()
    assert "13900139000" in shown and "13700137000" in shown
    joined = {**typed, "phone": "13900139000", "special_care": hidden(merge, "special_care")}
    saved = client.post(url, {**joined, "base": hidden(merge, "base"), "version": hidden(merge, "version")})
    assert saved.status_code == 302
    customer.refresh_from_db()
    assert (customer.phone, customer.email, customer.special_care) == (
        "13900139000",
        "w@example.cn",
        "elderly",
    )
    assert customer.version == 3


def test_who_looks_gives_a_reason_and_is_seen(as_):
    customer = customers.person()
    client = as_("chenxin")
    url = reverse("customers:reveal", args=[customer.pk, "phone"])
    assert client.get(url).status_code == 405
    assert client.post(url, {"reason": ""}).status_code == 422
    answer = client.post(url, {"reason": "客户来电核对"})
    assert answer.content.decode() == "13800138001"
    page = client.get(reverse("customers:customer", args=[customer.pk])).content.decode()
    assert "客户来电核对" in page and "陈欣" in page
    assert (
        client.post(reverse("customers:reveal", args=[customer.pk, "version"]), {"reason": "x y"}).status_code
        == 404
    )


def test_looking_is_limited(as_, settings):
    settings.REVEALS_A_DAY = 1
    first, second = customers.person(), customers.person("李建国")
    client = as_("chenxin")
    reason = {"reason": "核对资料"}
    assert client.post(reverse("customers:reveal", args=[first.pk, "phone"]), reason).status_code == 200
    refused = client.post(reverse("customers:reveal", args=[second.pk, "phone"]), reason)
    assert refused.status_code == 429 and "13800" not in refused.content.decode()


def test_who_may_not_look_gets_nothing(as_):
    customer = customers.person()
    client = as_("liumin")
    url = reverse("customers:reveal", args=[customer.pk, "phone"])
    assert client.post(url, {"reason": "想看看"}).status_code == 403
    assert client.get(reverse("customers:edit", args=[customer.pk])).status_code == 403
    assert not audit.history(customer).filter(action=audit.REVEALED).exists()


def _pages_of_a_household():
    point = supply.household(unit_code="4502", area=grid.area("A020101", "河西台区", unit_code="4502"))
    area = TransformerArea.objects.get(code="A020101")
    return [
        ("customers:customer", point.customer_id),
        ("customers:timeline", point.customer_id),
        ("customers:account", point.account_id),
        ("supply:supply-point", point.pk),
        ("supply:behind-area", area.pk),
        ("grid:area", area.pk),
    ]


def test_what_belongs_to_another_station_does_not_exist_here(as_):
    pages = _pages_of_a_household()
    client = as_("machao")
    for name, pk in pages:
        assert client.get(reverse(name, args=[pk])).status_code == 404, name
    for name in ("customers:customers", "customers:accounts", "supply:supply-points"):
        assert "45020000" not in client.get(reverse(name)).content.decode()
        for kind in ("csv", "xlsx"):
            export = client.get(reverse(name), {"export": kind})
            assert b"4502000" not in b"".join(export.streaming_content)
    client = as_("weidong")
    for name, pk in pages:
        assert client.get(reverse(name, args=[pk])).status_code == 200, name


def test_contacts_consents_and_an_account_from_the_customers_page(as_):
    customer = customers.organisation()
    client = as_("mengfan")
    contact = {"role": "billing", "name": "郑会计", "phone": "13700137000", "valid_from": "2026-01-01"}
    assert client.post(reverse("customers:add-contact", args=[customer.pk]), contact).status_code == 302
    assert (
        client.post(
            reverse("customers:add-contact", args=[customer.pk]), {**contact, "phone": ""}
        ).status_code
        == 422
    )
    consent = {"purpose": "marketing", "channel": "counter"}
    url = reverse("customers:give-consent", args=[customer.pk])
    assert client.post(url, consent).status_code == 302
    assert client.post(url, consent).status_code == 422
    withdraw = reverse("customers:withdraw-consent", args=[customer.pk, "marketing"])
    assert client.post(withdraw).status_code == 302
    assert client.post(withdraw).status_code == 302
    end = reverse("customers:end-contact", args=[customer.pk, customer.contacts.get().pk])
    assert client.post(end).status_code == 302
    account = {"payment_method": "transfer", "opened_date": "2026-01-01"}
    assert client.post(reverse("customers:open-account", args=[customer.pk]), account).status_code == 302
    close = reverse("customers:close-account", args=[Account.objects.get().pk])
    assert client.post(close, {"on": "2025-01-01", "reason": "x"}).status_code == 422
    assert client.post(close, {"on": "2026-02-01", "reason": "销户"}).status_code == 302
    page = client.get(reverse("customers:customer", args=[customer.pk])).content.decode()
    assert Account.objects.get().number in page


TERMS = {
    "tariff_class": "residential",
    "use_nature": "household",
    "supply_relation": "direct",
    "supply_source": "public_transformer",
    "importance": "ordinary",
    "voltage": "lt1kv",
    "metering_mode": "low_low",
    "capacity_kva": "8",
    "price_book": "cn-gx",
    "tariff": "residential",
    "billing_mode": "single",
    "pf_standard": "0",
    "market": "list",
    "area_code": "A010101",
}


def test_the_life_of_a_supply_point(as_):
    grid.area()
    account = customers.account()
    client = as_("liumin")
    opening = {
        **TERMS,
        "account_number": account.number,
        "address": "灯火镇梧桐巷12-301",
        "energised_date": "2026-01-01",
    }
    answer = client.post(reverse("supply:open"), opening)
    point = SupplyPoint.objects.get()
    page_url = reverse("supply:supply-point", args=[point.pk])
    assert answer.headers["Location"] == page_url
    assert client.post(reverse("supply:open"), {**opening, "area_code": "nowhere"}).status_code == 422
    assert client.post(reverse("supply:open"), {**opening, "account_number": "1"}).status_code == 422

    change_url = reverse("supply:change-terms", args=[point.pk])
    form = client.get(change_url)
    change = {
        **TERMS,
        "capacity_kva": "16",
        "from_date": "2026-03-01",
        "reason": "增容",
        "version": hidden(form, "version"),
    }
    assert client.post(change_url, {**change, "from_date": "2025-01-01"}).status_code == 422
    assert client.post(change_url, {**change, "capacity_kva": "x"}).status_code == 422
    assert client.post(change_url, change).status_code == 302
    assert client.post(change_url, {**change, "capacity_kva": "20"}).status_code == 422, "stale version"
    assert list(point.terms.values_list("capacity_kva", flat=True)) == [Decimal(8), Decimal(16)]
    correction = {
        **TERMS,
        "capacity_kva": "12",
        "from_date": "2026-01-15",
        "until_date": "2026-02-01",
        "reason": "更正",
    }
    assert client.post(change_url, correction).status_code == 302
    assert point.terms.count() == 4

    for name, fields in (
        ("supply:contract", {"number": "HT-1", "signed_date": "2026-01-01", "valid_from": "2026-01-01"}),
        ("supply:losses", {"from_date": "2026-02-01", "method": "none", "energised_hours_a_day": "24"}),
        ("supply:address", {"address": "灯火镇榕树路7号"}),
        ("supply:seal", {"on": "2026-05-01", "reason": "外出"}),
        ("supply:unseal", {"on": "2026-06-01", "reason": "回家"}),
        ("supply:close", {"on": "2026-07-01", "reason": "销户"}),
    ):
        url = reverse(name, args=[point.pk])
        assert client.get(url).status_code == 200, name
        assert client.post(url, {"on": ""}).status_code == 422, name
        assert client.post(url, fields).status_code == 302, name
        assert client.get(page_url).status_code == 200, name
    assert (
        client.post(reverse("supply:seal", args=[point.pk]), {"on": "2026-08-01", "reason": "x"}).status_code
        == 422
    )


def test_terms_that_do_not_fit_together_are_pointed_out(as_):
    point = supply.factory(terms={"billing_mode": "single", "pf_standard": 85})
    page = as_("liumin").get(reverse("supply:supply-point", args=[point.pk])).content.decode()
    assert 'data-testid="findings"' in page
    assert "发改价格〔2023〕526号" in page and "(83)水电财字第215号" in page


def test_an_address_is_shown_in_full_only_after_a_reason(as_):
    point = supply.household()
    client = as_("chenxin")
    url = reverse("supply:supply-point", args=[point.pk])
    assert "12-301" not in client.get(url).content.decode()
    assert client.post(reverse("supply:reveal", args=[point.pk]), {"reason": ""}).status_code == 422
    assert (
        "12-301"
        in client.post(reverse("supply:reveal", args=[point.pk]), {"reason": "上门"}).content.decode()
    )
    assert audit.history(point.customer).filter(action=audit.REVEALED).exists()


def test_the_grid_opens_branch_by_branch_with_its_loads(as_):
    supply.household(), supply.textile_mill()
    client = as_("liumin")
    page = client.get(reverse("grid:tree")).content.decode()
    assert "110kV城东变电站" in page and "638" in page
    urls = ["grid:tree"]
    seen = set()
    queue = re.findall(r'hx-get="([^"]+)"', page)
    while queue:
        url = queue.pop()
        if url in seen or url == reverse("grid:tree"):
            continue
        seen.add(url)
        fragment = client.get(url)
        assert fragment.status_code == 200, url
        queue += re.findall(r'hx-get="([^"]+)"', fragment.content.decode())
        urls.append(fragment.content.decode())
    points = SupplyPoint.objects.values_list("number", flat=True)
    assert all(any(number in text for text in urls) for number in points)
    found = client.get(reverse("grid:tree"), {"q": "梧桐"}).content.decode()
    assert "10kV梧桐线" in found and "梧桐巷台区" in found


def test_the_grid_is_built_and_moved_from_its_pages(as_):
    area = grid.area()
    grid.feeder("F0102", "10kV东街线")
    client = as_("liumin")
    assert (
        client.post(
            reverse("grid:add-substation"), {"code": "S01", "name": "x", "voltage": "35kv", "unit": "45"}
        ).status_code
        == 422
    )
    assert (
        client.post(
            reverse("grid:add-substation"), {"code": "S02", "name": "河西站", "voltage": "35kv", "unit": "45"}
        ).status_code
        == 302
    )
    feeder = area.transformer.feeder
    add = reverse("grid:add-transformer", args=[feeder.pk])
    fields = {"code": "T010102", "name": "东街公变", "is_public": "on", "rated_capacity_kva": "200"}
    assert client.post(add, {**fields, "rated_capacity_kva": "0"}).status_code == 422
    made = client.post(add, fields)
    assert made.status_code == 302 and client.get(made.headers["Location"]).status_code == 200
    move = reverse("grid:move-transformer", args=[area.transformer_id])
    assert client.post(move, {"code": "F0102", "reason": "转供"}).status_code == 302
    assert client.post(move, {"code": "F0102", "reason": "转供"}).status_code == 422
    assert client.post(move, {"code": "none", "reason": "转供"}).status_code == 422
    for name, pk in (
        ("grid:feeder", feeder.pk),
        ("grid:transformer", area.transformer_id),
        ("grid:area", area.pk),
    ):
        assert client.get(reverse(name, args=[pk])).status_code == 200


@pytest.mark.parametrize("name", ["customers:customers", "customers:accounts", "supply:supply-points"])
def test_lists_filter_page_and_export(name, as_):
    supply.household(), supply.shop(), supply.textile_mill()
    client = as_("liumin")
    for query in (
        {},
        {"q": "4501"},
        {"q": "梧桐"},
        {"kind": "person"},
        {"tariff_class": "residential"},
        {"state": "active"},
        {"area": "A010101"},
        {"unit": "45"},
        {"q": "%_'"},
    ):
        assert client.get(reverse(name), query).status_code == 200, query
    for kind in ("csv", "xlsx"):
        assert client.get(reverse(name), {"export": kind}).status_code == 200


def test_the_list_of_supply_points_narrows_by_what_holds_today(as_, now):
    home, mill = supply.household(), supply.textile_mill()
    supply.operations.change_terms(
        supply_point=home, from_date=date(2026, 1, 1), tariff_class="agricultural", at=now
    )
    client = as_("liumin")
    shown = client.get(reverse("supply:supply-points"), {"tariff_class": "agricultural"}).content.decode()
    assert home.number in shown and mill.number not in shown
