"""Applications of the town, walked by the real operations."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from denghuo.commerce.connections import operations, queries
from denghuo.commerce.connections.models import Application
from denghuo.commerce.metering.models import Meter
from denghuo.foundation.identity.models import Staff
from denghuo.records.customers.models import Customer
from tests.cast import billing, customers, grid, metering
from tests.cast.customers import unit

APPLIED = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
REGISTERS_ZERO = metering.ZERO
ALL_DOCUMENTS = (
    "identity", "licence", "property", "load_list", "project_approval", "important_load", "property_consent", "parking",
    "land_permit", "pv_filing", "roof", "bank_account",
)  # fmt: skip


def after(days: int = 0, hours: int = 0) -> datetime:
    """An instant so long after 09:00 of 2026-07-01 in Beijing."""
    return APPLIED + timedelta(days=days, hours=hours)


def people() -> dict[str, Staff]:
    return billing.people()


def town() -> dict[str, Staff]:
    """Staff, prices and an area with room."""
    everybody = people()
    billing.prices()
    grid.area()
    return everybody


def apply(kind: str = "residential", customer: Customer | None = None, **fields) -> Application:
    """An application with every document, taken in by 林小雨."""
    organisations = ("business", "high_single", "high_dual", "pv_enterprise")
    who = customer or (
        customers.organisation("灯火新材料公司") if kind in organisations else customers.person("周晓燕")
    )
    return operations.apply(
        **{
            "kind": kind,
            "customer": who,
            "unit": unit("4501"),
            "address": "灯火镇青云路5号",
            "capacity_kva": Decimal(8),
            "contact_name": "周晓燕",
            "contact_phone": "13800138888",
            "given": ALL_DOCUMENTS,
            "at": APPLIED,
            "actor": people()["linxiaoyu"],
            **fields,
        }
    )  # fmt: skip


def surveyed(application: Application, *, at: datetime | None = None, **found) -> Application:
    operations.record_survey(
        **{"application": application, "external_works": False, "at": at or after(0, 2), "actor": people()["mofan"], **found}
    )  # fmt: skip
    application.refresh_from_db()
    return application


def planned(application: Application, *, at: datetime | None = None, **changes) -> Application:
    """The draft finished, with a reason where it was changed."""
    plan = queries.newest_plan(application)
    assert plan is not None
    if changes:
        operations.edit_plan(
            plan=plan, at=at or after(1), actor=people()["mofan"], reason="现场核定", **changes
        )
    operations.submit_plan(plan=plan, at=at or after(1), actor=people()["mofan"])
    application.refresh_from_db()
    return application


def meter_for(application: Application, role: str = "purchase", feeder: int = 1, **fields) -> Meter:
    """A meter that fits the plan, taken out for the application."""
    plan = queries.live_plan(application)
    assert plan is not None
    made = metering.meter(queries.registers_for(plan, role), phases=plan.phases, **fields)
    operations.issue_meter(application=application, meter=made, role=role, feeder=feeder, at=after(2), actor=people()["mofan"])  # fmt: skip
    return made


def installed(application: Application, *, at: datetime | None = None) -> Application:
    """Every meter that was taken out hangs from zero; power is on."""
    operations.record_installation(
        application=application,
        hung=[operations.Hung(issue, metering.ZERO[issue.meter.registers]) for issue in queries.open_issues(application)],
        at=at or after(3),
        actor=people()["nongjun"],
    )  # fmt: skip
    application.refresh_from_db()
    return application


def signed(
    application: Application, *, on: date = date(2026, 7, 2), at: datetime | None = None
) -> Application:
    operations.sign_contract(
        application=application, signed_date=on, at=at or after(1, 3), actor=people()["linxiaoyu"]
    )
    application.refresh_from_db()
    return application
