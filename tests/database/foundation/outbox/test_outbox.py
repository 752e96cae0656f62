"""Events are heard at least once, in order, whatever fails on the way."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.numbering.models import Sequence
from denghuo.foundation.outbox import operations, queries, rules
from denghuo.foundation.outbox.models import Delivery, Message


@dataclass(frozen=True)
class LampLit:
    name: ClassVar[str] = "tests.lamp_lit"
    lamp_id: int
    lit_at: datetime
    on: date
    watts: Decimal
    streets: tuple[str, ...]


def lamp(number: int, at: datetime) -> LampLit:
    return LampLit(number, at, at.date(), Decimal("0.10"), ("梧桐巷", "灯火路"))


@pytest.fixture
def wiring():
    kept = dict(operations._subscriptions)
    yield operations.subscribe
    operations._subscriptions.clear()
    operations._subscriptions.update(kept)


class Listener:
    """A handler that remembers what it heard and fails as often as it is told."""

    def __init__(self, name: str) -> None:
        self.__qualname__ = name
        self.failures: dict[int, int] = defaultdict(int)
        self.heard: list[LampLit] = []

    def __call__(self, event: LampLit, *, at: datetime) -> None:
        numbering.allocate(f"{self.__qualname__}-{event.lamp_id}", 1)
        if self.failures[event.lamp_id]:
            self.failures[event.lamp_id] -= 1
            raise RuntimeError(f"lamp {event.lamp_id}")
        self.heard.append(event)


@pytest.mark.django_db
def test_an_event_arrives_as_it_was_sent(wiring, now):
    listener = Listener("street")
    wiring({LampLit: [listener]})
    operations.publish(lamp(7, now))
    assert operations.deliver(at=now) == operations.Tally(done=1)
    assert listener.heard == [lamp(7, now)]
    assert Message.objects.get().delivered_at == now
    assert operations.deliver(at=now) == operations.Tally()


@pytest.mark.django_db
def test_a_change_rolled_back_is_never_heard_of(wiring, now):
    wiring({LampLit: [Listener("street")]})
    with pytest.raises(RuntimeError), transaction.atomic():
        operations.publish(lamp(7, now))
        raise RuntimeError
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused(now):
    with pytest.raises(operations.EventOutsideTransaction):
        operations.publish(lamp(7, now))


@pytest.mark.django_db
def test_an_event_nobody_hears_is_done_at_once(wiring, now):
    wiring({})
    operations.publish(lamp(7, now))
    assert Message.objects.get().delivered_at == now


@pytest.mark.django_db
def test_a_failing_handler_leaves_no_trace_and_does_not_hold_up_the_other(wiring, now):
    bad, good = Listener("bad"), Listener("good")
    bad.failures[1] = 1
    wiring({LampLit: [bad, good]})
    for number in (1, 2):
        operations.publish(lamp(number, now))
    assert operations.deliver(at=now) == operations.Tally(done=2, failed=1)
    assert [event.lamp_id for event in good.heard] == [1, 2]
    assert not Sequence.objects.filter(name="bad-1").exists()
    assert operations.deliver(at=now) == operations.Tally()
    assert operations.deliver(at=now + rules.pause(1)) == operations.Tally(done=2)
    assert [event.lamp_id for event in bad.heard] == [1, 2]


@pytest.mark.django_db
def test_a_delivery_that_never_succeeds_dies_is_listed_and_can_be_revived(wiring, now):
    bad = Listener("bad")
    bad.failures[1] = rules.ATTEMPTS
    wiring({LampLit: [bad]})
    operations.publish(lamp(1, now))
    operations.publish(lamp(2, now))
    at = now
    for _ in range(rules.ATTEMPTS):
        operations.deliver(at=at)
        at += timedelta(hours=1)
    dead = queries.dead().get()
    assert (dead.attempts, dead.error) == (rules.ATTEMPTS, "RuntimeError: lamp 1")
    assert [event.lamp_id for event in bad.heard] == [2]
    operations.revive(delivery=dead, at=at)
    assert operations.deliver(at=at).done == 1
    assert not queries.dead().exists()


@pytest.mark.django_db
def test_a_handler_that_was_taken_away_is_a_failure_not_a_silence(wiring, now):
    wiring({LampLit: [Listener("gone")]})
    operations.publish(lamp(1, now))
    wiring({})
    assert operations.deliver(at=now).failed == 1
    assert "no longer listens" in Delivery.objects.get().error


class EveryHandlerHearsEverythingInOrder(TestCase):
    @hypothesis_settings(max_examples=25, deadline=None)
    @given(
        failures=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=6),
        limit=st.integers(1, 4),
    )
    def test_whatever_fails_less_often_than_the_tries(self, failures, limit):
        first, second = Listener("first"), Listener("second")
        kept = dict(operations._subscriptions)
        operations.subscribe({LampLit: [first, second]})
        try:
            at = datetime.fromisoformat("2026-09-07T04:00:00+00:00")
            for number, (of_first, of_second) in enumerate(failures):
                first.failures[number], second.failures[number] = of_first, of_second
                operations.publish(lamp(number, at))
            for _ in range(200):
                operations.deliver(at=at, limit=limit)
                at += timedelta(hours=1)
                if not queries.waiting().exists():
                    break
        finally:
            operations._subscriptions.clear()
            operations._subscriptions.update(kept)
        expected = list(range(len(failures)))
        assert [event.lamp_id for event in first.heard] == expected
        assert [event.lamp_id for event in second.heard] == expected
        assert set(Sequence.objects.values_list("last", flat=True)) == {1}
