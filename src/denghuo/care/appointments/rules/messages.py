"""What customers are told about their appointments."""

from __future__ import annotations

from denghuo.care.notifications.rules import Template, declare

FIELDS = ("service", "when", "place", "number")
SAMPLE = (
    ("service", "电费核查与开票"),
    ("when", "2026-09-08 09:20"),
    ("place", "营业厅"),
    ("number", "AP2609080001"),
)

BOOKED = declare(
    Template(
        "appointments.booked",
        text="您已预约{when}在{place}办理{service}，预约号{number}。",
        fields=FIELDS,
        sample=SAMPLE,
    )
)
MOVED = declare(
    Template(
        "appointments.moved",
        text="您的预约{number}({service})已改到{when}，地点{place}。",
        fields=FIELDS,
        sample=SAMPLE,
    )
)
CANCELLED = declare(
    Template(
        "appointments.cancelled",
        text="您{when}的预约{number}({service})已取消，地点{place}。",
        fields=FIELDS,
        sample=SAMPLE,
    )
)
TOMORROW = declare(
    Template(
        "appointments.tomorrow",
        text="提醒:您预约了{when}办理{service}，地点{place}，预约号{number}。如有变化请提前告知。",
        fields=FIELDS,
        sample=SAMPLE,
    )
)
SOON = declare(
    Template(
        "appointments.soon",
        text="提醒:您预约的{service}将于{when}开始，地点{place}，预约号{number}。",
        fields=FIELDS,
        sample=SAMPLE,
        quiet=False,
        useful_minutes=120,
    )
)
