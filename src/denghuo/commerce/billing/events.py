"""What others may hear about bills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class BillsIssued:
    """A slice of a run became payable: the bills of ``run_id`` with ids in ``[first_bill_id, last_bill_id]``
    that were issued at exactly ``issued_at``."""

    name: ClassVar[str] = "billing.bills_issued"
    run_id: int
    cycle: str
    first_bill_id: int
    last_bill_id: int
    bills: int
    total_fen: int
    issued_at: datetime


@dataclass(frozen=True)
class BillReversed:
    """An issued bill was cancelled by ``reversal_id``, which negates every line of it."""

    name: ClassVar[str] = "billing.bill_reversed"
    bill_id: int
    reversal_id: int
    account_id: int
    total_fen: int
    reversed_at: datetime
