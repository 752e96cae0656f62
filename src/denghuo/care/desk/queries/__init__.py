"""Reading the counter: the queue as it will be called, the day in figures, what plates to print."""

from denghuo.care.desk.queries.days import Day, Row, day_figures
from denghuo.care.desk.queries.plates import Label, of_area, of_point, of_route
from denghuo.care.desk.queries.queue import (
    claim_of,
    current,
    display,
    inconsistencies,
    kiosk_tickets,
    limit_minutes,
    limits,
    sitting_of,
    to_evaluate,
    visible,
    waiting,
)

__all__ = [
    "Day",
    "Label",
    "Row",
    "claim_of",
    "current",
    "day_figures",
    "display",
    "inconsistencies",
    "kiosk_tickets",
    "limit_minutes",
    "limits",
    "of_area",
    "of_point",
    "of_route",
    "sitting_of",
    "to_evaluate",
    "visible",
    "waiting",
]
