"""What a repair crew is asked."""

from __future__ import annotations

from denghuo.commerce.fieldwork import rules as fieldwork
from denghuo.commerce.fieldwork.rules import Field, Kind

REPAIR = fieldwork.declare(
    Kind(
        "outages.repair",
        form=(
            Field("found", "long_text", required=True),
            Field(
                "cause",
                "choice",
                required=True,
                options=("equipment", "weather", "damage", "customer", "unknown"),
            ),
            Field("photo", "photo"),
            Field("restored", "yes_no", required=True),
        ),
    )
)
