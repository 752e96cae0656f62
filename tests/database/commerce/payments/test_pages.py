"""Every page of payments: it opens in both languages, costs no more statements than before, hides other units' money.

``DENGHUO_COUNT_SQL=write`` writes the baseline anew after a change that is meant.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from denghuo.commerce.ledger.models import Entry
from denghuo.commerce.ledger.rules.chart import CASH
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Basket, Deposit, Payment, Refund, Shift, Transfer
from denghuo.commerce.payments.queries import inconsistencies as payment_inconsistencies
from denghuo.commerce.payments.web import codes
from denghuo.commerce.receivables import queries as debts
from denghuo.records.customers import operations as customer_operations
from tests.cast import customers, staff
from tests.cast.counter import basket, count_of, shift
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db
PEOPLE = ("zhengjie", "yejing", "heyong", "machao", "wugang", "linxiaoyu")

BASELINE = Path(__file__).parent / "sql_counts.json"


@pytest.fixture(autouse=True)
def books_agree(db):
    yield
    assert list(debts.inconsistencies()) == []
    assert list(payment_inconsistencies()) == []


@pytest.fixture
def people(now):
    return {name: staff.hire(name, now) for name in PEOPLE}


@pytest.fixture
def town(people):
    """A day at the counter: two accounts, a cheque, a refund, a transfer, a deposit, a count that waits."""
    day = timezone.localdate()
    zhengjie = people["zhengjie"]
    home = customers.account(customers.person())
    shop = customers.account(customers.organisation("陈记面馆"))
    opened = shift(zhengjie, day, float_fen=20_000)
    owing(home, 12_345, due=day - timedelta(days=20))
    cash = basket(zhengjie, day, [(home, 5_000), (shop, 60_000)], tendered_fen=70_000)
    cheque = basket(zhengjie, day, [(shop, 80_000)], channel="cheque")
    payments.print_receipt(basket=cash, form="80mm", at=noon(day), actor=zhengjie)
    wechat = pay(shop, 30_000, on=day, channel="wechat")
    refund = payments.ask_refund(
        account=shop,
        amount_fen=5_000,
        source="prepayment",
        channel="cash",
        reason="多缴",
        at=noon(day),
        actor=zhengjie,
    )
    transfer = payments.ask_transfer(
        source=shop, target=home, amount_fen=1_000, reason="代缴", at=noon(day), actor=zhengjie
    )
    deposit = payments.take_deposit(
        account=home,
        amount_fen=50_000,
        purpose="临时用电",
        channel="cash",
        external_id="D-1",
        at=noon(day),
        actor=zhengjie,
    )
    return {
        "home": home, "shop": shop, "shift": opened, "cash": cash, "cheque": cheque.cheque, "wechat": wechat,
        "refund": refund, "transfer": transfer, "deposit": deposit, "people": people, "day": day,
    }  # fmt: skip


def pages(town) -> dict[str, str]:
    of = {
        "payments": [], "cashier": [], "shifts": [], "cheques": [], "refunds": [], "transfers": [],
        "deposits": [], "closed-accounts": [],
        "receipt": [town["cash"].number],
        "payment": [town["cash"].payments.first().number],
        "reverse": [town["cash"].payments.first().number],
        "shift": [town["shift"].pk],
        "cheque": [town["cheque"].pk],
        "refund": [town["refund"].number],
        "new-refund": [town["shop"].number],
        "transfer": [town["transfer"].number],
        "new-transfer": [town["shop"].number],
        "offset": [town["shop"].number],
        "new-deposit": [town["shop"].number],
        "deposit": [town["deposit"].number],
    }  # fmt: skip
    found = {name: reverse(f"payments:{name}", args=args) for name, args in of.items()}
    found["find"] = reverse("payments:find") + f"?q={town['home'].number}"
    found["account"] = reverse("customers:account", args=[town["home"].pk])
    found["bench"] = "/"
    return found


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens(client, town, language):
    client.force_login(town["people"]["zhengjie"])
    client.cookies["django_language"] = language
    for name, url in pages(town).items():
        assert client.get(url).status_code == 200, name


def test_pages_cost_no_more_statements_than_before(client, town):
    client.force_login(town["people"]["zhengjie"])
    counted = {}
    for name, url in pages(town).items():
        if name in ("account", "bench"):  # every room adds to these; they have budgets of their own
            continue
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        counted[name] = len(captured)
    if os.environ.get("DENGHUO_COUNT_SQL") == "write":
        BASELINE.write_text(json.dumps(counted, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    before = json.loads(BASELINE.read_text(encoding="utf-8"))
    assert {name: count for name, count in counted.items() if count > before.get(name, 0)} == {}


def test_other_units_see_nothing(client, town, people):
    outside = customers.account(customers.person("河西人", unit_code="4502"))
    for code in ("4501",):
        assert outside.unit_id != code
    stranger = people["machao"]
    client.force_login(stranger)
    assert client.get(reverse("payments:payments")).status_code == 403
    inspector = people["wugang"]
    client.force_login(inspector)
    inspector.unit_id = "4502"
    inspector.save(update_fields=["unit_id"])
    for name in ("receipt", "payment", "shift", "refund", "transfer", "deposit", "cheque"):
        assert client.get(pages(town)[name]).status_code == 404, name


# ---- the counter ----


def take(client, rows, **how):
    data = {"key": "a" * 32, "channel": "cash", "account": [row[0].pk for row in rows]}
    data |= {f"amount-{account.pk}": yuan for account, yuan in rows} | how
    return client.post(reverse("payments:take"), data)


def test_the_counter_books_once_and_leads_to_the_receipt(client, town):
    client.force_login(town["people"]["zhengjie"])
    before = Payment.objects.count()
    answer = take(client, [(town["home"], "1,000.50"), (town["shop"], "2")], tendered="1100")
    assert answer.status_code == 200
    made = Basket.objects.get(key="a" * 32)
    assert answer.json() == {"receipt": reverse("payments:receipt", args=[made.number])}
    assert (made.total_fen, made.change_fen) == (100_250, 9_750)
    again = take(client, [(town["home"], "1,000.50"), (town["shop"], "2")], tendered="1100")
    assert again.json() == answer.json()
    assert Payment.objects.count() == before + 2
    other = take(client, [(town["home"], "3")])
    assert other.status_code == 422


@pytest.mark.parametrize("yuan", ["", "0", "-1", "1.234", "abc", "1e5", "99999999999999", "NaN"])
def test_amounts_that_are_none_are_refused_with_a_word(client, town, yuan):
    client.force_login(town["people"]["zhengjie"])
    answer = take(client, [(town["home"], yuan)])
    assert answer.status_code == 422
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "how",
    [
        {"channel": "card"},
        {"channel": "cheque"},
        {"channel": "wechat"},
        {"channel": ""},
        {"key": "short"},
        {"tendered": "1"},
    ],
)
def test_the_counter_refuses_what_is_missing(client, town, how):
    client.force_login(town["people"]["zhengjie"])
    assert take(client, [(town["home"], "10")], **how).status_code == 422


def test_the_counter_knows_no_account_of_other_units(client, town):
    outside = customers.account(customers.person("南宁人", unit_code="46"))
    client.force_login(town["people"]["zhengjie"])
    assert take(client, [(outside, "10")]).status_code == 404
    found = client.get(reverse("payments:find"), {"q": outside.number})
    assert found.status_code == 404
    assert client.get(reverse("payments:find"), {"account": outside.pk}).status_code == 404


def test_an_account_is_found_by_every_number_that_people_know(client, town):
    client.force_login(town["people"]["zhengjie"])
    home = town["home"]
    for typed in (home.number, home.customer.number, "13800138001", home.number[:6], "王秀英", "wxy"):
        body = client.get(reverse("payments:find"), {"q": typed}).content.decode()
        assert home.number in body, typed
    nothing = client.get(reverse("payments:find"), {"q": "99999999"})
    assert nothing.status_code == 404


def test_a_row_says_what_pays_all_with_the_late_fee_to_today(client, town):
    client.force_login(town["people"]["zhengjie"])
    body = client.get(reverse("payments:find"), {"q": town["home"].number}).content.decode()
    owed = debts.owed(town["home"].pk, on=town["day"])
    assert f'value="{owed.total_fen / 100:.2f}"' in body


class Pretended:
    """A channel that answers at once."""

    channel, label = "wechat", "WeChat"

    def __init__(self):
        self.started = []

    def start(self, *, account, amount_fen, key, actor, at):
        self.started.append((account.pk, amount_fen, key))
        return codes.Code(reference=key, text=f"weixin://{key}")

    def look(self, reference):
        payment = Payment.objects.filter(external_id=reference).first()
        return codes.Answer("paid", payment=payment) if payment else codes.Answer("waiting")

    def close(self, reference, *, at):
        pass


@pytest.fixture
def provider():
    kept = dict(codes._providers)
    made = Pretended()
    codes.register(made)
    yield made
    codes._providers.clear()
    codes._providers.update(kept)


def test_a_code_is_shown_and_the_page_waits_for_the_money(client, town, provider):
    client.force_login(town["people"]["zhengjie"])
    home = town["home"]
    data = {"key": "b" * 32, "channel": "wechat", "account": home.pk, f"amount-{home.pk}": "12.30"}
    shown = client.post(reverse("payments:code"), data)
    assert shown.status_code == 200
    assert "<svg" in shown.content.decode()
    assert provider.started == [(home.pk, 1_230, "b" * 32)]
    state = reverse("payments:code-state", args=["wechat", "b" * 32])
    assert client.get(state).json()["state"] == "waiting"
    pay(home, 1_230, on=town["day"], channel="wechat", external_id="b" * 32)
    number = Payment.objects.get(external_id="b" * 32).number
    assert client.get(state).json()["receipt"].startswith(reverse("payments:payment", args=[number]))
    two = client.post(reverse("payments:code"), {**data, "account": [home.pk, town["shop"].pk]})
    assert two.status_code == 422
    assert client.post(reverse("payments:code"), {**data, "channel": "none"}).status_code == 404


# ---- receipts ----


def test_receipts_are_printed_and_copies_are_marked(client, town):
    client.force_login(town["people"]["zhengjie"])
    for form in ("80mm", "a4"):
        answer = client.post(reverse("payments:print-receipt", args=[town["cash"].number, form]))
        assert answer.content.startswith(b"%PDF"), form
    assert town["cash"].prints.count() == 3
    assert "3" in client.get(reverse("payments:receipt", args=[town["cash"].number])).content.decode()
    answer = client.post(reverse("payments:print-payment", args=[town["wechat"].number, "a4"]))
    assert answer.content.startswith(b"%PDF")
    assert client.post(reverse("payments:print-receipt", args=[town["cash"].number, "a5"])).status_code == 404
    assert client.get(reverse("payments:print-receipt", args=[town["cash"].number, "a4"])).status_code == 405


# ---- the shift ----


def test_a_shift_is_opened_counted_and_confirmed_by_two_persons(client, town, people):
    zhengjie, yejing = people["zhengjie"], people["yejing"]
    client.force_login(zhengjie)
    url = reverse("payments:count-shift", args=[town["shift"].pk])
    expected = 20_000 + 65_000 + 50_000
    pieces = {f"d{key}": value for key, value in count_of(expected - 1_000).items()}
    refused = client.post(url, {**pieces, "deposit_fen": "1000.00"})
    assert refused.status_code == 422
    client.post(url, {**pieces, "deposit_fen": "1140.00", "note": "找零差错"})
    town["shift"].refresh_from_db()
    assert (town["shift"].state, town["shift"].deposited_fen) == ("counted", 114_000)
    assert client.get(reverse("payments:cash-up-sheet", args=[town["shift"].pk])).content.startswith(b"%PDF")
    confirm = reverse("payments:confirm-shift", args=[town["shift"].pk])
    assert client.post(confirm, {"decision": "confirm"}).status_code == 403
    client.force_login(yejing)
    assert client.get(reverse("payments:shift", args=[town["shift"].pk])).status_code == 200
    client.post(confirm, {"decision": "confirm"})
    assert Shift.objects.get().state == "confirmed"
    till = sum(Entry.objects.filter(ledger_account=CASH).values_list("amount_fen", flat=True))
    assert till == 20_000
    client.force_login(zhengjie)
    assert client.get(reverse("payments:my-shift")).status_code == 200
    assert client.post(reverse("payments:my-shift"), {"float_fen": "199.99"}).status_code == 422
    assert client.post(reverse("payments:my-shift"), {"float_fen": "200"}).status_code == 302


def test_the_accountant_sends_a_count_back(client, town, people):
    pieces = {f"d{key}": value for key, value in count_of(135_000).items()}
    client.force_login(people["zhengjie"])
    client.post(reverse("payments:count-shift", args=[town["shift"].pk]), {**pieces, "deposit_fen": "1150"})
    client.force_login(people["yejing"])
    confirm = reverse("payments:confirm-shift", args=[town["shift"].pk])
    client.post(confirm, {"decision": "back", "reason": "零钞未清点"})
    assert Shift.objects.get().state == "open"


# ---- undoing, cheques ----


def test_a_cashier_undoes_only_what_she_took_today(client, town, people):
    payment = town["cash"].payments.first()
    url = reverse("payments:reverse", args=[payment.number])
    client.force_login(people["zhengjie"])
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "输错户号"})
    payment.refresh_from_db()
    assert payment.state == "reversed"
    assert client.get(reverse("payments:receipt", args=[town["cash"].number])).status_code == 200
    # WeChat books and gives back by itself
    assert client.get(reverse("payments:reverse", args=[town["wechat"].number])).status_code == 403
    other = pay(town["home"], 100, on=town["day"])
    other_url = reverse("payments:reverse", args=[other.number])
    assert client.get(other_url).status_code == 403
    client.force_login(people["heyong"])
    assert client.post(other_url, {"reason": "错账"}).status_code == 302


def test_a_cheque_bounces_on_its_page(client, town, people):
    url = reverse("payments:decide-cheque", args=[town["cheque"].pk])
    client.force_login(people["zhengjie"])
    assert client.post(url, {"decision": "clear"}).status_code == 403
    client.force_login(people["yejing"])
    client.post(url, {"decision": "bounce", "reason": ""})
    town["cheque"].refresh_from_db()
    assert town["cheque"].state == "presented"
    # the prepayment of 陈记面馆 was 80,000 of the cheque and more: enough is there
    client.post(url, {"decision": "bounce", "reason": "存款不足"})
    town["cheque"].refresh_from_db()
    assert town["cheque"].state == "bounced"


# ---- refunds, transfers, deposits ----


def test_a_refund_is_previewed_asked_approved_and_paid(client, town, people):
    shop = town["shop"]
    url = reverse("payments:new-refund", args=[shop.number])
    data = {"source": "prepayment", "amount_fen": "100", "way": "cash", "reason": "多缴"}
    client.force_login(people["zhengjie"])
    shown = client.post(url, {**data, "step": "preview"})
    assert 'data-testid="preview"' in shown.content.decode()
    assert Refund.objects.count() == 1
    assert client.post(url, {**data, "amount_fen": "99999", "step": "preview"}).status_code == 422
    assert client.post(url, {**data, "way": "transfer", "step": "ask"}).status_code == 422
    client.post(url, {**data, "step": "ask"})
    made = Refund.objects.first()
    decide = reverse("payments:decide-refund", args=[made.number])
    assert client.post(decide, {"decision": "approve"}).status_code == 403
    client.force_login(people["heyong"])
    client.post(decide, {"decision": "approve"})
    client.force_login(people["zhengjie"])
    client.post(reverse("payments:pay-refund", args=[made.number]), {"outcome": "paid"})
    made.refresh_from_db()
    assert (made.state, made.shift_id) == ("paid", town["shift"].pk)


def test_a_refund_by_transfer_is_marked_by_the_accountant(client, town, people):
    client.force_login(people["zhengjie"])
    client.post(
        reverse("payments:new-refund", args=[town["shop"].number]),
        {
            "source": "prepayment", "amount_fen": "100", "way": "transfer", "reason": "多缴", "step": "ask",
            "beneficiary": "陈记面馆", "bank": "灯火银行", "bank_account": "6222000011112222",
        },
    )  # fmt: skip
    made = Refund.objects.first()
    client.force_login(people["heyong"])
    client.post(reverse("payments:decide-refund", args=[made.number]), {"decision": "approve"})
    pay_url = reverse("payments:pay-refund", args=[made.number])
    client.force_login(people["zhengjie"])
    assert client.post(pay_url, {"outcome": "paid", "reference": "B1"}).status_code == 403
    client.force_login(people["yejing"])
    client.post(pay_url, {"outcome": "paid", "reference": ""})
    made.refresh_from_db()
    assert made.state == "approved"
    page = client.get(reverse("payments:refund", args=[made.number])).content.decode()
    assert "6222000011112222" not in page
    client.post(pay_url, {"outcome": "paid", "reference": "B1"})
    made.refresh_from_db()
    assert (made.state, made.external_id) == ("paid", "B1")


def test_a_refund_through_its_channel_is_offered(client, town, people):
    client.force_login(people["zhengjie"])
    url = reverse("payments:new-refund", args=[town["shop"].number])
    way = f"payment:{town['wechat'].pk}"
    data = {"source": "prepayment", "amount_fen": "300", "way": way, "reason": "误付", "step": "ask"}
    assert client.post(url, {**data, "amount_fen": "300.01"}).status_code == 422
    client.post(url, data)
    assert Refund.objects.first().payment_id == town["wechat"].pk
    assert way not in client.get(url).content.decode()


def test_prepayment_moves_with_a_preview(client, town, people):
    second = customers.account(town["shop"].customer)
    url = reverse("payments:new-transfer", args=[town["shop"].number])
    data = {"target": second.number, "amount_fen": "50", "reason": "合并"}
    client.force_login(people["zhengjie"])
    assert 'data-testid="effect"' in client.post(url, {**data, "step": "preview"}).content.decode()
    assert Transfer.objects.count() == 1
    client.post(url, {**data, "step": "move"})
    assert Transfer.objects.first().state == "done"
    assert client.post(url, {**data, "target": "1", "step": "move"}).status_code == 422
    decide = reverse("payments:decide-transfer", args=[town["transfer"].number])
    client.force_login(people["heyong"])
    client.post(decide, {"decision": "approve"})
    town["transfer"].refresh_from_db()
    assert town["transfer"].state == "done"


def test_a_deposit_is_taken_and_drawn_on(client, town, people):
    client.force_login(people["zhengjie"])
    url = reverse("payments:new-deposit", args=[town["shop"].number])
    data = {"purpose": "临时用电", "amount_fen": "1000", "channel": "cash", "key": "c" * 24}
    client.post(url, data)
    client.post(url, data)
    assert Deposit.objects.filter(account=town["shop"]).count() == 1
    draw = reverse("payments:draw-deposit", args=[town["deposit"].number])
    assert client.post(draw, {"amount_fen": "400", "reason": "欠费"}).status_code == 422
    client.post(draw, {"amount_fen": "10", "reason": "欠费"})
    town["deposit"].refresh_from_db()
    assert town["deposit"].held_fen == 49_000


def test_a_leaving_customer_is_on_the_worklist_until_refunded(client, town, people):
    leaving = customers.account(customers.person("赵国强"))
    pay(leaving, 4_321, on=town["day"])
    customer_operations.close_account(
        account=leaving, on=town["day"], at=noon(town["day"]), actor=people["linxiaoyu"]
    )
    client.force_login(people["zhengjie"])
    listed = client.get(reverse("payments:closed-accounts")).content.decode()
    assert leaving.number in listed
    assert reverse("payments:new-refund", args=[leaving.number]) in listed


def test_the_search_finds_payments_and_receipts(client, town, people):
    from denghuo.commerce.payments.web.extensions import _search
    from denghuo.foundation.ui.extensions import SearchQuery

    for number in (
        town["cash"].number,
        town["wechat"].number,
        town["refund"].number,
        town["transfer"].number,
    ):
        assert [hit.title for hit in _search(SearchQuery(number), "45")] == [number]
        assert list(_search(SearchQuery(number), "46")) == []


def test_large_keys_reach_the_browser_without_separators(client, town):
    client.force_login(town["people"]["zhengjie"])
    home = town["home"]
    home.pk, home.number = 1_234_567, "99" + home.number[2:]
    home.save(force_insert=True)
    body = client.get(reverse("payments:find"), {"account": home.pk}).content.decode()
    assert 'data-row="1234567"' in body
    assert 'name="amount-1234567"' in body
    shown = client.get(reverse("payments:shift", args=[town["shift"].pk])).content.decode()
    assert 'data-denomination="10000"' in shown
    assert 'data-expected="135000"' in shown
