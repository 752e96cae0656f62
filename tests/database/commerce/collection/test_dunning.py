"""Cases are opened, taken from step to step, rest and close; no step is taken twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from denghuo.commerce.collection import handlers, operations, queries
from denghuo.commerce.collection.models import (
    DunningAction,
    DunningCase,
    DunningMessage,
    PaymentPromise,
)
from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.events import AccountSettled
from denghuo.foundation.jobs import operations as jobs
from tests.cast import collection as cast
from tests.cast import supply
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def books():
    yield
    assert list(receivables.inconsistencies()) == []
    assert list(ledger.inconsistencies()) == []
    assert list(queries.inconsistencies()) == []


@pytest.fixture
def shop():
    cast.plans()
    cast.people()
    point = supply.noodle_shop()
    owing(point.account, 120_000, due=DUE, residential=False)
    return point.account


def steps(account) -> list[tuple[int, str, date]]:
    rows = DunningAction.objects.filter(case__account=account).order_by("id")
    return [(row.number, row.channel, row.due_date) for row in rows]


def days(first: date, last: date):
    while first <= last:
        yield first
        first += timedelta(days=1)


def test_steps_fall_on_working_days_and_a_day_run_twice_changes_nothing(shop):
    assert not any(cast.run(DUE, shop).values())
    for on in days(DUE + timedelta(days=1), date(2026, 4, 3)):
        cast.run(on, shop)
        before = list(DunningAction.objects.values_list("key", "state"))
        assert {k: v for k, v in cast.run(on, shop).items() if v} == {}
        assert list(DunningAction.objects.values_list("key", "state")) == before
    assert steps(shop) == [
        (1, "sms", date(2026, 3, 3)),
        (2, "phone", date(2026, 3, 6)),
        (3, "letter", date(2026, 3, 11)),
        (4, "visit", date(2026, 3, 17)),
        (5, "letter", date(2026, 3, 25)),
    ]
    assert DunningMessage.objects.count() == 1
    message = DunningMessage.objects.get()
    assert "1,200.00" not in message.text  # the late fee of the day is in it
    assert "1,202.40" in message.text and "已逾期1天" in message.text


def test_who_is_found_late_is_not_sent_everything_at_once(shop):
    for on in days(date(2026, 4, 13), date(2026, 4, 24)):
        cast.run(on, shop)
    assert steps(shop) == [
        (1, "sms", date(2026, 4, 13)),
        (2, "phone", date(2026, 4, 16)),
        (3, "letter", date(2026, 4, 21)),
    ]


def test_a_payment_closes_the_case_and_drops_what_waits(shop):
    cast.run(date(2026, 3, 3), shop)
    case = cast.case_of(shop)
    pay(shop, 200_000, on=date(2026, 3, 3))
    handlers.close_case(
        AccountSettled(account_id=shop.pk, on=date(2026, 3, 3), settled_at=noon(date(2026, 3, 3))),
        at=noon(date(2026, 3, 3)),
    )
    case.refresh_from_db()
    assert (case.state, case.reason, case.overdue_fen) == ("closed", "paid", 0)
    assert DunningMessage.objects.get().state == "dropped"
    assert operations.send_messages(at=cast.moment(date(2026, 3, 3), 10)) == {"sent": 0, "failed": 0}
    handlers.close_case(
        AccountSettled(account_id=shop.pk, on=date(2026, 3, 3), settled_at=noon(date(2026, 3, 3))),
        at=noon(date(2026, 3, 3)),
    )


def test_one_open_case_an_account(shop):
    cast.run(date(2026, 3, 3), shop)
    case = cast.case_of(shop)
    with pytest.raises(IntegrityError), transaction.atomic():
        DunningCase.objects.create(
            account=shop, unit_id=shop.unit_id, due_date=DUE, overdue_fen=1, opened_date=DUE,
            opened_at=case.opened_at,
        )  # fmt: skip


def test_messages_leave_in_the_hours_of_contact_and_once(shop):
    cast.run(date(2026, 3, 3), shop)
    handed: list[str] = []

    def gateway(*, key, channel, to, text):
        handed.append(key)
        return f"r{len(handed)}"

    for hour in (3, 8, 20, 23):
        operations.send_messages(at=cast.moment(date(2026, 3, 3), hour), gateway=gateway)
    assert handed == []
    for hour in (9, 10, 19):
        operations.send_messages(at=cast.moment(date(2026, 3, 3), hour), gateway=gateway)
    assert len(handed) == 1
    message = DunningMessage.objects.get()
    assert (message.state, message.reference) == ("sent", "r1")
    assert queries.demanded(shop.pk, on=date(2026, 3, 3)) == [(date(2026, 3, 3), "sms", True)]
    assert queries.demanded(shop.pk, on=date(2026, 3, 2)) == []


def test_a_kill_between_handing_over_and_noting_it_repeats_nothing(shop):
    cast.run(date(2026, 3, 3), shop)
    handed: list[str] = []

    class Killed(BaseException):
        pass

    def gateway(*, key, channel, to, text):
        handed.append(key)
        raise Killed

    at = cast.moment(date(2026, 3, 3), 10)
    with pytest.raises(Killed):
        operations.send_messages(at=at, gateway=gateway)
    operations.send_messages(at=at, gateway=gateway)
    operations.send_messages(at=at + timedelta(hours=2), gateway=gateway)
    assert len(handed) == 1
    message = DunningMessage.objects.select_related("action").get()
    assert (message.state, message.error, message.action.outcome) == ("failed", "no_answer", "failed")


def test_a_provider_that_refuses_is_shown(shop):
    cast.run(date(2026, 3, 3), shop)

    def gateway(*, key, channel, to, text):
        raise RuntimeError("number blocked")

    assert operations.send_messages(at=cast.moment(date(2026, 3, 3), 10), gateway=gateway)["failed"] == 1
    assert DunningMessage.objects.get().error == "number blocked"
    assert queries.demanded(shop.pk, on=date(2026, 3, 4)) == []


def promised(shop, on: date, by: date, fen: int):
    zheng = cast.people()["zhengjie"]
    return operations.contact(
        case=cast.case_of(shop),
        channel="phone",
        outcome="promised",
        key=f"k{on}",
        promise=operations.Promise(fen, by),
        actor=zheng,
        at=cast.moment(on, 10),
    )


def test_a_promise_lets_the_case_rest_until_it_is_broken(shop):
    cast.run(date(2026, 3, 3), shop)
    promised(shop, date(2026, 3, 4), date(2026, 3, 10), 120_000)
    for on in days(date(2026, 3, 4), date(2026, 3, 11)):
        cast.run(on, shop)
        assert (cast.case_of(shop).state, cast.case_of(shop).reason) == ("paused", "promise")
    assert cast.run(date(2026, 3, 12), shop)["broken"] == 1
    assert PaymentPromise.objects.get().state == "broken"
    assert steps(shop)[-1] == (2, "phone", date(2026, 3, 12))


def test_a_promise_is_kept_by_its_amount_though_more_is_owed(shop):
    cast.run(date(2026, 3, 3), shop)
    promised(shop, date(2026, 3, 4), date(2026, 3, 10), 50_000)
    pay(shop, 50_000, on=date(2026, 3, 9))
    assert cast.run(date(2026, 3, 10), shop)["kept"] == 1
    assert cast.case_of(shop).state == "running"


@pytest.mark.parametrize(
    ("by", "fen"), [(date(2026, 3, 3), 100), (date(2026, 3, 20), 100), (date(2026, 3, 5), 0), (None, 0)]
)
def test_a_promise_without_a_sensible_day_or_amount_is_refused(shop, by, fen):
    cast.run(date(2026, 3, 3), shop)
    with pytest.raises(operations.ActionCannotBeRecorded):
        operations.contact(
            case=cast.case_of(shop), channel="phone", outcome="promised", key="x",
            promise=operations.Promise(fen, by) if by else None, actor=None, at=cast.moment(date(2026, 3, 4)),
        )  # fmt: skip


def test_a_repeated_form_has_one_effect(shop):
    cast.run(date(2026, 3, 3), shop)
    first = promised(shop, date(2026, 3, 4), date(2026, 3, 10), 120_000)
    assert promised(shop, date(2026, 3, 4), date(2026, 3, 10), 120_000) == first
    assert PaymentPromise.objects.count() == 1


def test_a_call_is_recorded_once(shop):
    for on in (date(2026, 3, 3), date(2026, 3, 6)):
        cast.run(on, shop)
    call = DunningAction.objects.get(channel="phone")
    zheng = cast.people()["zhengjie"]
    operations.record(action=call, outcome="refused", actor=zheng, at=cast.moment(date(2026, 3, 6), 11))
    with pytest.raises(operations.ActionCannotBeRecorded):
        operations.record(action=call, outcome="delivered", actor=zheng, at=cast.moment(date(2026, 3, 6), 12))
    assert [demand.channel for demand in queries.demanded(shop.pk, on=date(2026, 3, 6))] == ["phone"]


def test_a_step_nobody_did_is_overtaken_by_the_next(shop):
    for on in (date(2026, 3, 3), date(2026, 3, 6), date(2026, 3, 11)):
        cast.run(on, shop)
    call = DunningAction.objects.get(channel="phone")
    assert (call.state, call.outcome) == ("dropped", "overtaken")


def test_letters_are_marked_when_printed_and_confirmed_later(shop):
    for on in (date(2026, 3, 3), date(2026, 3, 6), date(2026, 3, 11)):
        cast.run(on, shop)
    letter = DunningAction.objects.get(channel="letter")
    zheng = cast.people()["zhengjie"]
    at = cast.moment(date(2026, 3, 11), 15)
    assert operations.print_letters(actions=[letter], actor=zheng, at=at) == [letter]
    assert operations.print_letters(actions=[letter], actor=zheng, at=at) == []
    operations.record(action=letter, outcome="delivered", actor=zheng, at=cast.moment(date(2026, 3, 12)))
    assert ("letter", True) in [
        (d.channel, d.delivered) for d in queries.demanded(shop.pk, on=date(2026, 3, 12))
    ]


def test_a_protected_customer_has_a_plan_of_its_own(shop):
    home = supply.wang_xiuying().account
    owing(home, 9_000, due=DUE)
    cast.run(date(2026, 3, 9), home)
    case = cast.case_of(home)
    assert case.plan.code == "protected"
    assert queries.protected([home.pk, shop.pk], on=DUE) == {home.pk: ["elderly"]}
    for on in days(date(2026, 3, 10), date(2026, 4, 30)):
        cast.run(on, home)
    assert [channel for _n, channel, _d in steps(home)] == ["sms", "visit"]


def test_protection_by_decision_moves_the_case_to_the_gentle_plan_and_back(shop):
    cast.run(date(2026, 3, 3), shop)
    first = cast.case_of(shop)
    people = cast.people()
    asked = operations.ask_protection(
        account=shop, reason="hardship", note="社区证明", valid_from=date(2026, 3, 4), valid_to=date(2026, 3, 20),
        actor=people["zhengjie"], at=cast.moment(date(2026, 3, 4)),
    )  # fmt: skip
    with pytest.raises(operations.ProtectionCannotBeDecided):
        operations.decide_protection(
            protection=asked, approve=True, actor=people["zhengjie"], at=cast.moment(date(2026, 3, 4))
        )
    operations.decide_protection(
        protection=asked, approve=True, actor=people["heyong"], at=cast.moment(date(2026, 3, 4))
    )
    cast.run(date(2026, 3, 5), shop)
    first.refresh_from_db()
    assert (first.state, first.reason) == ("closed", "protected")
    assert cast.case_of(shop).plan.code == "protected"
    assert DunningMessage.objects.get(action__case=first).state == "dropped"
    cast.run(date(2026, 3, 23), shop)
    assert cast.case_of(shop).plan.code == "business"


def test_the_run_of_a_day_works_chunk_by_chunk(shop):
    home = supply.li_jianguo().account
    owing(home, 5_000, due=DUE)
    at = cast.moment(date(2026, 3, 3), 8)
    long_run = operations.start_daily_run(on=date(2026, 3, 3), at=at)
    assert operations.start_daily_run(on=date(2026, 3, 3), at=at) == long_run
    jobs.drive(run=long_run, clock=lambda: at)
    assert DunningCase.objects.filter(state="running").count() == 2
    again = operations.start_daily_run(on=date(2026, 3, 3), at=at)
    jobs.drive(run=again, clock=lambda: at)
    assert DunningMessage.objects.count() == 2


def test_a_newer_debt_is_asked_for_from_its_first_step(shop):
    owing(shop, 80_000, due=date(2026, 3, 12), residential=False)
    for on in (date(2026, 3, 3), date(2026, 3, 6)):
        cast.run(on, shop)
    pay(shop, 122_640, on=date(2026, 3, 13))
    cast.run(date(2026, 3, 13), shop)
    case = cast.case_of(shop)
    assert case.due_date == date(2026, 3, 12)
    assert steps(shop)[-1] == (1, "sms", date(2026, 3, 13))
