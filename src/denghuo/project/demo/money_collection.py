"""Collection in the town: who answers for what, the daily runs of a summer, calls and promises, one protected customer, a
bad debt, targets with their assessments, and two public notices.

``play`` once on the last morning, when bills and payments are in: it dunns what is still open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zlib import crc32

from denghuo.commerce.collection import operations as collection
from denghuo.commerce.collection.models import (
    ActionState,
    CaseState,
    ContactChannel,
    DunningAction,
    DunningCase,
)
from denghuo.commerce.collection.queries import recovery
from denghuo.commerce.readings.models import ReadingRoute
from denghuo.commerce.receivables import operations as receivables_operations
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.models import DisputeHold, Receivable
from denghuo.foundation.calendars import queries as calendars
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.kernel.periods import Cycle
from denghuo.project.demo import cast
from denghuo.records.customers.models import Account

BUREAU = "45"
TODAY = date(2026, 9, 7)
OPENED = date(2025, 9, 1)
FIRST_RUN = date(2026, 7, 1)
READERS = {"4501": "machao", "4502": "weidong"}
LARGE = ("mill", "plastics", "foundry", "hospital", "mall", "charging")
SAID = (
    ("not_reached", "电话无人接听"),
    ("promised", "月底前发工资后缴清"),
    ("delivered", "已告知欠费金额和缴费方式"),
    ("promised", "下周一到营业厅缴费"),
    ("refused", "称对电量有疑问，拒绝缴费"),
    ("moved_away", "邻居称已搬走，房屋空置"),
    ("says_paid", "称已通过手机缴费，待核实"),
)


def _at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """An hour of a day in Beijing."""
    return datetime(day.year, day.month, day.day, hour - 8, minute, tzinfo=UTC)


def _draw(text: str, sides: int) -> int:
    """A die that falls the same way every time."""
    return crc32(text.encode()) % sides


def _accounts_of_cast(keys: tuple[str, ...]) -> list[Account]:
    names = [member.name for member in cast.CAST if member.key in keys]
    return list(Account.objects.filter(customer__name__in=names).order_by("pk"))


def play(people: Mapping[str, Staff]) -> dict[str, int]:
    """Everything, in calendar time; returns what there is afterwards."""
    collection.load_shipped_plans(valid_from=OPENED, at=_at(OPENED), actor=people["heyong"])
    _duties(people)
    _targets(people)
    holds = _dispute(people)
    day = FIRST_RUN
    while day <= TODAY:
        for hold in holds.get(day, ()):
            receivables_operations.close_dispute(
                hold=hold, outcome="现场核对表计与示数，电量无误", at=_at(day, 8), actor=people["zhengjie"]
            )
        _day(day, people)
        day += timedelta(days=1)
    _bad_debts(people)
    _notices(people)
    _protect(people)
    _assess(people)
    return {
        "cases": DunningCase.objects.exclude(state=CaseState.CLOSED).count(),
        "actions": DunningAction.objects.count(),
    }


def _duties(people: Mapping[str, Staff]) -> None:
    at, boss = _at(OPENED), people["luoqiang"]
    bureau = OrganisationUnit.objects.get(pk=BUREAU)
    collection.give_duty(
        staff=people["zhengjie"], kind="unit", subject=bureau, since=OPENED, actor=boss, at=at
    )
    for route in ReadingRoute.objects.order_by("code"):
        if reader := READERS.get(route.unit_id):
            collection.give_duty(
                staff=people[reader], kind="route", subject=route, since=OPENED, actor=boss, at=at
            )
    for account in _accounts_of_cast(LARGE):
        collection.give_duty(
            staff=people["mengfan"], kind="account", subject=account, since=OPENED, actor=boss, at=at
        )


def _targets(people: Mapping[str, Staff]) -> None:
    """The bureau's goal for twelve months, a harder one for the stations and the persons who answer for them."""
    at, boss = _at(OPENED), people["luoqiang"]
    units = {unit.pk: unit for unit in OrganisationUnit.objects.filter(pk__in=[BUREAU, *READERS])}
    for back in range(11, -1, -1):
        month = Cycle.of(TODAY).shifted(-back)
        for unit, rate in ((BUREAU, "0.9950"), ("4501", "0.9960"), ("4502", "0.9960")):
            collection.set_target(
                month=month, age="current", unit=units[unit], rate=Decimal(rate), actor=boss, at=at
            )
        for unit, reader in READERS.items():
            collection.set_target(
                month=month, age="current", unit=units[unit], staff=people[reader], rate=Decimal("0.9965"),
                actor=boss, at=at,
            )  # fmt: skip
        collection.set_target(
            month=month, age="old", unit=units[BUREAU], rate=Decimal("0.6000"), actor=boss, at=at
        )


