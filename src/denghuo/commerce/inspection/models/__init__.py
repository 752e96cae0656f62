"""What is inspected and when, what was found, what has to be put right, and what breach and theft cost."""

from denghuo.commerce.inspection.models.breaching import (
    BreachCase,
    BreachKind,
    BreachLine,
    CaseState,
    Evidence,
    EvidenceKind,
    TheftForm,
)
from denghuo.commerce.inspection.models.planning import (
    EmergencyKind,
    EmergencySource,
    SecurityProfile,
    SupplyFeed,
    Visit,
    VisitAnswer,
    VisitKind,
    VisitState,
)
from denghuo.commerce.inspection.models.rectifying import (
    AuthorityReport,
    DangerLevel,
    Duty,
    DutyTick,
    Extension,
    Finding,
    Recheck,
    Rectification,
    RectificationState,
)

__all__ = [
    "AuthorityReport",
    "BreachCase",
    "BreachKind",
    "BreachLine",
    "CaseState",
    "DangerLevel",
    "Duty",
    "DutyTick",
    "EmergencyKind",
    "EmergencySource",
    "Evidence",
    "EvidenceKind",
    "Extension",
    "Finding",
    "Recheck",
    "Rectification",
    "RectificationState",
    "SecurityProfile",
    "SupplyFeed",
    "TheftForm",
    "Visit",
    "VisitAnswer",
    "VisitKind",
    "VisitState",
]
