"""What differs between two versions of a price book, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from denghuo.engine.pricing.book import PriceBook

KEYS: dict[str, tuple[str, ...]] = {
    "documents": ("id",),
    "components": ("code",),
    "tariffs": ("code", "valid_from"),
    "prices": ("id",),
    "tier_schemes": ("code", "valid_from"),
    "tou_schemes": ("code", "valid_from"),
    "parameters": ("code", "valid_from"),
}


@dataclass(frozen=True)
class Change:
    """One field of a changed row, as JSON values."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Difference:
    """A row that was ``added``, ``removed`` or ``changed``; ``row`` is the new row, or the removed one."""

    kind: str
    section: str
    key: str
    row: dict[str, Any]
    changes: tuple[Change, ...] = ()

    @property
    def percent(self) -> Decimal | None:
        """How much the price rose, in percent of the old one."""
        change = next((c for c in self.changes if c.field == "price"), None)
        if self.section != "prices" or change is None or Decimal(change.old) == 0:
            return None
        return ((Decimal(change.new) / Decimal(change.old) - 1) * 100).quantize(Decimal("0.01"))


def differences(old: PriceBook, new: PriceBook) -> list[Difference]:
    """Everything that ``new`` adds, removes or changes, in the order of the document."""
    return [*_head(old, new), *_rows(old, new)]


def _head(old: PriceBook, new: PriceBook) -> Iterator[Difference]:
    before, after = (
        book.model_dump(mode="json", include={"name", "area", "note"}, by_alias=True) for book in (old, new)
    )
    changes = tuple(Change(k, before[k], after[k]) for k in after if before[k] != after[k])
    if changes:
        yield Difference("changed", "book", new.code, after, changes)


def _rows(old: PriceBook, new: PriceBook) -> Iterator[Difference]:
    for section, names in KEYS.items():
        before, after = _keyed(old, section, names), _keyed(new, section, names)
        for key, row in after.items():
            if key not in before:
                yield Difference("added", section, key, row)
            elif before[key] != row:
                changes = tuple(Change(f, before[key][f], row[f]) for f in row if before[key][f] != row[f])
                yield Difference("changed", section, key, row, changes)
        for key, row in before.items():
            if key not in after:
                yield Difference("removed", section, key, row)


def _keyed(book: PriceBook, section: str, names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    rows = (item.model_dump(mode="json", by_alias=True) for item in getattr(book, section))
    return {" ".join(str(row[name]) for name in names): row for row in rows}
