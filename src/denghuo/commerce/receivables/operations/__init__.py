"""Everything that changes what customers owe."""

from denghuo.commerce.receivables.operations.balances import lock
from denghuo.commerce.receivables.operations.charging import Charge, cancel, charge
from denghuo.commerce.receivables.operations.disputes import DisputeRefused, close_dispute, open_dispute
from denghuo.commerce.receivables.operations.late_fees import assess
from denghuo.commerce.receivables.operations.plans import (
    PlanRefused,
    approve_plan,
    propose_plan,
    reject_plan,
    review_plan,
    review_plans,
)
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
from denghuo.commerce.receivables.operations.waivers import (
    WaiverRefused,
    approve_waiver,
    ask_waiver,
    reject_waiver,
)

__all__ = [
    "Charge",
    "DisputeRefused",
    "NotEnoughPrepaid",
    "PlanRefused",
    "Settlement",
    "WaiverRefused",
    "apply_prepayments",
    "approve_plan",
    "approve_waiver",
    "ask_waiver",
    "assess",
    "cancel",
    "charge",
    "close_dispute",
    "lock",
    "open_dispute",
    "propose_plan",
    "receive",
    "reject_plan",
    "reject_waiver",
    "review_plan",
    "review_plans",
    "take_back",
    "undo",
    "write_back",
    "write_off",
]
