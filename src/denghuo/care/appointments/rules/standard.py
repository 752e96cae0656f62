"""The services that a bureau usually offers by appointment; it takes them over with one click and changes them."""

from __future__ import annotations

from dataclasses import dataclass

HALL, DOOR = "hall", "door"


@dataclass(frozen=True)
class Standard:
    code: str
    name: str
    minutes: int
    where: str
    role: str


STANDARD = (
    Standard("connection", "新装增容", 30, HALL, "counter_clerk"),
    Standard("change", "变更用电(更名过户)", 20, HALL, "counter_clerk"),
    Standard("bill", "电费核查与开票", 20, HALL, "counter_clerk"),
    Standard("expert", "用电专家门诊", 45, HALL, "key_account_manager"),
    Standard("door_business", "上门办理业务", 60, DOOR, "field_crew"),
    Standard("door_care", "上门关爱服务(用电检查)", 60, DOOR, "field_crew"),
)
"""By appointment and at the door: 供电监管办法 and 十项承诺 ask for it; the expert's hour is seed 004, 专家门诊."""
