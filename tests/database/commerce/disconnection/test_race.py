"""A payment and a stop at the same moment, from two connections: nobody is cut off after the debt is settled."""

from __future__ import annotations

from datetime import date

import pytest

from denghuo.commerce.disconnection import operations, queries
from denghuo.commerce.disconnection.models import DisconnectionOrder
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.outbox import operations as outbox
from tests.cast import disconnection as cast
from tests.cast import supply
from tests.cast.disconnection import STOPPED
from tests.cast.failures import at_once
from tests.cast.money import noon

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


def test_a_payment_and_a_stop_at_once(threaded_database):
    people = cast.people()
    for round_number in range(ROUNDS):
        point = cast.debtor(
            supply.household(f"张{round_number}", f"灯火镇梧桐巷{round_number}号", phone="13800138009")
        )
        order = cast.warned(point)
        account, fen = point.account, receivables.owed(point.account_id, on=date(2026, 9, 8)).total_fen

        def pay(account=account, fen=fen, number=round_number) -> None:
            payments.receive(
                account=account, amount_fen=fen, channel="transfer", external_id=f"R{number}", at=STOPPED
            )

        def stop(order=order) -> None:
            operations.execute(order=order, at=STOPPED, actor=people["nongjun"])

        paid, stopped = at_once(pay, stop)
        assert paid is None
        assert stopped is None or isinstance(stopped, operations.StepRefused)
        order = DisconnectionOrder.objects.get(pk=order.pk)
        assert order.state == ("executed" if stopped is None else "warned")
        outbox.deliver(at=noon(date(2026, 9, 8)))
        order.refresh_from_db()
        assert order.state == ("restoring" if stopped is None else "cancelled")
        assert list(queries.inconsistencies()) == []
        assert list(receivables.inconsistencies()) == []
