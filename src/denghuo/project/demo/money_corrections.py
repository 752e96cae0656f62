"""Corrections of the town: the wrong multiplier of 红旗塑料厂, a tariff that waits, one refused, a price of many.

``play`` belongs after the bills of July 2026 are issued and before August is billed; later it leaves the records alone,
because a bill drafted meanwhile rests on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from denghuo.commerce.billing.models import Bill, BillKind, BillState
from denghuo.commerce.billing.rules import DueDate
from denghuo.commerce.corrections import operations
from denghuo.commerce.corrections.models import Correction
from denghuo.commerce.corrections.operations import Proposal
from denghuo.commerce.corrections.rules.facts import ReplaceTerms
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.jobs import operations as jobs
from denghuo.kernel.periods import Cycle, day_of
from denghuo.project.demo import cast
from denghuo.records.customers.models import Account

MONTHS = 3


def play(people: Mapping[str, Staff], *, at: datetime | None = None) -> None:
    """Draft, decide and carry out the corrections of the town; nothing where they were played before."""
    if Correction.objects.exists():
        return
    clerk, supervisor = people["liumin"], people["heyong"]
    found = {key: _bills(key) for key in ("plastics", "noodles", "he")}
    if not all(found.values()):
        return
    last = Cycle.parse(found["plastics"][-1].cycle)
    day = last.shifted(1).on_day(18)
    at = at or datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    _multiplier(found["plastics"], clerk, supervisor, at)
    _waiting(found["noodles"], clerk, at + timedelta(days=1))
    _refused(found["he"], clerk, supervisor, at + timedelta(days=1, hours=3))
    _many(last, clerk, at + timedelta(days=2))


def _account(key: str) -> Account | None:
    name = next(member.name for member in cast.CAST if member.key == key)
    return Account.objects.filter(customer__name=name).order_by("-pk").first()


def _bills(key: str) -> list[Bill]:
    """The last issued consumption bills of a member, oldest first."""
    rows = Bill.objects.filter(
        account=_account(key), state=BillState.ISSUED, kind__in=(BillKind.ORDINARY, BillKind.FINAL)
    )
    return list(rows.order_by("-cycle")[:MONTHS])[::-1]


def _drafted_later(bill: Bill) -> bool:
    return (
        Bill.objects.filter(account_id=bill.account_id, cycle__gt=bill.cycle)
        .exclude(state__in=(BillState.ISSUED, BillState.CANCELLED))
        .exists()
    )


def _multiplier(bills: list[Bill], clerk: Staff, supervisor: Staff, at: datetime) -> None:
    """The meter man found 40/5 where the records hold 20/5: half of the energy was billed; it is paid in parts."""
    proposal = Proposal(
        bills[0],
        reason="wrong_multiplier",
        explanation="用电检查核实电流互感器为40/5，档案误录为20/5，综合倍率应为800",
        until=bills[-1].cycle,
    )
    asked = proposal.replace_multiplier(400, 800).submit(
        actor=clerk,
        at=at,
        document="用电检查工单 JC-20260812-03",
        correct_record=not _drafted_later(bills[-1]),
        settlement="instalments",
        settlement_terms={"instalments": 3},
    )
    decided = at + timedelta(hours=5)
    operations.approve(
        correction=asked,
        actor=supervisor,
        at=decided,
        due_date=DueDate(days=15).of(day_of(decided)),
        note="现场照片与互感器铭牌已核对",
    )


def _waiting(bills: list[Bill], clerk: Staff, at: datetime) -> None:
    """The noodle shop says its back room is a home: the clerk asks, the supervisor has not decided."""
    proposal = Proposal(
        bills[-1], reason="wrong_tariff", explanation="门面已停业改为自住，本月起应按居民合表电价计费"
    )
    proposal.replace_tariff("ci_single", "residential_shared", market="list")
    proposal.submit(actor=clerk, at=at, document="客户申请 SQ-20260815-11", settlement="prepayment")


def _refused(bills: list[Bill], clerk: Staff, supervisor: Staff, at: datetime) -> None:
    """A guess of a fast meter that the test did not confirm."""
    proposal = Proposal(bills[-1], reason="meter_error", explanation="客户反映电能表走快，申请退费")
    taken = min(12, max(1, int(bills[-1].energy_kwh) // 10))
    asked = proposal.add_energy(bills[-1].cycle, total=-taken).submit(
        actor=clerk, at=at, document="校验申请 JY-20260816-02"
    )
    operations.reject(
        correction=asked, actor=supervisor, at=at + timedelta(hours=4), note="校验结果误差+0.4%，在允许范围内"
    )


def _many(last: Cycle, clerk: Staff, at: datetime) -> None:
    """Households that share a meter were billed as single ones: what if they were billed as shared? Only a preview."""
    try:
        made = operations.start_mass(
            reason="wrong_tariff",
            explanation="核查：城东供电所部分合表用户误按一户一表执行阶梯电价，测算改按合表电价的影响",
            scope={"unit": "4501", "tariff": "residential"},
            facts=[ReplaceTerms(from_tariff="residential", tariff="residential_shared")],
            first=last.shifted(-1),
            last=last,
            protect_residents=False,
            actor=clerk,
            at=at,
        )
    except operations.CorrectionRefused:
        return
    assert made.preview_run is not None
    jobs.drive(run=made.preview_run, clock=lambda: at)
