"""Pure judgement about appointments: which times are offered on a day, when a series is due, what the figures are."""

from denghuo.care.appointments.rules.messages import BOOKED, CANCELLED, MOVED, SOON, TOMORROW
from denghuo.care.appointments.rules.slots import DayKind, Plan, Times, day_kind, offered_times
from denghuo.care.appointments.rules.standard import STANDARD, Standard
from denghuo.care.appointments.rules.visits import due_days

__all__ = [
    "BOOKED",
    "CANCELLED",
    "MOVED",
    "SOON",
    "STANDARD",
    "TOMORROW",
    "DayKind",
    "Plan",
    "Standard",
    "Times",
    "day_kind",
    "due_days",
    "offered_times",
]
