"""Everything that changes an existing supply on request."""

from denghuo.commerce.changes.operations.asking import (
    ChangeRefused,
    TransformerInvalid,
    Wished,
    ask,
    register_transformer,
)
from denghuo.commerce.changes.operations.carrying import carry_out
from denghuo.commerce.changes.operations.deciding import (
    ChangeCannotBeDecided,
    ChangeImpossible,
    approve,
    cancel,
    refuse,
)
from denghuo.commerce.changes.operations.outside import field_work_done
from denghuo.commerce.changes.operations.settling import (
    StillOwed,
    archive,
    issue_final_bill,
    leaving,
    make_final_bill,
    settle,
    take_readings,
)
from denghuo.commerce.changes.operations.warning import start_clocks, warn_of_ends
from denghuo.commerce.changes.operations.work import NewMeter, Work

__all__ = [
    "ChangeCannotBeDecided",
    "ChangeImpossible",
    "ChangeRefused",
    "NewMeter",
    "StillOwed",
    "TransformerInvalid",
    "Wished",
    "Work",
    "approve",
    "archive",
    "ask",
    "cancel",
    "carry_out",
    "field_work_done",
    "issue_final_bill",
    "leaving",
    "make_final_bill",
    "refuse",
    "register_transformer",
    "settle",
    "start_clocks",
    "take_readings",
    "warn_of_ends",
]
