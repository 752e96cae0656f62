"""What a crew fills in on the phone: a repair, and the check of a doubted meter."""

from __future__ import annotations

from denghuo.commerce.fieldwork import rules as fieldwork
from denghuo.commerce.fieldwork.rules import Field, Kind

REPAIR = fieldwork.declare(
    Kind(
        "cases.repair",
        form=(
            Field("fault", "text", required=True),
            Field(
                "side",
                "choice",
                required=True,
                options=("supplier", "customer", "third_party", "nature", "none"),
            ),
            Field("work", "long_text", required=True, longest=300),
            Field("photo", "photo"),
        ),
        needs_position=True,
    )
)
METER_CHECK = fieldwork.declare(
    Kind(
        "cases.meter_check",
        form=(
            Field("error_percent", "number", required=True, low=-100, high=100),
            Field("wiring_wrong", "yes_no", required=True),
            Field("certificate", "text", required=True, longest=60),
            Field("note", "long_text", longest=300),
            Field("photo", "photo", required=True),
            Field("signature", "signature"),
        ),
        needs_position=True,
    )
)