def _dispute(people: Mapping[str, Staff]) -> dict[date, list[DisputeHold]]:
    """Some of those who owe dispute the bill: most are settled in September, so their plan begins late; by day of settling."""
    named = [member.name for member in cast.CAST]
    settled = (date(2026, 9, 1), date(2026, 9, 3), date(2026, 9, 4), date(2026, 9, 7), None)
    found: dict[date, list[DisputeHold]] = {}
    late = Receivable.objects.filter(
        open_fen__gt=0, kind="energy", disputed=False, due_date__gte=date(2026, 7, 1), due_date__lt=TODAY
    ).exclude(account__customer__name__in=named)
    for number, debt in enumerate(late.order_by("account_id", "due_date")):
        ending = settled[number % len(settled)]
        if _draw(f"dispute {debt.account_id}", 3):
            continue
        hold = receivables_operations.open_dispute(
            receivable=debt, reason="客户认为电量偏高，要求现场核对", actor=people["linxiaoyu"],
            at=_at(min(debt.due_date, date(2026, 8, 12)), 10),
        )  # fmt: skip
        if ending is not None:
            found.setdefault(ending, []).append(hold)
    return found


def _day(day: date, people: Mapping[str, Staff]) -> None:
    """The run at half past eight, messages at ten, then what people get done; the last two days stay undone."""
    accounts = {
        *receivables.overdue_accounts(on=day),
        *DunningCase.objects.exclude(state=CaseState.CLOSED).values_list("account_id", flat=True),
    }
    if not accounts:
        return
    collection.work_accounts(account_ids=sorted(accounts), on=day, at=_at(day, 8, 30))
    collection.send_messages(at=_at(day, 10), gateway=lambda **message: f"sms:{message['key']}")
    if day > TODAY - timedelta(days=2) or not calendars.is_working(day):
        return
    waiting = DunningAction.objects.filter(state=ActionState.WAITING).select_related(
        "case__account", "case__owner"
    )
    letters = [action for action in waiting if action.channel == ContactChannel.LETTER]
    if letters:
        collection.print_letters(actions=letters, actor=people["zhengjie"], at=_at(day, 15))
    for action in waiting:
        if action.channel in (ContactChannel.PHONE, ContactChannel.VISIT):
            _get_it_done(action, day, people)


def _get_it_done(action: DunningAction, day: date, people: Mapping[str, Staff]) -> None:
    if _draw(f"late {action.key}", 8) == 0:
        return
    outcome, note = SAID[_draw(action.key, len(SAID))]
    promise = None
    if outcome == "promised":
        promise = collection.Promise(action.case.overdue_fen, day + timedelta(days=3 + _draw(note, 8)))
    collection.record(
        action=action,
        outcome=outcome,
        note=note,
        promise=promise,
        actor=action.case.owner or people["zhengjie"],
        at=_at(day, 11, _draw(action.key, 50)),
    )


