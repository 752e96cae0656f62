"""The processes of this room, their lanes and their limits (regulation.md §7.2)."""

from __future__ import annotations

from denghuo.care.cases.rules.parameters import DAMAGE, LOCAL, ORDER_27, PROMISE
from denghuo.foundation.workflow import rules as flow
from denghuo.foundation.workflow.rules import Limit, Process

PACKAGE = "denghuo.care.cases"
AGENT, INSPECTOR, SUPERVISOR = "agent", "inspector", "supervisor"

ENQUIRY = flow.declare(
    Process(
        key="cases.enquiry",
        package=PACKAGE,
        file="enquiry.bpmn",
        limits=(
            Limit("", 5, "working_days", basis=f"{LOCAL}；{ORDER_27}", confidence="U"),
            Limit("answer", 1, "working_days", basis=LOCAL, confidence="U"),
        ),
        lanes={"客服代表": AGENT, "班长": SUPERVISOR},
    )
)
FEEDBACK = flow.declare(
    Process(
        key="cases.feedback",
        package=PACKAGE,
        file="feedback.bpmn",
        limits=(Limit("", 10, "working_days", basis=LOCAL, confidence="U"),),
        lanes={"客服代表": AGENT, "班长": SUPERVISOR, "调查人员": INSPECTOR},
    )
)
COMPLAINT = flow.declare(
    Process(
        key="cases.complaint",
        package=PACKAGE,
        file="complaint.bpmn",
        limits=(
            Limit("", 6, "working_days", basis=f"{PROMISE}：5个工作日答复，再1个工作日回访", confidence="K"),
            Limit("contact", 24, "hours", basis=PROMISE, confidence="K"),
            Limit("investigate", 3, "working_days", basis=LOCAL, confidence="U"),
            Limit("approve", 1, "working_days", basis=LOCAL, confidence="U"),
            Limit("reply", 1, "working_days", basis=LOCAL, confidence="U"),
            Limit("follow_up", 1, "working_days", basis=LOCAL, confidence="U"),
        ),
        lanes={"客服代表": AGENT, "调查人员": INSPECTOR, "班长": SUPERVISOR},
    )
)
FAULT = flow.declare(
    Process(
        key="cases.fault",
        package=PACKAGE,
        file="fault.bpmn",
        limits=(
            Limit("dispatch", 3, "minutes", basis=LOCAL, confidence="U"),
            Limit("repair", 360, "minutes", basis=f"{PROMISE}：远郊到场120分钟、恢复240分钟", confidence="U"),
            Limit("follow_up", 1, "working_days", basis=LOCAL, confidence="U"),
        ),
        lanes={"调度员": "dispatcher", "抢修班": "field_crew", "客服代表": AGENT},
    )
)
METER_DISPUTE = flow.declare(
    Process(
        key="cases.meter_dispute",
        package=PACKAGE,
        file="meter_dispute.bpmn",
        limits=(Limit("check", 5, "working_days", basis=PROMISE, confidence="K"),),
        lanes={"检验人员": INSPECTOR, "核算员": "billing_clerk", "客服代表": AGENT},
    )
)
DAMAGE_CLAIM = flow.declare(
    Process(
        key="cases.damage",
        package=PACKAGE,
        file="damage.bpmn",
        limits=(
            Limit("", 10, "working_days", basis=LOCAL, confidence="U"),
            Limit("inspect", 24, "hours", basis=DAMAGE, confidence="K"),
        ),
        lanes={"现场核查人员": INSPECTOR, "班长": SUPERVISOR, "客服代表": AGENT},
    )
)
OF_KIND = {
    "enquiry": ENQUIRY.key,
    "request": ENQUIRY.key,
    "fault": FAULT.key,
    "complaint": COMPLAINT.key,
    "suggestion": FEEDBACK.key,
    "praise": FEEDBACK.key,
    "tip_off": FEEDBACK.key,
    "meter_dispute": METER_DISPUTE.key,
    "damage": DAMAGE_CLAIM.key,
}
