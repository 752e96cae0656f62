"""The pauses between tries grow and end."""

from __future__ import annotations

from datetime import timedelta

from denghuo.foundation.outbox import rules


def test_pauses_double_from_five_seconds_to_an_hour():
    assert [rules.pause(n).total_seconds() for n in (1, 2, 3, 4)] == [5, 10, 20, 40]
    assert rules.pause(rules.ATTEMPTS) == rules.pause(1000) == timedelta(hours=1)
