"""Reading changes, restrictions in force, and what a change would do."""

from denghuo.commerce.changes.queries.billed import (
    billed_to,
    billed_until,
    closing_cycle,
    unbilled_before,
)
from denghuo.commerce.changes.queries.board import (
    Restriction,
    restrictions,
    restrictions_in_force,
    to_warn,
    used_days,
    visible_changes,
)
from denghuo.commerce.changes.queries.documents import Document, documents
from denghuo.commerce.changes.queries.finding import supply_points
from denghuo.commerce.changes.queries.preview import Preview, hanging_at, preview, reads, units_taken, written
from denghuo.commerce.changes.queries.standing import (
    figures,
    first_label,
    in_force,
    offers,
    plain_terms,
    spells_of,
    standing_of,
    units_of,
)
from denghuo.commerce.changes.queries.words import from_plain, plain_refusal, sentence

__all__ = [
    "Document",
    "Preview",
    "Restriction",
    "billed_to",
    "billed_until",
    "closing_cycle",
    "documents",
    "figures",
    "first_label",
    "from_plain",
    "hanging_at",
    "in_force",
    "offers",
    "plain_refusal",
    "plain_terms",
    "preview",
    "reads",
    "restrictions",
    "restrictions_in_force",
    "sentence",
    "spells_of",
    "standing_of",
    "supply_points",
    "to_warn",
    "unbilled_before",
    "units_of",
    "units_taken",
    "used_days",
    "visible_changes",
    "written",
]
