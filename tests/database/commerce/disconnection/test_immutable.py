"""The chain is kept by the database itself: no raw statement jumps over a notice, and nothing that happened changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from denghuo.commerce.disconnection import operations
from denghuo.commerce.disconnection.models import DisconnectionOrder, Notice, RefusedStep
from tests.cast import disconnection as cast
from tests.cast import supply
from tests.cast.disconnection import STOPPED

pytestmark = pytest.mark.django_db
ORDER = "disconnection_disconnectionorder"


def impossible(sql: str, *parameters) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def adapted(moment):
    """An instant as the database takes it in a raw statement."""
    return connection.ops.adapt_datetimefield_value(moment)


def stop_by_hand(order, **more) -> None:
    """What somebody with a database console would try."""
    values = {"state": "executed", "executed_at": adapted(STOPPED), **more}
    columns = ", ".join(f"{name} = %s" for name in values)
    impossible(f"UPDATE {ORDER} SET {columns} WHERE id = %s", *values.values(), order.pk)


def test_raw_statements_cannot_jump_the_chain():
    order = cast.proposed(cast.debtor())
    stop_by_hand(order)
    stop_by_hand(
        order,
        decided_by_id=cast.people()["heyong"].pk,
        decided_at=adapted(cast.APPROVED),
        notice_at=adapted(cast.NOTICED),
        second_notice_at=adapted(cast.SECOND),
    )
    for state in ("executed", "warned", "cutting", "restored"):
        impossible(f"UPDATE {ORDER} SET state = %s WHERE id = %s", state, order.pk)
    impossible(f"UPDATE {ORDER} SET reason = 'safety' WHERE id = %s", order.pk)
    impossible(f"DELETE FROM {ORDER} WHERE id = %s", order.pk)


def test_a_stop_needs_its_notices_in_the_table_of_notices():
    order = cast.approved(cast.debtor())
    impossible(
        f"UPDATE {ORDER} SET state = 'noticed', executed_at = %s, notice_at = %s, second_notice_at = %s WHERE id = %s",
        adapted(STOPPED),
        adapted(cast.NOTICED),
        adapted(cast.SECOND),
        order.pk,
    )
    order = cast.warned(cast.debtor(supply.noodle_shop(), residential=False))
    stop_by_hand(order, executed_at=adapted(cast.SECOND + timedelta(minutes=29)))
    stop_by_hand(order, executed_at=adapted(cast.NOTICED + timedelta(days=2)))
    with transaction.atomic():
        DisconnectionOrder.objects.filter(pk=order.pk).update(state="executed", executed_at=STOPPED)


def test_an_important_customer_is_not_stopped_without_the_copy():
    point = cast.debtor(supply.hospital(), 1_000_000, residential=False)
    order = cast.noticed(point)
    with transaction.atomic():
        Notice.objects.create(
            order=order, kind="second", delivered_at=cast.SECOND, recorded_at=cast.SECOND, **cast.PAPER
        )
        DisconnectionOrder.objects.filter(pk=order.pk).update(state="warned", second_notice_at=cast.SECOND)
    stop_by_hand(order)


def test_orders_begin_as_proposals_and_notices_follow_a_decision():
    order = cast.proposed(cast.debtor())
    with pytest.raises(DatabaseError), transaction.atomic():
        Notice.objects.create(
            order=order, kind="first", delivered_at=cast.NOTICED, recorded_at=cast.NOTICED, **cast.PAPER
        )
    point = cast.debtor(supply.noodle_shop(), residential=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        DisconnectionOrder.objects.create(
            number="TD1", account=point.account, unit_id="4501", reason="arrears", explanation="x",
            state="executed", requested_at=STOPPED, executed_at=STOPPED,
        )  # fmt: skip


def test_what_happened_stays():
    order = cast.stopped(cast.debtor())
    impossible(f"UPDATE {ORDER} SET executed_at = NULL, state = 'warned' WHERE id = %s", order.pk)
    impossible(f"UPDATE {ORDER} SET notice_at = %s WHERE id = %s", adapted(cast.APPROVED), order.pk)
    impossible(f"UPDATE {ORDER} SET decided_at = %s WHERE id = %s", adapted(cast.PROPOSED), order.pk)
    impossible("UPDATE disconnection_notice SET evidence = 'x' WHERE order_id = %s", order.pk)
    impossible("DELETE FROM disconnection_notice WHERE order_id = %s", order.pk)
    with pytest.raises(operations.StepRefused):
        cast.proposed(order.points.get().supply_point)
    row = RefusedStep.objects.latest("id")
    impossible("UPDATE disconnection_refusedstep SET refusals = '[]' WHERE id = %s", row.pk)
    impossible("DELETE FROM disconnection_refusedstep WHERE id = %s", row.pk)
