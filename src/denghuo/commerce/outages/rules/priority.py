"""Who is cut last and restored first: important customers, people who depend on supply, then by grade."""

from __future__ import annotations

from dataclasses import dataclass

IMPORTANCE = {"special": 0, "first": 1, "second": 2, "temporary": 3}
"""重要电力用户 by grade (GB/T 29328)."""
CARE = {"medical": 4}
"""Life depends on the supply."""
OTHER_CARE = 6
USES = {"health": 5, "education": 7}
GRADES = {"A": 8, "B": 9}
ORDINARY = 10
TREATED = 6
"""Up to this rank a supply gets a treatment of its own before the works begin."""


@dataclass(frozen=True)
class Supply:
    """What is known of one supply."""

    importance: str = "ordinary"
    special_care: str = ""
    use_nature: str = ""
    grade: str = ""


def rank(supply: Supply) -> int:
    """0 is cut last and restored first; the smallest of what applies."""
    found = [ORDINARY]
    if supply.importance in IMPORTANCE:
        found.append(IMPORTANCE[supply.importance])
    if supply.special_care:
        found.append(CARE.get(supply.special_care, OTHER_CARE))
    if supply.use_nature in USES:
        found.append(USES[supply.use_nature])
    if supply.grade in GRADES:
        found.append(GRADES[supply.grade])
    return min(found)


def needs_treatment(rank_: int) -> bool:
    """Whether somebody calls or visits before the works: special and important customers, and people at risk."""
    return rank_ <= TREATED


def is_important(importance: str) -> bool:
    return importance in IMPORTANCE
