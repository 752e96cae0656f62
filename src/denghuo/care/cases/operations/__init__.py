"""Every verb about matters of customers."""

from denghuo.care.cases.operations.complaints import (
    decide,
    finish_improvement,
    give_gift,
    investigate,
    open_improvement,
    verify_improvement,
)
from denghuo.care.cases.operations.damage import Appliance, decide_damage, inspect
from denghuo.care.cases.operations.disputes import (
    crew_checked,
    draft_correction,
    link_correction,
    record_check,
    send_to_check,
)
from denghuo.care.cases.operations.intake import join, link, receive, withdraw
from denghuo.care.cases.operations.keeping import (
    bring_in_catalogue,
    save_template,
    save_topic,
    set_settlement,
)
from denghuo.care.cases.operations.repairing import (
    crew_done,
    crew_stepped,
    dispatch,
    go_on,
    join_outage,
    outage_over,
)
from denghuo.care.cases.operations.stepping import CaseRefused
from denghuo.care.cases.operations.talking import (
    ask_support,
    assess,
    check,
    escalate,
    follow_up,
    give_support,
    record_contact,
    reply,
)

__all__ = [
    "bring_in_catalogue",
    "Appliance",
    "CaseRefused",
    "ask_support",
    "assess",
    "check",
    "crew_checked",
    "crew_done",
    "crew_stepped",
    "decide",
    "decide_damage",
    "dispatch",
    "draft_correction",
    "escalate",
    "finish_improvement",
    "follow_up",
    "give_gift",
    "give_support",
    "go_on",
    "inspect",
    "investigate",
    "join",
    "join_outage",
    "link",
    "link_correction",
    "open_improvement",
    "outage_over",
    "receive",
    "record_check",
    "record_contact",
    "reply",
    "save_template",
    "save_topic",
    "send_to_check",
    "set_settlement",
    "verify_improvement",
    "withdraw",
]
