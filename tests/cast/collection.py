"""Dunning of the town: plans, the runs of days, and the people who call."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from denghuo.commerce.collection import operations
from denghuo.commerce.collection.models import DunningCase
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.identity.models import Staff
from denghuo.records.customers.models import Account
from tests.cast import staff
from tests.cast.customers import AT

PLANS_FROM = date(2025, 9, 1)


def people() -> dict[str, Staff]:
    """Everybody of the town, by user name."""
    if not Staff.objects.filter(username="zhengjie").exists():
        staff.hire_everyone(AT)
    return {person.username: person for person in Staff.objects.select_related("unit")}


def plans() -> None:
    """The shipped plans, in force."""
    operations.load_shipped_plans(valid_from=PLANS_FROM, at=AT)


def moment(day: date, hour: int = 9) -> datetime:
    """An hour of a day in Beijing."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8)


def run(on: date, *accounts: Account) -> dict[str, int]:
    """The daily run of ``on`` for these accounts, or for all that are overdue or have an open case."""
    ids = [account.pk for account in accounts] or sorted(
        {
            *receivables.overdue_accounts(on=on),
            *DunningCase.objects.exclude(state="closed").values_list("account_id", flat=True),
        }
    )
    return operations.work_accounts(account_ids=ids, on=on, at=moment(on, 8))


def case_of(account: Account) -> DunningCase:
    """The newest case of the account."""
    return DunningCase.objects.filter(account=account).order_by("-id").first()
