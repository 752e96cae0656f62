"""Judgement about matters of customers: limits, compensation, taboos, answers."""

from denghuo.care.cases.rules import (
    answers,
    arrival,
    catalogue,
    damage,
    dispute,
    parameters,
    processes,
    watch,
)

__all__ = ["answers", "arrival", "catalogue", "damage", "dispute", "parameters", "processes", "watch"]
