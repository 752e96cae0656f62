"""What is asked on the phone: the survey and the installation."""

from __future__ import annotations

from denghuo.commerce.fieldwork import rules as fieldwork

REGISTERS = (
    "total", "sharp", "peak", "flat", "valley", "deep", "reactive_forward", "reactive_reverse", "max_demand",
)  # fmt: skip

SURVEY = fieldwork.declare(
    fieldwork.Kind(
        "connections.survey",
        form=(
            fieldwork.Field("area_code", "text", longest=20),
            fieldwork.Field("distance_m", "number", low=0, high=100_000),
            fieldwork.Field("external_works", "yes_no", required=True),
            fieldwork.Field("meter_place", "text", longest=120),
            fieldwork.Field("finding", "long_text", longest=500),
            fieldwork.Field("photo", "photo"),
        ),
        needs_position=True,
    )
)
INSTALL = fieldwork.declare(
    fieldwork.Kind(
        "connections.install",
        form=(
            fieldwork.Field("meter", "scan", required=True),
            fieldwork.Field("opening", "register_values", required=True, registers=REGISTERS),
            fieldwork.Field("seal_number", "text", longest=40),
            fieldwork.Field("photo", "photo"),
            fieldwork.Field("signature", "signature"),
        ),
        needs_position=True,
    )
)
