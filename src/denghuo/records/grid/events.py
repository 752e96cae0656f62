"""What others may hear about the grid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True)
class TransformerMoved:
    """A transformer, with everything behind it, hangs on another feeder."""

    name: ClassVar[str] = "grid.transformer_moved"
    transformer_id: int
    from_feeder_id: int
    to_feeder_id: int
    moved_at: datetime


@dataclass(frozen=True)
class AreaMoved:
    """A transformer area is fed by another transformer."""

    name: ClassVar[str] = "grid.area_moved"
    area_id: int
    from_transformer_id: int
    to_transformer_id: int
    moved_at: datetime
