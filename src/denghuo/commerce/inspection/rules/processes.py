"""The diagrams of this room with their limits, and the forms that inspectors fill in on the phone."""

from __future__ import annotations

from denghuo.commerce.fieldwork import rules as fieldwork
from denghuo.commerce.inspection.rules import catalogue
from denghuo.commerce.inspection.rules.parameters import LOCAL
from denghuo.foundation.workflow import rules as flow

LANES = {"班长": "supervisor", "用电检查员": "inspector"}
PACKAGE = "denghuo.commerce.inspection"

RECTIFICATION = flow.declare(
    flow.Process(
        key="inspection.rectification",
        package=PACKAGE,
        file="inspection.bpmn",
        limits=(
            flow.Limit("deliver", 1, "working_days", LOCAL, "U"),
            flow.Limit("recheck", 20, "working_days", f"{LOCAL}：整改期限以通知书为准", "U"),
            flow.Limit("follow_up", 2, "working_days", LOCAL, "U"),
        ),
        lanes=LANES,
    )
)
BREACH = flow.declare(
    flow.Process(
        key="inspection.breach",
        package=PACKAGE,
        file="breach.bpmn",
        limits=(
            flow.Limit("", 30, "working_days", LOCAL, "U"),
            flow.Limit("record", 1, "working_days", LOCAL, "U"),
            flow.Limit("compute", 3, "working_days", LOCAL, "U"),
            flow.Limit("approve", 2, "working_days", LOCAL, "U"),
        ),
        lanes=LANES,
    )
)
PROCESSES = (RECTIFICATION, BREACH)


def field_kind(checklist: str) -> str:
    """The kind of field task that asks for a checklist."""
    return f"inspection.visit.{checklist}"


FIELD_KINDS = {
    name: fieldwork.declare(
        fieldwork.Kind(
            code=field_kind(name),
            form=(
                fieldwork.Field("met", "yes_no", required=True),
                *(
                    fieldwork.Field(f"item_{item.code}", "choice", options=catalogue.ANSWERS)
                    for item in catalogue.CHECKLISTS[name]
                ),
                fieldwork.Field("note", "long_text", longest=500),
                fieldwork.Field("photo", "photo"),
                fieldwork.Field("companion", "text", longest=40),
                fieldwork.Field("signature", "signature"),
            ),
            needs_position=True,
        )
    )
    for name in catalogue.CHECKLISTS
}
