"""Readings as columns: how far registers moved, and which readings look wrong."""

from denghuo.engine.readings.advances import ABSENT, Advances, advances, energy
from denghuo.engine.readings.history import History, typical_daily
from denghuo.engine.readings.validation import Findings, ReadingColumns, Tolerances, judge

__all__ = [
    "ABSENT",
    "Advances",
    "Findings",
    "History",
    "ReadingColumns",
    "Tolerances",
    "advances",
    "energy",
    "judge",
    "typical_daily",
]
