"""The people who work at 灯火供电局, hired and given their roles by the real operations; demo and tests share them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from denghuo.foundation.identity import operations
from denghuo.foundation.identity.models import OrganisationUnit, Staff

PASSWORD = "lamplight-2026"  # noqa: S105 – of a town that does not exist

UNITS = (
    ("45", "灯火供电局", "bureau", None),
    ("4501", "城东供电所", "station", "45"),
    ("4502", "河西供电所", "station", "45"),
    ("4503", "营业厅", "hall", "45"),
)


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    unit: str
    role: str


PEOPLE = (
    Person("secadmin", "安全管理员", "45", "security_admin"),
    Person("sysadmin", "系统管理员", "45", "system_admin"),
    Person("auditor", "审计管理员", "45", "audit_admin"),
    Person("liumin", "刘敏", "45", "billing_clerk"),
    Person("machao", "马超", "4501", "meter_reader"),
    Person("weidong", "韦东", "4502", "meter_reader"),
    Person("linxiaoyu", "林小雨", "4503", "counter_clerk"),
    Person("heyong", "何勇", "45", "supervisor"),
    Person("tangjing", "唐静", "45", "tariff_clerk"),
    Person("luoqiang", "罗强", "45", "decision_maker"),
    Person("zhengjie", "郑洁", "4503", "cashier"),
    Person("yejing", "叶静", "45", "accountant"),
    Person("wugang", "吴刚", "45", "inspector"),
    Person("chenxin", "陈欣", "45", "agent"),
    Person("mengfan", "孟凡", "45", "key_account_manager"),
    Person("nongjun", "农军", "4501", "field_crew"),
    Person("qinchuan", "秦川", "4502", "field_crew"),
    Person("mofan", "莫凡", "45", "connection_engineer"),
    Person("qinyong", "覃勇", "45", "dispatcher"),
)
"""One person for every role; a second meter reader and a second crew at another station (what 韦东 sees, 马超 may not)."""


def open_units(at: datetime) -> dict[str, OrganisationUnit]:
    """The organisation tree by code; made once, then read."""
    units: dict[str, OrganisationUnit] = {unit.code: unit for unit in OrganisationUnit.objects.all()}
    for code, name, kind, parent in UNITS:
        if code not in units:
            units[code] = operations.open_unit(
                code=code, name=name, kind=kind, parent=units[parent] if parent else None, at=at
            )
    return units


def hire(username: str, at: datetime) -> Staff:
    """One person of the cast with the role, hired on first use."""
    if existing := Staff.objects.select_related("unit").filter(username=username).first():
        return existing
    person = next(person for person in PEOPLE if person.username == username)
    staff = operations.employ(
        username=person.username,
        name=person.name,
        unit=open_units(at)[person.unit],
        password=PASSWORD,
        at=at,
        must_change_password=False,
    )
    operations.grant(staff=staff, role=person.role, at=at)
    return staff


def hire_everyone(at: datetime) -> dict[str, Staff]:
    """The whole cast by user name."""
    return {person.username: hire(person.username, at) for person in PEOPLE}


def holder_of(role: str, at: datetime) -> Staff:
    """Someone who holds ``role`` and nothing else."""
    return hire(next(person.username for person in PEOPLE if person.role == role), at)
