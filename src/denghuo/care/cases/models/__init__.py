"""Matters of customers, and what each kind of matter adds: complaint, repair, claim, dispute."""

from denghuo.care.cases.models.case import (
    Case,
    CaseContact,
    CaseKind,
    CaseState,
    Channel,
    ContactMethod,
    Outcome,
    Priority,
)
from denghuo.care.cases.models.catalogue import AnswerTemplate, Cause, Settlement, SettlementKind, Topic
from denghuo.care.cases.models.claims import (
    ApplianceKind,
    DamageClaim,
    DamageItem,
    DisputeResult,
    MeterDispute,
)
from denghuo.care.cases.models.complaint import Complaint, ImprovementItem, ImprovementState
from denghuo.care.cases.models.repair import FaultSide, Repair

__all__ = [
    "AnswerTemplate",
    "ApplianceKind",
    "Case",
    "CaseContact",
    "CaseKind",
    "CaseState",
    "Cause",
    "Channel",
    "Complaint",
    "ContactMethod",
    "DamageClaim",
    "DamageItem",
    "DisputeResult",
    "FaultSide",
    "ImprovementItem",
    "ImprovementState",
    "MeterDispute",
    "Outcome",
    "Priority",
    "Repair",
    "Settlement",
    "SettlementKind",
    "Topic",
]
