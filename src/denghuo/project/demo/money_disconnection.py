"""Disconnections in the town: an order at every step of the law, one cut off and back within the clock, one refused.

``play`` once on the last morning, after collection has dunned and before the last days are reconciled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from denghuo.commerce.disconnection import operations as disconnection
from denghuo.commerce.disconnection import queries, rules
from denghuo.commerce.disconnection.models import DisconnectionOrder, RefusedStep
from denghuo.commerce.disconnection.rules import parameters
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.parameters import operations as parameter_operations
from denghuo.project.demo import cast
from denghuo.records.customers.models import Account

TODAY = date(2026, 9, 7)
AUTHORITY = "灯火市工业和信息化局"
NAMED = ("wang", "hospital")


def _at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """An hour of a day in Beijing."""
    return datetime(day.year, day.month, day.day, hour - 8, minute, tzinfo=UTC)


def _named(key: str) -> Account | None:
    name = next(member.name for member in cast.CAST if member.key == key)
    return Account.objects.filter(customer__name=name).order_by("-pk").first()


def _debtors(day: date) -> Iterator[Account]:
    """Accounts that may lawfully be proposed on ``day``, the longest overdue first."""
    people = {member.name for member in cast.CAST if member.key in NAMED}
    for candidate in queries.candidates(at=_at(day), limit=400):
        account = candidate.account
        agreed = account.instalment_plans.exists()
        if candidate.is_legal and not agreed and account.customer.name not in people:
            yield account


class _Story:
    """One order on its way, told by days."""

    def __init__(self, people: Mapping[str, Staff], account: Account) -> None:
        self.people, self.account = people, account
        self.order: DisconnectionOrder | None = None

    def propose(self, day: date, why: str, reason: str = rules.ARREARS) -> _Story:
        self.order = disconnection.propose(
            account=self.account,
            reason=reason,
            explanation=why,
            at=_at(day, 10),
            actor=self.people["zhengjie"],
        )
        return self

    def approve(self, day: date) -> _Story:
        assert self.order is not None
        decider = "luoqiang" if self.order.level == "bureau" else "heyong"
        disconnection.approve(
            order=self.order, window_from=day + timedelta(days=8), window_to=day + timedelta(days=28),
            reason="欠费事实清楚，催费记录齐全，同意", at=_at(day, 16), actor=self.people[decider],
            assignee=self.people["nongjun"] if self.account.unit_id.startswith("4501") else None,
        )  # fmt: skip
        return self

    def notify(self, day: date, number: int) -> _Story:
        assert self.order is not None
        disconnection.deliver_notice(
            order=self.order, delivered_at=_at(day, 10, number), method="in_person", recipient="户主本人",
            evidence=f"签收单 TZ{day:%m%d}{number:02d}", at=_at(day, 11, number), actor=self.people["nongjun"],
        )  # fmt: skip
        return self

    def cut(self, day: date) -> _Story:
        assert self.order is not None
        disconnection.give_second_notice(
            order=self.order, method="phone", recipient="户主本人", evidence=f"录音 {day:%Y%m%d}-1002",
            at=_at(day, 10, 2), actor=self.people["nongjun"],
        )  # fmt: skip
        disconnection.execute(
            order=self.order, at=_at(day, 10, 34), actor=self.people["nongjun"], reading_note="现场示数已拍照",
            photo=f"IMG_{day:%m%d}_1034.jpg",
        )  # fmt: skip
        return self

    def pay(self, at: datetime) -> _Story:
        """Everything that is owed; whatever waits for the money follows at once."""
        day = (at + timedelta(hours=8)).date()
        owed = receivables.owed(self.account.pk, on=day).total_fen
        payments.receive(
            account=self.account, amount_fen=owed, channel="transfer",
            external_id=f"TD{self.account.pk}{day:%m%d}", at=at, actor=self.people["yejing"],
        )  # fmt: skip
        disconnection.settle(account_id=self.account.pk, settled_at=at, at=at + timedelta(minutes=1))
        return self


def play(people: Mapping[str, Staff]) -> dict[str, int]:
    """Everything, in calendar time; returns what there is afterwards."""
    parameter_operations.set_value(
        parameter=parameters.SWITCH_PORT, text="emulated", valid_from=date(2025, 9, 1),
        reason="演示环境使用模拟远程开关", actor=people["luoqiang"], at=_at(date(2025, 9, 1)),
    )  # fmt: skip
    _refused(people)
    _important(people)
    _households(people)
    disconnection.set_no_cut_day(
        on=date(2026, 9, 9), unit=people["heyong"].unit, kind="weather", reason="气象台发布台风蓝色预警",
        at=_at(TODAY, 8), actor=people["heyong"],
    )  # fmt: skip
    return {"orders": DisconnectionOrder.objects.count(), "refused": RefusedStep.objects.count()}


def _refused(people: Mapping[str, Staff]) -> None:
    """王秀英 lives alone and is protected: the attempt is refused and kept."""
    account = _named("wang")
    if account is None:
        return
    try:
        disconnection.propose(
            account=account, explanation="八月清欠名单", at=_at(date(2026, 9, 2), 9), actor=people["zhengjie"]
        )
    except disconnection.StepRefused:
        return


def _important(people: Mapping[str, Staff]) -> None:
    """The hospital refuses to remedy what an inspection found: the bureau decides, the authority has its copy."""
    account = _named("hospital")
    if account is None:
        return
    story = _Story(people, account)
    story.propose(date(2026, 9, 1), "10 kV 受电装置检验不合格，书面通知后逾期未改正", "breach")
    story.approve(date(2026, 9, 2)).notify(date(2026, 9, 3), 30)
    assert story.order is not None
    disconnection.copy_to_authority(
        order=story.order, delivered_at=_at(date(2026, 9, 3), 15), authority=AUTHORITY,
        document_number="灯供函〔2026〕31号", at=_at(date(2026, 9, 3), 16), actor=people["zhengjie"],
    )  # fmt: skip


def _households(people: Mapping[str, Staff]) -> None:
    """The longest overdue of the crowd, each stopped at another step; fewer where the town is small."""
    found = _debtors(date(2026, 8, 20))

    for tell, account in zip(TELLINGS.values(), list(found), strict=False):
        with suppress(disconnection.StepRefused):  # the law stopped this story before its end
            tell(_Story(people, account))


def _restored(story: _Story) -> None:
    """Cut off on a Wednesday morning, paid on Thursday, back the same afternoon."""
    story.propose(date(2026, 8, 20), WHY).approve(date(2026, 8, 21)).notify(date(2026, 8, 24), 10)
    story.cut(date(2026, 9, 2)).pay(_at(date(2026, 9, 3), 9, 20))
    assert story.order is not None
    disconnection.perform_waiting(at=_at(date(2026, 9, 3), 9, 25))
    story.order.refresh_from_db()
    if story.order.state == "restoring":
        disconnection.restore(
            order=story.order, at=_at(date(2026, 9, 3), 14, 5), actor=story.people["nongjun"],
            reading_note="表后总开关已断开，用户签字", photo="IMG_0903_1405.jpg",
        )  # fmt: skip


WHY = "两期电费逾期，电话、短信与上门催缴均未缴纳"
TELLINGS: Mapping[str, Callable[[_Story], object]] = {
    "running": lambda s: s.propose(date(2026, 8, 31), WHY).approve(date(2026, 9, 1)).notify(date(2026, 9, 3), 5),
    "restored": _restored,
    "off": lambda s: (
        s.propose(date(2026, 8, 20), WHY).approve(date(2026, 8, 21)).notify(date(2026, 8, 24), 15).cut(date(2026, 9, 3))
    ),
    "to_approve": lambda s: s.propose(date(2026, 9, 4), WHY),
    "to_notify": lambda s: s.propose(date(2026, 9, 2), WHY).approve(date(2026, 9, 4)),
    "paid": lambda s: (
        s.propose(date(2026, 8, 27), WHY).approve(date(2026, 8, 28)).notify(date(2026, 8, 31), 20)
        .pay(_at(date(2026, 9, 4), 11))
    ),
}  # fmt: skip
