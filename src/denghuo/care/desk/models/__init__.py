"""Windows, queue tickets with what was done for each, evaluations; customer plates."""

from denghuo.care.desk.models.plates import Plate, PlatePrint, PrintKind
from denghuo.care.desk.models.queue import (
    PREFIXES,
    Business,
    Evaluation,
    Item,
    Score,
    Sitting,
    Ticket,
    TicketSource,
    TicketState,
)

__all__ = [
    "PREFIXES",
    "Business",
    "Evaluation",
    "Item",
    "Plate",
    "PlatePrint",
    "PrintKind",
    "Score",
    "Sitting",
    "Ticket",
    "TicketSource",
    "TicketState",
]
