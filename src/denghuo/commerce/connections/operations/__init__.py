"""Everything that happens to an application, from acceptance to archive."""

from denghuo.commerce.connections.operations.accepting import (
    ApplicationInvalid,
    Solar,
    apply,
    give_document,
    withdraw,
)
from denghuo.commerce.connections.operations.archiving import archive
from denghuo.commerce.connections.operations.charging import (
    Fee,
    FeeForbidden,
    charge_fees,
    finish_works,
    sign_contract,
)
from denghuo.commerce.connections.operations.common import ActRefused, NotInThisStep
from denghuo.commerce.connections.operations.installing import (
    Hung,
    issue_meter,
    record_installation,
    return_meter,
)
from denghuo.commerce.connections.operations.lookups import TooManyLookups, look_up
from denghuo.commerce.connections.operations.planning import (
    EDITABLE,
    PlanInvalid,
    SourceGiven,
    answer_plan,
    decide_plan,
    draft_plan,
    edit_plan,
    submit_plan,
)
from denghuo.commerce.connections.operations.refusing import decide_refusal, propose_refusal
from denghuo.commerce.connections.operations.reviewing import record_review, set_abilities
from denghuo.commerce.connections.operations.surveying import dispatch, record_survey

__all__ = [
    "EDITABLE",
    "ActRefused",
    "ApplicationInvalid",
    "Fee",
    "FeeForbidden",
    "Hung",
    "NotInThisStep",
    "PlanInvalid",
    "Solar",
    "SourceGiven",
    "TooManyLookups",
    "answer_plan",
    "apply",
    "archive",
    "charge_fees",
    "decide_plan",
    "decide_refusal",
    "dispatch",
    "draft_plan",
    "edit_plan",
    "finish_works",
    "give_document",
    "issue_meter",
    "look_up",
    "propose_refusal",
    "record_installation",
    "record_review",
    "record_survey",
    "return_meter",
    "set_abilities",
    "sign_contract",
    "submit_plan",
    "withdraw",
]
