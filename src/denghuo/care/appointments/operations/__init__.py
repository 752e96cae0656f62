"""Appointments: what is offered, who books it, and the visits that come back."""

from denghuo.care.appointments.operations.booking import (
    AlreadyBooked,
    AppointmentInvalid,
    NotOffered,
    SlotFull,
    book,
    cancel,
    move,
)
from denghuo.care.appointments.operations.capacity import (
    CapacityInvalid,
    add_opening,
    change_day,
    end_opening,
    restore_day,
    save_service,
    take_over_standard,
)
from denghuo.care.appointments.operations.coming import (
    WrongState,
    arrive,
    finish,
    mark_missed,
    miss,
    remind,
)
from denghuo.care.appointments.operations.series import SeriesInvalid, book_ahead, end_series, start_series

__all__ = [
    "AlreadyBooked",
    "AppointmentInvalid",
    "CapacityInvalid",
    "NotOffered",
    "SeriesInvalid",
    "SlotFull",
    "WrongState",
    "add_opening",
    "arrive",
    "book",
    "book_ahead",
    "cancel",
    "change_day",
    "end_opening",
    "end_series",
    "finish",
    "mark_missed",
    "miss",
    "move",
    "remind",
    "restore_day",
    "save_service",
    "start_series",
    "take_over_standard",
]
