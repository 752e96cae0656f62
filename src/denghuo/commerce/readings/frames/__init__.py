"""Readings as tables for the engine."""

from denghuo.commerce.readings.frames.advances import Case, advances
from denghuo.commerce.readings.frames.points import points
from denghuo.commerce.readings.frames.situations import ReadingBatch

__all__ = ["Case", "ReadingBatch", "advances", "points"]
