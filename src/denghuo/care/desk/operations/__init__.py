"""The counter: windows, queue tickets, evaluations, customer plates."""

from denghuo.care.desk.operations.evaluating import CannotEvaluate, evaluate
from denghuo.care.desk.operations.plates import (
    NothingToPrint,
    PlateUnknown,
    Printed,
    print_sheet,
    resolve,
    revoke,
)
from denghuo.care.desk.operations.queueing import (
    QueueRefused,
    call_next,
    close_day,
    leave,
    recall,
    skip,
    take_ticket,
    wait_again,
)
from denghuo.care.desk.operations.serving import finish, name_customer, next_item, start_service, transfer
from denghuo.care.desk.operations.sitting import close_window, open_window

__all__ = [
    "CannotEvaluate",
    "NothingToPrint",
    "PlateUnknown",
    "Printed",
    "QueueRefused",
    "call_next",
    "close_day",
    "close_window",
    "evaluate",
    "finish",
    "leave",
    "name_customer",
    "next_item",
    "open_window",
    "print_sheet",
    "recall",
    "resolve",
    "revoke",
    "skip",
    "start_service",
    "take_ticket",
    "transfer",
    "wait_again",
]
