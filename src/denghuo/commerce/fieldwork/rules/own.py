"""Kinds of this room: what a dispatcher makes by hand when no other room has a task for it."""

from __future__ import annotations

from denghuo.commerce.fieldwork.rules.kinds import Field, Kind, declare

ERRAND = declare(
    Kind(
        "fieldwork.errand",
        form=(
            Field("report", "long_text", required=True),
            Field("photo", "photo"),
            Field("finished", "yes_no", required=True),
        ),
        by_hand=True,
    )
)
PATROL = declare(
    Kind(
        "fieldwork.patrol",
        form=(
            Field("condition", "choice", required=True, options=("good", "watch", "danger")),
            Field("plate", "scan"),
            Field("load_kw", "number", low=0, high=100_000),
            Field("remark", "long_text"),
            Field("photo", "photo"),
            Field("sign", "signature"),
        ),
        needs_position=True,
        by_hand=True,
    )
)
