"""Accounts on their way to a disconnection: overdue, demanded, proposed, approved, noticed, stopped – by the real operations."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

from denghuo.commerce.collection.models import (
    ActionState,
    ContactChannel,
    DunningAction,
    DunningCase,
    Outcome,
)
from denghuo.commerce.disconnection import operations
from denghuo.commerce.disconnection.models import DisconnectionOrder
from denghuo.records.supply.models import SupplyPoint
from tests.cast import billing, supply
from tests.cast.money import noon, owing

_keys = count(1)
DUE = date(2026, 7, 17)
DEMANDED = date(2026, 8, 1)
PROPOSED = datetime(2026, 8, 27, 1, tzinfo=UTC)
APPROVED = datetime(2026, 8, 28, 1, tzinfo=UTC)
NOTICED = datetime(2026, 8, 31, 2, tzinfo=UTC)
SECOND = datetime(2026, 9, 8, 2, tzinfo=UTC)
"""Tuesday 8 September, 10:00 in Beijing: the seven days are over."""
STOPPED = SECOND + timedelta(minutes=30)
WINDOW = (date(2026, 9, 1), date(2026, 9, 30))
PAPER = {"method": "in_person", "recipient": "本人", "evidence": "签收单0031"}


def people():
    return billing.people()


def demand(point: SupplyPoint, on: date = DEMANDED, outcome: str = Outcome.DELIVERED) -> DunningAction:
    """A visit at which payment was demanded."""
    case, _made = DunningCase.objects.get_or_create(
        account=point.account,
        closed_at__isnull=True,
        defaults={
            "unit_id": point.account.unit_id,
            "due_date": DUE,
            "overdue_fen": 1,
            "opened_date": on,
            "opened_at": noon(on),
        },
    )
    return DunningAction.objects.create(
        case=case,
        channel=ContactChannel.VISIT,
        key=f"test:{next(_keys)}",
        due_date=on,
        debt_date=DUE,
        created_at=noon(on),
        state=ActionState.DONE,
        outcome=outcome,
        done_at=noon(on),
        done_by=people()["zhengjie"],
        owed_fen=1,
    )


def debtor(
    point: SupplyPoint | None = None, amount_fen: int = 32_105, *, due: date = DUE, **how
) -> SupplyPoint:
    """李建国, 321.05 yuan due on 17 July, demanded on 1 August."""
    people()
    point = point or supply.li_jianguo()
    owing(point.account, amount_fen, due=due, **how)
    demand(point)
    return point


def proposed(point: SupplyPoint, **how) -> DisconnectionOrder:
    how = {
        "explanation": "连续两个月欠费，多次催交未果",
        "at": PROPOSED,
        "actor": people()["zhengjie"],
        **how,
    }
    return operations.propose(account=point.account, **how)


def approved(point: SupplyPoint, **how) -> DisconnectionOrder:
    order = proposed(point)
    actor = people()["heyong" if order.level == "station" else "luoqiang"]
    how = {
        "window_from": WINDOW[0],
        "window_to": WINDOW[1],
        "reason": "情况属实",
        "actor": actor,
        "at": APPROVED,
        **how,
    }
    return operations.approve(order=order, **how)


def noticed(point: SupplyPoint, **how) -> DisconnectionOrder:
    order = approved(point)
    how = {
        **PAPER,
        "delivered_at": NOTICED,
        "at": NOTICED + timedelta(minutes=10),
        "actor": people()["nongjun"],
        **how,
    }
    operations.deliver_notice(order=order, **how)
    order.refresh_from_db()
    return order


def warned(point: SupplyPoint, at: datetime = SECOND) -> DisconnectionOrder:
    order = noticed(point)
    operations.give_second_notice(order=order, **PAPER, at=at, actor=people()["nongjun"])
    order.refresh_from_db()
    return order


def stopped(point: SupplyPoint, at: datetime = STOPPED) -> DisconnectionOrder:
    order = warned(point)
    return operations.execute(
        order=order, at=at, actor=people()["nongjun"], reading_note="总 1803.20", photo="IMG_0001.jpg"
    )
