"""Pure judgement of the counter: who is called next and why, how long an item may take, what a plate says."""

from denghuo.care.desk.rules.clocks import ClockState, clock_state
from denghuo.care.desk.rules.plates import BadPlate, plate_text, read_plate
from denghuo.care.desk.rules.queue import (
    APPOINTMENT,
    GREEN,
    ORDINARY,
    Claim,
    Waiting,
    in_order,
    priority,
)

__all__ = [
    "APPOINTMENT",
    "GREEN",
    "ORDINARY",
    "BadPlate",
    "Claim",
    "ClockState",
    "Waiting",
    "clock_state",
    "in_order",
    "plate_text",
    "priority",
    "read_plate",
]
