"""Money in the town: what the crowd pays by the bank's collecting counters, when, and who pays late or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np

from denghuo.commerce.payments import operations as payments
from denghuo.commerce.receivables.models import Receivable
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import Cycle

LATE, NEVER = 0.02, 0.006
"""Shares of the crowd that pay after the due date, and not at all."""


def habits(random: np.random.Generator, accounts: list[int]) -> dict[int, str]:
    """How each account pays: punctual, late or never; people keep their habits."""
    drawn = random.random(len(accounts))
    return {
        account: "never" if share < NEVER else "late" if share < NEVER + LATE else "punctual"
        for account, share in zip(accounts, drawn.tolist(), strict=True)
    }


def collect(
    *, cycle: Cycle, habit: Mapping[int, str], people: Mapping[str, Staff], kept: frozenset[int] = frozenset()
) -> int:
    """The lock-box files of the bank for one cycle: the punctual by the tenth day, the late of the cycle before.

    ``kept`` are the accounts of the cast, whose stories are told elsewhere. Returns how many payments were booked.
    """
    first = cycle.period.end
    punctual = datetime(first.year, first.month, 12, 8, tzinfo=UTC)
    booked = 0
    for due_cycle, wanted, at in (
        (str(cycle), "punctual", punctual),
        (str(cycle.shifted(-1)), "late", punctual + timedelta(days=9)),
    ):
        owing = Receivable.objects.filter(
            kind="energy", cycle=due_cycle, open_fen__gt=0, cancelled_at__isnull=True, disputed=False
        )
        rows = [
            payments.Row(account, fen, f"LB{due_cycle.replace('-', '')}{account:08d}", note="银行代收")
            for account, fen in owing.order_by("account").values_list("account_id", "open_fen")
            if habit.get(account) == wanted and account not in kept
        ]
        for start in range(0, len(rows), 5_000):
            payments.receive_file(
                rows=rows[start : start + 5_000], channel="lockbox", at=at, unit_id="45", actor=people["yejing"]
            )
        booked += len(rows)
    return booked
