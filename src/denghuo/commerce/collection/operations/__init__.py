"""Everything that moves a debt towards being paid, or given up."""

from denghuo.commerce.collection.operations.actions import (
    ActionCannotBeRecorded,
    Promise,
    contact,
    print_letters,
    record,
)
from denghuo.commerce.collection.operations.daily import KIND, start_daily_run, work_accounts
from denghuo.commerce.collection.operations.duties import DutyCannotBeGiven, end_duty, give_duty, rotate
from denghuo.commerce.collection.operations.notices import (
    NoticeCannotChange,
    ask_review,
    draft_notice,
    review,
    withdraw,
)
from denghuo.commerce.collection.operations.plans import (
    PlanCannotBeSaved,
    end_plan,
    load_shipped_plans,
    save_plan,
)
from denghuo.commerce.collection.operations.protecting import (
    ProtectionCannotBeDecided,
    ask_protection,
    decide_protection,
    end_protection,
)
from denghuo.commerce.collection.operations.resting import (
    CaseCannotChange,
    assign,
    close_when_settled,
    pause,
    resume,
    stop,
)
from denghuo.commerce.collection.operations.sending import (
    hand_over_to,
    installed_gateway,
    log_gateway,
    send_messages,
)
from denghuo.commerce.collection.operations.targets import (
    AssessmentCannotChange,
    TargetCannotBeSet,
    assess_quarter,
    confirm_assessment,
    set_target,
)
from denghuo.commerce.collection.operations.write_offs import (
    CannotBeRecovered,
    Recovered,
    WriteOffCannotBeAsked,
    WriteOffCannotBeDecided,
    approve_write_off,
    ask_write_off,
    recover,
    reject_write_off,
    station_limit_fen,
)

__all__ = [
    "KIND",
    "ActionCannotBeRecorded",
    "AssessmentCannotChange",
    "CannotBeRecovered",
    "CaseCannotChange",
    "DutyCannotBeGiven",
    "NoticeCannotChange",
    "PlanCannotBeSaved",
    "Promise",
    "ProtectionCannotBeDecided",
    "Recovered",
    "TargetCannotBeSet",
    "WriteOffCannotBeAsked",
    "WriteOffCannotBeDecided",
    "approve_write_off",
    "ask_protection",
    "ask_review",
    "ask_write_off",
    "assess_quarter",
    "assign",
    "close_when_settled",
    "confirm_assessment",
    "contact",
    "decide_protection",
    "draft_notice",
    "end_duty",
    "end_plan",
    "end_protection",
    "give_duty",
    "load_shipped_plans",
    "hand_over_to",
    "installed_gateway",
    "log_gateway",
    "pause",
    "print_letters",
    "record",
    "recover",
    "reject_write_off",
    "resume",
    "review",
    "rotate",
    "save_plan",
    "send_messages",
    "set_target",
    "start_daily_run",
    "station_limit_fen",
    "stop",
    "withdraw",
    "work_accounts",
]
