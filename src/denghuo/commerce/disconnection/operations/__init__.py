"""Everything that stops and restores supply, and refuses to."""

from denghuo.commerce.disconnection.operations.cutting import command_stop, execute, stop_at_once
from denghuo.commerce.disconnection.operations.days import NoCutDayInvalid, clear_no_cut_day, set_no_cut_day
from denghuo.commerce.disconnection.operations.guarding import StepRefused
from denghuo.commerce.disconnection.operations.noticing import (
    copy_to_authority,
    deliver_notice,
    give_second_notice,
    report_afterwards,
)
from denghuo.commerce.disconnection.operations.proposing import (
    OrderCannotBeEnded,
    Proposed,
    approve,
    assign,
    cancel,
    propose,
    propose_many,
    reject,
    suggested_window,
)
from denghuo.commerce.disconnection.operations.restoring import (
    decide_restoration,
    escalate_late,
    restore,
    settle,
    sweep,
)
from denghuo.commerce.disconnection.operations.switches import execute_remote, perform, perform_waiting

__all__ = [
    "NoCutDayInvalid",
    "OrderCannotBeEnded",
    "Proposed",
    "StepRefused",
    "approve",
    "assign",
    "cancel",
    "clear_no_cut_day",
    "command_stop",
    "copy_to_authority",
    "decide_restoration",
    "deliver_notice",
    "escalate_late",
    "execute",
    "execute_remote",
    "give_second_notice",
    "perform",
    "perform_waiting",
    "propose",
    "propose_many",
    "reject",
    "report_afterwards",
    "restore",
    "set_no_cut_day",
    "settle",
    "stop_at_once",
    "suggested_window",
    "sweep",
]
