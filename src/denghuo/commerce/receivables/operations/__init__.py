"""Everything that changes what customers owe."""

from denghuo.commerce.receivables.operations.balances import lock
from denghuo.commerce.receivables.operations.charging import Charge, cancel, charge
from denghuo.commerce.receivables.operations.late_fees import assess
from denghuo.commerce.receivables.operations.settling import (
    NotEnoughPrepaid,
    Settlement,
    apply_prepayments,
    receive,
    take_back,
    write_back,
    write_off,
)
from denghuo.commerce.receivables.operations.undoing import undo

__all__ = [
    "Charge",
    "NotEnoughPrepaid",
    "Settlement",
    "apply_prepayments",
    "assess",
    "cancel",
    "charge",
    "lock",
    "receive",
    "take_back",
    "undo",
    "write_back",
    "write_off",
]
