"""Judgement about collection: steps, plans, duties, rates."""

from denghuo.commerce.collection.rules.steps import (
    BY_STAFF,
    PLACEHOLDERS,
    Next,
    PlanInvalid,
    Step,
    action_key,
    check_plan,
    fill,
    may_contact,
    may_contact_at,
    next_step,
)

__all__ = [
    "BY_STAFF",
    "PLACEHOLDERS",
    "Next",
    "PlanInvalid",
    "Step",
    "action_key",
    "check_plan",
    "fill",
    "may_contact",
    "may_contact_at",
    "next_step",
]
