"""Terms by date: changes close one row and open the next, reach back, are corrected, and never leave a gap."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from denghuo.foundation.audit import queries as audit
from denghuo.foundation.outbox.models import Message
from denghuo.kernel.identifiers import NumberKind, classify
from denghuo.records.supply import operations, queries, rules
from denghuo.records.supply.models import SupplyPoint, SupplyTerms
from tests.cast import customers, grid, supply

pytestmark = pytest.mark.django_db

AUGUST = date(2025, 8, 1)
MARCH, JUNE, JULY = date(2026, 3, 1), date(2026, 6, 1), date(2026, 7, 1)


def story(point: SupplyPoint, field: str) -> list[tuple[str, str | None, object]]:
    return [
        (row.valid_from.isoformat(), row.valid_to and row.valid_to.isoformat(), getattr(row, field))
        for row in point.terms.order_by("valid_from")
    ]


def change(point, from_date, now, **changes):
    return operations.change_terms(
        supply_point=point, from_date=from_date, at=now, reason="变更用电", **changes
    )


def test_a_supply_point_opens_with_number_terms_audit_and_event():
    point = supply.household()
    assert classify(point.number) is NumberKind.SUPPLY_POINT and point.number.startswith("4501")
    assert story(point, "tariff") == [("2025-08-01", None, "residential")]
    assert audit.history(point)[0].action == "supply.supply_point.opened"
    assert Message.objects.filter(name="supply.supply_point_opened").exists()
    assert queries.found_by_address("梧桐巷12", scope="45", limit=8) == [point]


def test_a_change_closes_one_row_and_opens_the_next(now):
    point = supply.household()
    row = change(point, MARCH, now, tariff="residential_tou")
    assert row.reason == "变更用电"
    assert story(point, "tariff") == [
        ("2025-08-01", "2026-03-01", "residential"),
        ("2026-03-01", None, "residential_tou"),
    ]
    entry = audit.history(point)[0]
    assert json.loads(entry.changes) == {
        "tariff": ["residential", "residential_tou"],
        "valid_from": [None, "2026-03-01"],
        "valid_to": [None, None],
    }


def test_a_change_that_reaches_back_stops_where_the_same_field_changed_later(now):
    point = supply.household()
    change(point, JUNE, now, capacity_kva=Decimal(16))
    change(point, MARCH, now, capacity_kva=Decimal(12))
    assert story(point, "capacity_kva") == [
        ("2025-08-01", "2026-03-01", Decimal(8)),
        ("2026-03-01", "2026-06-01", Decimal(12)),
        ("2026-06-01", None, Decimal(16)),
    ]


def test_a_change_that_reaches_back_goes_through_changes_of_other_fields(now):
    point = supply.household()
    change(point, JUNE, now, capacity_kva=Decimal(16))
    change(point, MARCH, now, tariff="residential_tou")
    assert story(point, "tariff") == [
        ("2025-08-01", "2026-03-01", "residential"),
        ("2026-03-01", "2026-06-01", "residential_tou"),
        ("2026-06-01", None, "residential_tou"),
    ]
    assert story(point, "capacity_kva")[-1][2] == Decimal(16)


def test_a_correction_holds_for_its_period_only(now):
    point = supply.shop()
    change(point, JUNE, now, capacity_kva=Decimal(50))
    operations.correct_terms(
        supply_point=point,
        from_date=MARCH,
        until_date=JULY,
        capacity_kva=Decimal(40),
        at=now,
        reason="现场核对容量",
    )
    assert story(point, "capacity_kva") == [
        ("2025-08-01", "2026-03-01", Decimal(30)),
        ("2026-03-01", "2026-06-01", Decimal(40)),
        ("2026-06-01", "2026-07-01", Decimal(40)),
        ("2026-07-01", None, Decimal(50)),
    ]


def test_a_correction_from_the_first_day_rewrites_the_first_row(now):
    point = supply.shop()
    operations.correct_terms(
        supply_point=point, from_date=AUGUST, until_date=None, tariff="x", at=now, reason="录入错误"
    )
    assert story(point, "tariff") == [("2025-08-01", None, "x")]


def test_a_household_moves_to_the_right_transformer(now):
    point = supply.household("周明", "灯火镇东街3号")
    right = grid.area("A010102", "东街台区")
    change(point, MARCH, now, area=right)
    assert queries.terms_on(point, MARCH).area == right
    assert list(queries.behind_area(right.pk, MARCH)) == [point]
    assert not queries.behind_area(right.pk, date(2026, 2, 28))


@pytest.mark.parametrize("day", [date(2025, 7, 31), date(2000, 1, 1)])
def test_nothing_changes_before_the_supply_began(day, now):
    point = supply.household()
    with pytest.raises(operations.TermsRefused):
        change(point, day, now, tariff="x")


def test_nothing_changes_after_the_supply_ended(now):
    point = supply.household()
    operations.close(supply_point=point, on=JULY, at=now, reason="销户")
    with pytest.raises(operations.TermsRefused):
        change(point, JULY, now, tariff="x")
    change(point, JUNE, now, tariff="x")
    assert story(point, "tariff")[-1] == ("2026-06-01", "2026-07-01", "x")


def test_a_change_that_says_what_holds_already_is_refused(now):
    point = supply.household()
    with pytest.raises(operations.TermsRefused):
        change(point, MARCH, now, tariff="residential")
    with pytest.raises(TypeError):
        change(point, MARCH, now, number="1")


def test_an_empty_correction_or_one_without_a_reason_is_refused(now):
    point = supply.household()
    for until, reason in ((MARCH, "x"), (JULY, "  ")):
        with pytest.raises(operations.TermsRefused):
            operations.correct_terms(
                supply_point=point, from_date=MARCH, until_date=until, tariff="x", at=now, reason=reason
            )


@pytest.mark.parametrize(
    "changes",
    [
        {"voltage": "5kv"},
        {"capacity_kva": Decimal("-1")},
        {"capacity_kva": Decimal("1.005")},
        {"billing_mode": "contract_demand"},
        {"pf_standard": 95},
        {"tariff": "x\x00"},
        {"reason": "长" * 300},
    ],
)
def test_a_value_that_does_not_hold_changes_nothing(changes, now):
    point = supply.household()
    before = story(point, "id")
    with pytest.raises(operations.SupplyInvalid):
        operations.change_terms(supply_point=point, from_date=MARCH, at=now, **{"tariff": "y", **changes})
    assert story(point, "id") == before


def test_two_editors_do_not_overwrite_each_other(now):
    point = supply.household()
    change(point, MARCH, now, tariff="a", version=1)
    with pytest.raises(operations.SupplyPointChangedMeanwhile):
        change(point, MARCH, now, tariff="b", version=1)


def test_history_taken_over_must_join_up():
    customer = customers.person()
    account = customers.account(customer)
    base = {
        "area": grid.area(),
        "tariff_class": "residential",
        "use_nature": "household",
        "voltage": "lt1kv",
        "capacity_kva": Decimal(8),
        "price_book": "cn-gx",
        "tariff": "residential",
    }
    take_over = {
        "customer": customer,
        "account": account,
        "address": "灯火镇梧桐巷1号",
        "energised_date": AUGUST,
        "at": customers.AT,
    }
    for second in (date(2026, 2, 1), date(2026, 4, 1)):
        rows = [{**base, "valid_from": AUGUST, "valid_to": MARCH}, {**base, "valid_from": second}]
        with pytest.raises(operations.TermsRefused):
            operations.open_supply_point(terms=rows, **take_over)
    with pytest.raises(operations.TermsRefused):
        operations.open_supply_point(terms=[{**base, "valid_from": MARCH}], **take_over)
    rows = [{**base, "valid_from": AUGUST, "valid_to": MARCH}, {**base, "valid_from": MARCH, "tariff": "b"}]
    point = operations.open_supply_point(terms=rows, **take_over)
    assert [tariff for _, _, tariff in story(point, "tariff")] == ["residential", "b"]


def test_sealing_exempts_from_the_basic_charge_and_unsealing_ends_it(now):
    point = supply.textile_mill()
    sealed = operations.seal(supply_point=point, from_date=MARCH, at=now, reason="停产")
    assert sealed.state == "suspended"
    operations.unseal(supply_point=sealed, from_date=JUNE, at=now, reason="复产")
    assert story(point, "demand_exempt") == [
        ("2025-08-01", "2026-03-01", False),
        ("2026-03-01", "2026-06-01", True),
        ("2026-06-01", None, False),
    ]
    with pytest.raises(operations.SupplyPointCannotBecome):
        operations.unseal(supply_point=SupplyPoint.objects.get(), from_date=JULY, at=now, reason="")


def test_a_closed_supply_point_stays_closed(now):
    point = supply.household()
    operations.close(supply_point=point, on=JULY, at=now, reason="销户")
    assert queries.terms_on(point, date(2026, 6, 30)) is not None
    assert queries.terms_on(point, JULY) is None
    for verb in (operations.close, operations.seal):
        day = {"on": JULY} if verb is operations.close else {"from_date": JUNE}
        with pytest.raises(operations.SupplyPointCannotBecome):
            verb(supply_point=point, at=now, reason="x", **day)


def test_loss_terms_follow_each_other_and_need_their_figures(now):
    point = supply.factory(
        loss={"method": "coefficient", "iron_loss_kw": Decimal("1.2"), "copper_ratio": Decimal("0.01")}
    )
    with pytest.raises(operations.SupplyInvalid):
        operations.set_loss_terms(supply_point=point, from_date=MARCH, method="physical", at=now)
    operations.set_loss_terms(
        supply_point=point, from_date=MARCH, method="percent", line_loss_ratio=Decimal("0.02"), at=now
    )
    rows = list(point.loss_terms.order_by("valid_from"))
    assert [(row.method, row.valid_from, row.valid_to) for row in rows] == [
        ("coefficient", AUGUST, MARCH),
        ("percent", MARCH, None),
    ]
    with pytest.raises(operations.TermsRefused):
        operations.set_loss_terms(supply_point=point, from_date=AUGUST, method="none", at=now)


def test_a_new_contract_ends_the_one_before(now):
    point = supply.textile_mill()
    sign = {"supply_point": point, "signed_date": AUGUST, "at": now}
    first = operations.sign_contract(contract_number="HT-1", valid_from=AUGUST, **sign)
    operations.sign_contract(contract_number="HT-2", valid_from=MARCH, **sign)
    first.refresh_from_db()
    assert first.valid_to == MARCH
    for number, day in (("HT-2", JULY), ("HT-3", AUGUST)):
        with pytest.raises(operations.SupplyInvalid):
            operations.sign_contract(contract_number=number, valid_from=day, **sign)


def test_another_account_takes_over_with_its_customer(now):
    point = supply.household()
    buyer = customers.account(customers.person("孙丽"))
    changed = operations.change_payer(supply_point=point, account=buyer, at=now, reason="过户")
    assert changed.customer.name == "孙丽"
    with pytest.raises(operations.SupplyInvalid):
        operations.change_payer(supply_point=point, account=buyer, at=now, reason="过户")


def test_an_amended_address_is_found_and_the_old_one_is_not(now):
    point = supply.household()
    operations.amend_address(supply_point=point, address="灯火镇榕树路7号", at=now)
    assert queries.found_by_address("榕树路", scope="4501", limit=8)
    assert not queries.found_by_address("梧桐巷", scope="4501", limit=8)
    assert "榕树" not in audit.history(point)[0].changes


def test_history_says_what_differs_from_the_row_before(now):
    point = supply.household()
    change(point, MARCH, now, tariff="residential_tou", household_persons=5)
    newest, first = queries.history(point)
    assert newest[1] == {"tariff": ("residential", "residential_tou"), "household_persons": (None, 5)}
    assert first[1] == {}


DAYS = st.integers(0, 400).map(lambda n: date.fromordinal(AUGUST.toordinal() + n))
STEPS = st.lists(
    st.tuples(st.sampled_from(["change", "correct"]), DAYS, DAYS, st.sampled_from(["a", "b", "c"])),
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_row_of_changes_leaves_terms_joined_up_and_equal_to_a_day_by_day_record(steps, now):
    SupplyTerms.objects.all().delete()
    SupplyPoint.objects.all().delete()
    point = supply.household(terms={"tariff": "a"})
    record = {date.fromordinal(AUGUST.toordinal() + n): "a" for n in range(402)}
    days = sorted(record)
    for verb, day, other, tariff in steps:
        end = next((later for later in days if later > day and record[later] != record[day]), None)
        until = end if verb == "change" else max(day, other)
        try:
            if verb == "change":
                change(point, day, now, tariff=tariff)
            else:
                operations.correct_terms(
                    supply_point=point, from_date=day, until_date=until, tariff=tariff, at=now, reason="更正"
                )
        except operations.TermsRefused:
            continue
        record.update({later: tariff for later in days if day <= later and (until is None or later < until)})
    rows = list(point.terms.order_by("valid_from"))
    assert rules.gaps_and_overlaps(rows) == []
    assert rows[0].valid_from == AUGUST and rows[-1].valid_to is None
    for day in days:
        (row,) = [r for r in rows if r.valid_from <= day and (r.valid_to is None or day < r.valid_to)]
        assert row.tariff == record[day], day
