"""Everything that corrects bills."""

from denghuo.commerce.corrections.operations.deciding import approve, reject
from denghuo.commerce.corrections.operations.drafting import (
    CorrectionRefused,
    draft,
    effect_of,
    submit,
    withdraw,
)
from denghuo.commerce.corrections.operations.mass import (
    COMMIT_KIND,
    PREVIEW_KIND,
    approve_mass,
    commit_done,
    commit_points,
    preview_done,
    preview_points,
    reject_mass,
    start_mass,
    submit_mass,
)
from denghuo.commerce.corrections.operations.proposal import Proposal

__all__ = [
    "COMMIT_KIND",
    "PREVIEW_KIND",
    "CorrectionRefused",
    "Proposal",
    "approve",
    "approve_mass",
    "commit_done",
    "commit_points",
    "draft",
    "effect_of",
    "preview_done",
    "preview_points",
    "reject",
    "reject_mass",
    "start_mass",
    "submit",
    "submit_mass",
    "withdraw",
]
