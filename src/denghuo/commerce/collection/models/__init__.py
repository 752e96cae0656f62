"""What this room keeps."""

from denghuo.commerce.collection.models.cases import (
    ActionState,
    CaseReason,
    CaseState,
    DunningAction,
    DunningCase,
    DunningMessage,
    MessageState,
    Outcome,
    PaymentPromise,
    PromiseState,
    ProtectedCustomer,
    Protection,
    ProtectionState,
)
from denghuo.commerce.collection.models.duties import CollectionDuty, DutyKind
from denghuo.commerce.collection.models.notices import LegalReview, PenaltyKind, PenaltyNotice
from denghuo.commerce.collection.models.plans import ContactChannel, DunningPlan, DunningStep, Grade
from denghuo.commerce.collection.models.targets import (
    AssessmentRow,
    DebtAge,
    RecoveryAssessment,
    RecoveryTarget,
)
from denghuo.commerce.collection.models.write_offs import (
    Recovery,
    WriteOffReason,
    WriteOffRequest,
    WriteOffState,
    WrittenOffDebt,
)

__all__ = [
    "ActionState",
    "AssessmentRow",
    "CaseReason",
    "CaseState",
    "CollectionDuty",
    "ContactChannel",
    "DebtAge",
    "DunningAction",
    "DunningCase",
    "DunningMessage",
    "DunningPlan",
    "DunningStep",
    "DutyKind",
    "Grade",
    "LegalReview",
    "MessageState",
    "Outcome",
    "PaymentPromise",
    "PenaltyKind",
    "PenaltyNotice",
    "PromiseState",
    "ProtectedCustomer",
    "Protection",
    "ProtectionState",
    "Recovery",
    "RecoveryAssessment",
    "RecoveryTarget",
    "WriteOffReason",
    "WriteOffRequest",
    "WriteOffState",
    "WrittenOffDebt",
]