def _bad_debts(people: Mapping[str, Staff]) -> None:
    """The longest overdue of the crowd: one debt written off and paid in part after all, one waiting for approval."""
    named = [member.name for member in cast.CAST]
    lost = list(
        Account.objects.filter(
            pk__in=receivables.overdue_accounts(on=TODAY - timedelta(days=60)), closed_date__isnull=True
        )
        .exclude(customer__name__in=named)
        .order_by("pk")[:2]
    )
    asked_on, decided_on = date(2026, 8, 27), date(2026, 8, 31)
    evidence = (
        "多次上门均无人居住，社区证明户主已去世且无遗产，见催费记录与证明复印件",
        "企业已被吊销执照，法定代表人下落不明，见工商登记查询单",
    )
    for number, account in enumerate(lost):
        debts = [
            item.pk
            for item in receivables.open_items(account.pk)
            if item.due_date < date(2026, 8, 1) and not item.disputed
        ]
        if not debts:
            continue
        request = collection.ask_write_off(
            account=account,
            receivable_ids=debts,
            reason="deceased" if number == 0 else "bankrupt",
            evidence=evidence[number],
            actor=people["zhengjie"],
            at=_at(asked_on, 16, number),
        )
        if number == 0:
            collection.approve_write_off(
                request=request, actor=people["heyong"], at=_at(decided_on, 10), note="材料齐全，同意核销"
            )
            part = max(1, request.total_fen // 4)
            collection.recover(
                request=request, amount_fen=part, channel="transfer", external_id="T20260903000017",
                actor=people["zhengjie"], at=_at(date(2026, 9, 3), 14),
            )  # fmt: skip


def _notices(people: Mapping[str, Staff]) -> None:
    """One entry approved by the legal review and shown, one still there."""
    entries = (
        ("plastics", "breach", "灯电违〔2026〕011号", "擅自使用已封存的 250 kVA 变压器 18 天",
         "补交基本电费并承担二倍违约使用电费", 4_836_000),
        ("zhao", "arrears", "灯电欠〔2026〕027号", "经多次催缴仍拖欠电费", "限期缴清并承担违约金", 61_250),
    )  # fmt: skip
    for key, kind, number, facts, decision, fen in entries:
        found = _accounts_of_cast((key,))
        if not found:
            continue
        notice = collection.draft_notice(
            customer=found[0].customer, kind=kind, facts=facts, decision=decision, decision_number=number,
            amount_fen=fen, publish_from=date(2026, 8, 24), publish_to=date(2026, 11, 23),
            actor=people["heyong"], at=_at(date(2026, 8, 20), 9),
        )  # fmt: skip
        collection.ask_review(notice=notice, actor=people["heyong"], at=_at(date(2026, 8, 20), 10))
        if kind == "breach":
            collection.review(
                notice=notice, approve=True, note="决定已送达并生效，事实清楚，可以公示",
                actor=people["luoqiang"], at=_at(date(2026, 8, 21), 15),
            )  # fmt: skip


def _protect(people: Mapping[str, Staff]) -> None:
    """王秀英 is protected by her record; 何家豪 for three months by decision."""
    for account in _accounts_of_cast(("he",)):
        asked = collection.ask_protection(
            account=account, reason="hardship", note="社区出具临时困难证明（家庭成员住院）",
            valid_from=date(2026, 9, 1), valid_to=date(2026, 11, 30), actor=people["zhengjie"],
            at=_at(date(2026, 9, 1), 9),
        )  # fmt: skip
        collection.decide_protection(
            protection=asked, approve=True, actor=people["heyong"], at=_at(date(2026, 9, 1), 14)
        )


def _assess(people: Mapping[str, Staff]) -> None:
    """The quarters that have ended; the last waits to be confirmed."""
    bureau = OrganisationUnit.objects.get(pk=BUREAU)
    made = []
    for quarter, month in (("2025-Q4", "2025-12"), ("2026-Q1", "2026-03"), ("2026-Q2", "2026-06")):
        if recovery.movements(Cycle.parse(month), scope=BUREAU):
            end = Cycle.parse(month).period.end
            made.append(
                collection.assess_quarter(
                    quarter=quarter, unit=bureau, actor=people["luoqiang"], at=_at(end + timedelta(days=6))
                )
            )
    for assessment in made[:-1]:
        collection.confirm_assessment(
            assessment=assessment, actor=people["yejing"], at=assessment.made_at + timedelta(days=2)
        )
