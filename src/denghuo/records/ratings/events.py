"""What ratings tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class GradesPublished:
    """Grades of one kind were published for ``count`` customers; whoever keeps any reads them anew."""

    name: ClassVar[str] = "ratings.grades_published"
    kind: str
    model: str
    count: int
    published_at: datetime
