"""Arrears of the town: a disputed bill, a waiver that was granted and one that waits, a plan that runs and one that broke.

``play`` once on the last morning, before the collection of the town: what it acts on are the debts that are open then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from denghuo.commerce.payments import operations as payments
from denghuo.commerce.receivables import operations, queries, rules
from denghuo.commerce.receivables.models import DisputeHold, Receivable
from denghuo.foundation.identity.models import Staff
from denghuo.project.demo import cast
from denghuo.records.customers.models import Account

BEIJING = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 9, 7)
MILL_PAID_UNTIL = date(2026, 7, 1)
WINDOW = (date(2026, 5, 1), date(2026, 8, 31))
"""Due dates of the debts that the stories are about."""


def _at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """An hour of a day in Beijing."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BEIJING)


@transaction.atomic
def play(people: Mapping[str, Staff]) -> dict[str, int]:
    """Tell the stories; how many of each were told (a small town may have no debtor for one of them)."""
    if DisputeHold.objects.exists():
        return {}
    told = {"plan": _mill_pays_in_parts(people)}
    debtors = _debtors()
    told["dispute"] = _dispute(next(debtors, None), people)
    told["waived"] = _waive(next(debtors, None), people, decided=True)
    told["asked"] = _waive(next(debtors, None), people, decided=False)
    told["broken"] = _plan_that_breaks(next(debtors, None), people)
    return told


def _debtors() -> Iterator[Receivable]:
    """One overdue electricity debt each of people of the crowd, the oldest first."""
    names = {member.name for member in cast.CAST}
    seen: set[int] = set()
    rows = Receivable.objects.filter(
        kind="energy", open_fen__gt=1_000, disputed=False, due_date__range=WINDOW, payer_class="residential"
    ).select_related("account__customer")
    for item in rows.order_by("due_date", "id"):
        if item.account_id not in seen and item.account.customer.name not in names:
            seen.add(item.account_id)
            yield item


def _mill_pays_in_parts(people: Mapping[str, Staff]) -> int:
    """The mill paid until June; its summer is paid in four parts, of which the first has come."""
    mill = next(member for member in cast.CAST if member.key == "mill")
    account = Account.objects.filter(customer__name=mill.name).order_by("-pk").first()
    if account is None:
        return 0
    for item in queries.open_items(account.pk):
        if item.kind == "energy" and item.due_date < MILL_PAID_UNTIL:
            _transfer(account, item.open_fen, item.due_date - timedelta(days=1), only=[item.pk])
    proposed, agreed, first = date(2026, 8, 24), date(2026, 8, 25), date(2026, 8, 31)
    overdue = [item.pk for item in queries.plan_debts(account.pk) if item.due_date < proposed]
    total = queries.plan_total(queries.plan_debts(account.pk, overdue), on=proposed) if overdue else 0
    if total < 4:
        return 0
    parts = rules.equal_parts(total, 4, first)
    plan = operations.propose_plan(
        account=account,
        receivables=overdue,
        parts=parts,
        reason="夏季订单回款推迟，申请分四期缴清",
        actor=people["zhengjie"],
        at=_at(proposed, 10),
    )
    operations.approve_plan(plan=plan, actor=people["heyong"], at=_at(agreed, 15), note="长期履约良好，同意")
    _transfer(account, parts[0].amount_fen, first)
    operations.review_plans(at=_at(TODAY, 6, 30))
    return 1


def _transfer(account: Account, fen: int, on: date, *, only: list[int] | None = None) -> None:
    payments.receive(
        account=account,
        amount_fen=fen,
        channel="transfer",
        external_id=f"TR{on:%Y%m%d}{account.pk:08d}",
        at=_at(on, 11),
        only=only,
        note="对公转账",
    )


def _dispute(item: Receivable | None, people: Mapping[str, Staff]) -> int:
    if item is None:
        return 0
    operations.open_dispute(
        receivable=item,
        reason="客户认为电表走快，已申请检定，结果出来前不催费",
        actor=people["linxiaoyu"],
        at=_at(date(2026, 9, 2), 10, 20),
    )
    return 1


def _waive(item: Receivable | None, people: Mapping[str, Staff], *, decided: bool) -> int:
    if item is None:
        return 0
    asked = date(2026, 9, 1) if decided else date(2026, 9, 4)
    first = item.due_date + timedelta(days=1)
    waiver = operations.ask_waiver(
        receivable=item,
        from_date=first,
        to_date=min(first + timedelta(days=9), asked),
        reason="channel_failure" if decided else "disaster",
        note="代扣银行系统升级，扣款文件迟到十天" if decided else "台风期间停电停网，无法缴费",
        actor=people["zhengjie"],
        at=_at(asked, 14),
    )
    if decided:
        operations.approve_waiver(
            waiver=waiver, actor=people["heyong"], at=_at(date(2026, 9, 2), 9, 40), note="银行来函属实，同意"
        )
    return 1


def _plan_that_breaks(item: Receivable | None, people: Mapping[str, Staff]) -> int:
    """Two parts were agreed in August; the first never came, and the plan is over after the days of grace."""
    proposed = date(2026, 8, 19)
    if item is None or item.due_date >= proposed:
        return 0
    debts = queries.plan_debts(item.account_id, [item.pk])
    total = queries.plan_total(debts, on=proposed)
    plan = operations.propose_plan(
        account=item.account,
        receivables=[item.pk],
        parts=rules.equal_parts(total, 2, date(2026, 8, 26)),
        reason="家中有人住院，申请分两期",
        free_of_late_fee=True,
        actor=people["zhengjie"],
        at=_at(proposed, 16),
    )
    operations.approve_plan(
        plan=plan, actor=people["heyong"], at=_at(proposed + timedelta(days=1)), note="同意"
    )
    operations.review_plan(plan_id=plan.pk, at=_at(date(2026, 8, 31), 6, 30))
    return 1
