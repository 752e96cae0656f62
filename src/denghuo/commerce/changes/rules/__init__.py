"""Judgement about changes of an existing supply; no Django."""

from denghuo.commerce.changes.rules import effects, kinds, parameters
from denghuo.commerce.changes.rules.judging import (
    Refusal,
    Running,
    Standing,
    Unit,
    Wish,
    judge,
    offered,
)
from denghuo.commerce.changes.rules.parameters import Figures
from denghuo.commerce.changes.rules.spells import (
    Spell,
    days_in_year,
    frees_basic_charge,
    latest_end,
    months_later,
)

__all__ = [
    "Figures",
    "Refusal",
    "Running",
    "Spell",
    "Standing",
    "Unit",
    "Wish",
    "days_in_year",
    "effects",
    "frees_basic_charge",
    "judge",
    "kinds",
    "latest_end",
    "months_later",
    "offered",
    "parameters",
]
