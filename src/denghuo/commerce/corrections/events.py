"""What others may hear about corrections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class CorrectionCommitted:
    """The bills of an account were replaced: ``difference_fen`` more (or less, below zero) is charged."""

    name: ClassVar[str] = "corrections.correction_committed"
    correction_id: int
    account_id: int
    reason: str
    difference_fen: int
    bill_ids: tuple[int, ...]
    committed_at: datetime
