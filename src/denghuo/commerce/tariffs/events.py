"""What others may hear about prices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class BookInForce:
    """From now on, bills are priced with this version of the book."""

    name: ClassVar[str] = "tariffs.book_in_force"

    book: str
    version_id: int
    number: int
    at: datetime
