"""Everything that changes a bill."""

from denghuo.commerce.billing.operations.chunk import bill_accounts, price_accounts
from denghuo.commerce.billing.operations.exceptions import (
    ExceptionIsClosed,
    NothingToRelease,
    ReasonMissing,
    ask_reread,
    bill_again,
    claim,
    release,
)
from denghuo.commerce.billing.operations.gate import GateRuleInvalid, set_gate_rule
from denghuo.commerce.billing.operations.prints import PRINT_KIND, NothingToPrint, print_route, set_part
from denghuo.commerce.billing.operations.rebill import (
    CannotBePriced,
    CorrectedMonth,
    RebilledMonth,
    rebill,
)
from denghuo.commerce.billing.operations.reversal import (
    BillCannotBeReversed,
    Effect,
    ReversalCannotBeDecided,
    approve_reversal,
    ask_reversal,
    preview,
    reject_reversal,
)
from denghuo.commerce.billing.operations.runs import (
    RUN_KIND,
    NothingInScope,
    RunCannotBeApproved,
    RunCannotBeDiscarded,
    RunCannotBeIssued,
    approve,
    bill_at_once,
    discard,
    issue,
    issue_slice,
    start_run,
)

__all__ = [
    "PRINT_KIND",
    "NothingToPrint",
    "print_route",
    "set_part",
    "RUN_KIND",
    "BillCannotBeReversed",
    "CannotBePriced",
    "CorrectedMonth",
    "RebilledMonth",
    "Effect",
    "ExceptionIsClosed",
    "GateRuleInvalid",
    "NothingInScope",
    "NothingToRelease",
    "ReasonMissing",
    "ReversalCannotBeDecided",
    "RunCannotBeApproved",
    "RunCannotBeDiscarded",
    "RunCannotBeIssued",
    "approve",
    "approve_reversal",
    "ask_reread",
    "ask_reversal",
    "bill_accounts",
    "bill_again",
    "bill_at_once",
    "claim",
    "discard",
    "issue",
    "issue_slice",
    "preview",
    "rebill",
    "price_accounts",
    "reject_reversal",
    "release",
    "set_gate_rule",
    "start_run",
]
