"""The diagrams that changes walk through, with their limits; and the forms of the work on site."""

from __future__ import annotations

from collections.abc import Mapping

from denghuo.commerce.changes.rules import kinds
from denghuo.commerce.changes.rules.parameters import LOCAL, ORDER_1583
from denghuo.commerce.fieldwork import rules as fieldwork
from denghuo.foundation.workflow import rules as flow

PACKAGE = "denghuo.commerce.changes"
LANES = {"班长": "supervisor", "客户经理": "connection_engineer", "核算员": "billing_clerk"}
TEN_PROMISES = "供电服务“十项承诺”"


def _declared(family: str, file: str, *limits: flow.Limit) -> flow.Process:
    return flow.declare(flow.Process(f"changes.{family}", PACKAGE, file, limits, LANES))


PROCESSES: Mapping[str, flow.Process] = {
    kinds.SEAL: _declared(
        kinds.SEAL,
        "seal.bpmn",
        flow.Limit("", 5, "working_days", ORDER_1583, "K"),
        flow.Limit("approve", 2, "working_days", LOCAL, "U"),
    ),
    kinds.SITE: _declared(
        kinds.SITE,
        "field.bpmn",
        flow.Limit("", 10, "working_days", LOCAL, "U"),
        flow.Limit("approve", 2, "working_days", LOCAL, "U"),
    ),
    kinds.OFFICE: _declared(
        kinds.OFFICE,
        "office.bpmn",
        flow.Limit("", 5, "working_days", TEN_PROMISES, "U"),
        flow.Limit("approve", 1, "working_days", LOCAL, "U"),
    ),
    kinds.SETTLE: _declared(
        kinds.SETTLE,
        "settle.bpmn",
        flow.Limit("", 5, "working_days", TEN_PROMISES, "U"),
        flow.Limit("approve", 1, "working_days", LOCAL, "U"),
        flow.Limit("reading", 2, "working_days", LOCAL, "U"),
        flow.Limit("settle", 1, "working_days", LOCAL, "U"),
    ),
}


def process_of(kind: str) -> flow.Process:
    return PROCESSES[kinds.FAMILY[kind]]


def working_step(kind: str) -> str:
    """The step that is done on the day itself."""
    return "reading" if kinds.FAMILY[kind] == kinds.SETTLE else "work"


REGISTERS = (
    "total",
    "sharp",
    "peak",
    "flat",
    "valley",
    "deep",
    "reactive_forward",
    "reactive_reverse",
    "max_demand",
)
_FORM = (
    fieldwork.Field("done_date", "date", required=True),
    fieldwork.Field("shown", "register_values", registers=REGISTERS),
    fieldwork.Field("seal_number", "text"),
    fieldwork.Field("photo", "photo"),
    fieldwork.Field("note", "long_text"),
)
SEAL_WORK = fieldwork.declare(fieldwork.Kind("changes.seal", _FORM))
UNSEAL_WORK = fieldwork.declare(fieldwork.Kind("changes.unseal", _FORM))
METER_WORK = fieldwork.declare(
    fieldwork.Kind(
        "changes.meter",
        (*_FORM[:2], fieldwork.Field("new_meter", "scan"), *_FORM[2:]),
    )
)
