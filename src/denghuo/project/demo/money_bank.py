"""Banks of the town: who lets the bank debit, a batch each month and its answer, remittances of organisations, and the
daily reconciliation with one difference of each kind still open.

``agree`` once at the beginning, ``pay_month`` when a cycle has been issued, ``reconcile_days`` on the last morning.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zlib import crc32

from django.db import transaction

from denghuo.commerce.banking import operations as banking
from denghuo.commerce.banking import queries, rules
from denghuo.commerce.banking.models import DebitBatch, Mandate
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.reconciliation import operations as reconciliation
from denghuo.commerce.reconciliation.models import DayReconciliation, Difference
from denghuo.commerce.reconciliation.queries import books
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.jobs import operations as jobs
from denghuo.kernel.periods import Cycle
from denghuo.project.demo import cast
from denghuo.project.demo.statements import FileRow, file_of
from denghuo.records.customers.models import Account

BUREAU = "45"
MANDATE_IN, MOST_MANDATES = 10, 600
BANKS = ("denghuo_city", "denghuo_city", "denghuo_rural", "denghuo_postal")
FAILURES = {"denghuo_city": ("0101", "0104"), "denghuo_rural": ("F1", "F2"), "denghuo_postal": ("51", "14")}
REMITTERS = ("foundry", "hospital", "school", "charging")
"""Members of the cast that pay by bank transfer; the school forgets its number, so a clerk matches it by name."""
TODAY = date(2026, 9, 7)
LAST_DAYS = tuple(TODAY - timedelta(days=back) for back in range(6, 0, -1))


def _at(day: date, hour: int = 9) -> datetime:
    """An hour of a day in Beijing."""
    return datetime(day.year, day.month, day.day, hour - 8, tzinfo=UTC)


def _draw(text: str, sides: int) -> int:
    """A die that falls the same way every time."""
    return crc32(text.encode()) % sides


def _accounts_of_cast(keys: tuple[str, ...]) -> dict[str, Account]:
    names = {member.name: member.key for member in cast.CAST if member.key in keys}
    found = Account.objects.filter(customer__name__in=list(names)).select_related("customer")
    return {names[account.customer.name]: account for account in found.order_by("-pk")}


@transaction.atomic
def agree(people: Mapping[str, Staff], *, at: datetime) -> int:
    """Mandates of about thirty in a hundred households, at three banks; returns how many."""
    named = {member.name for member in cast.CAST}
    households = (
        Account.objects.filter(customer__kind="person", mandates__isnull=True)
        .exclude(customer__name__in=named)
        .select_related("customer")
        .order_by("number")
    )
    clerk, made = people["linxiaoyu"], 0
    for account in households.iterator(chunk_size=2_000):
        if made == MOST_MANDATES or _draw(account.number, MANDATE_IN) >= 3:
            continue
        bank = BANKS[_draw(account.number[::-1], len(BANKS))]
        mandate = banking.record_mandate(
            account=account,
            bank=bank,
            holder=account.customer.name,
            bank_account=f"6217{_draw(account.number, 10**9):09d}{account.pk:06d}",
            limit_fen=100_000 if made % 50 == 7 else None,
            valid_from=at.date(),
            at=at,
            actor=clerk,
        )
        banking.sign(mandate=mandate, at=at, actor=clerk)
        made += 1
    return made


def pay_month(people: Mapping[str, Staff], cycle: Cycle) -> int:
    """Debits on the tenth of the month after ``cycle``, remittances on the eleventh; returns how many payments."""
    tenth = cycle.shifted(1).on_day(10)
    paid = sum(_debit(people, bank, tenth) for bank in sorted(set(BANKS)))
    return paid + _remit(people, cycle, tenth + timedelta(days=1))


def _debit(people: Mapping[str, Staff], bank: str, day: date) -> int:
    clerk = people["yejing"]
    eve = day - timedelta(days=1)
    with transaction.atomic():
        try:
            batch = banking.create_batch(
                bank=bank, debit_date=day, unit_id=BUREAU, at=_at(eve, 16), actor=clerk
            )
        except banking.NothingToDebit:
            return 0
        banking.mark_sent(batch=batch, at=_at(eve, 17), actor=clerk)
        name = f"{batch.number}-fh.txt"
        banking.take_return(batch=batch, body=answer(batch), file_name=name, at=_at(day, 15), actor=clerk)
        run = banking.start_posting(batch=batch, at=_at(day, 15), actor=clerk)
    jobs.drive(run=run, clock=lambda: _at(day, 16))
    batch.refresh_from_db()
    return batch.paid_count


def answer(batch: DebitBatch) -> bytes:
    """What the bank answers: about four in a hundred debits fail."""
    profile = rules.profile_of(batch.bank)
    paid = min(profile.paid_codes)
    rows = []
    for number, item in enumerate(batch.items.select_related("mandate").order_by("id"), start=2):
        failed = _draw(item.serial, 25) == 3
        code = FAILURES[batch.bank][_draw(item.serial, 4) == 0] if failed else paid
        rows.append(
            rules.ReturnRow(
                number, item.serial, item.mandate.bank_account, item.amount_fen, code, profile.codes[code]
            )
        )
    return rules.write_return(profile, batch_number=batch.number, debit_date=batch.debit_date, rows=rows)


@transaction.atomic
def _remit(people: Mapping[str, Staff], cycle: Cycle, day: date) -> int:
    clerk, count = people["yejing"], 0
    for key, account in sorted(_accounts_of_cast(REMITTERS).items()):
        owed = queries.owed_of([account.pk], on=day).get(account.pk, 0)
        if owed <= 0:
            continue
        remark = f"{cycle.month}月电费" if key == "school" else f"{cycle.month}月电费 户号{account.number}"
        receipt = banking.take_receipt(
            source="transfer",
            reference=f"BK{day:%Y%m%d}{account.pk:08d}",
            amount_fen=owed,
            value_date=day,
            unit_id=BUREAU,
            bank="denghuo_city",
            payer=account.customer.name,
            payer_account=f"4500160{account.pk:09d}",
            remark=remark,
            at=_at(day, 10),
            actor=clerk,
        )
        if banking.match_certain(receipt=receipt, at=_at(day, 10), actor=clerk) is None:
            proposal = queries.proposals(receipt, on=day)[0]
            banking.match(
                receipt=receipt, parts=[(account, owed)], at=_at(day, 11), actor=clerk, rule=proposal.rule
            )
        count += 1
    return count


LEAST = 8
"""So many pay by WeChat Pay on the last day, for its file to differ in every way."""
STRANGERS = (
    ("灯火建筑安装公司", "BK2026090200000991", 864_000, date(2026, 9, 2), "电费"),
    ("李建", "BK2026090500000992", 23_560, date(2026, 9, 5), "代父亲交电费"),
)


def reconcile_days(people: Mapping[str, Staff]) -> int:
    """The last six days of every channel: closed where all is well, with one difference of each kind left on 6 September."""
    clerk = people["yejing"]
    for payer, reference, fen, day, remark in STRANGERS:
        banking.take_receipt(
            source="transfer", reference=reference, amount_fen=fen, value_date=day, unit_id=BUREAU, bank="denghuo_city",
            payer=payer, payer_account="4500160999999991", remark=remark, at=_at(day, 10), actor=clerk,
        )  # fmt: skip
    _deposits(people)
    made = 0
    for day in LAST_DAYS:
        for channel in ("wechat", "alipay", "card", "transfer", "lockbox"):
            made += _reconcile(clerk, channel, day)
    shifted = DayReconciliation.objects.filter(channel="wechat", day=LAST_DAYS[-2]).first()
    if shifted is not None:  # the day after explains what was missing in the file
        shifted = reconciliation.reconcile(
            channel="wechat", day=shifted.day, unit_id=BUREAU, at=_at(TODAY, 10), actor=clerk
        )
        if not shifted.open_count:
            reconciliation.close_day(found=shifted, at=_at(TODAY, 10), actor=clerk)
    found = DayReconciliation.objects.filter(channel="wechat", day=LAST_DAYS[-1]).first()
    row = Difference.objects.filter(reconciliation=found, kind="amount").first() if found else None
    if row is not None:
        reconciliation.claim(difference=row, at=_at(TODAY, 10), actor=clerk)
    return made


@transaction.atomic
def _deposits(people: Mapping[str, Staff]) -> None:
    """Households that pay ahead by telephone and by card, a few a day."""
    payers = list(Mandate.objects.order_by("account__number").select_related("account")[:60])
    for at, mandate in enumerate(payers):
        day = LAST_DAYS[-1] if at < LEAST else LAST_DAYS[at % len(LAST_DAYS)]
        channel = "wechat" if at < LEAST else ("wechat", "alipay", "card")[at // len(LAST_DAYS) % 3]
        payments.receive(
            account=mandate.account,
            amount_fen=(50_00, 100_00, 200_00)[_draw(mandate.number, 3)],
            channel=channel,
            external_id=_transaction(channel, day, at),
            at=_at(day, 9 + at % 10),
            payer=mandate.holder,
        )


def _transaction(channel: str, day: date, serial: int) -> str:
    stem = {"wechat": "4200002926", "alipay": "2026", "card": "26"}[channel]
    return f"{stem}{day:%m%d}{serial:012d}" if channel != "card" else f"{stem}{day:%m%d}{serial:06d}"


def _reconcile(clerk: Staff, channel: str, day: date) -> int:
    told = books(channel, day, BUREAU).told
    if not told:
        return 0
    rows = [
        FileRow(
            item.external_id,
            abs(item.amount_fen),
            "payment" if item.kind == "payment" else "refund",
            "" if item.kind == "payment" else item.external_id,
            abs(item.amount_fen) * 6 // 1000
            if item.kind == "payment" and channel in ("wechat", "alipay", "card")
            else 0,
        )
        for item in told
    ]
    last = day == LAST_DAYS[-1]
    if channel == "wechat" and day == LAST_DAYS[-2]:
        rows = [row for row in rows if row.external_id != _belated()]
    if last and channel == "wechat":
        rows = _with_differences(rows)
    if last and channel == "card":
        return 1 if _waits(channel, day, clerk) else 0
    reconciliation.take_statement(
        channel=channel, day=day, body=file_of(channel, day, rows), file_name=f"{channel}-{day:%Y%m%d}.csv",
        unit_id=BUREAU, at=_at(day + timedelta(days=1), 9), actor=clerk,
    )  # fmt: skip
    at = _at(day + timedelta(days=1), 10)
    found = reconciliation.reconcile(channel=channel, day=day, unit_id=BUREAU, at=at, actor=clerk)
    if not found.open_count and not last:
        reconciliation.close_day(found=found, at=at + timedelta(minutes=20), actor=clerk)
    return 1


def _belated() -> str:
    """The transaction of 5 September that WeChat Pay lists a day later."""
    told = books("wechat", LAST_DAYS[-2], BUREAU).told
    return max((item.external_id for item in told if item.kind == "payment"), default="")


def _with_differences(rows: list[FileRow]) -> list[FileRow]:
    """A file that tells the day differently: one transaction missing, one unknown, one amount, one twice, one given back."""
    paid = [row for row in rows if row.kind == "payment"]
    if len(paid) < LEAST:
        return rows
    dropped, changed, twice, returned = paid[:4]
    stranger = FileRow("4200002926090600000999", 8_800, fee_fen=52, hint="DH2026090699")
    belated = [
        FileRow(item.external_id, item.amount_fen)
        for item in books("wechat", LAST_DAYS[-2], BUREAU).told
        if item.external_id == _belated()
    ]
    return [
        *belated,
        *(row for row in rows if row not in (dropped, changed)),
        FileRow(changed.external_id, changed.amount_fen + 1_000, fee_fen=changed.fee_fen),
        twice,
        stranger,
        FileRow("50302606202609060001", returned.amount_fen, "refund", returned.external_id),
    ]


def _waits(channel: str, day: date, clerk: Staff) -> DayReconciliation:
    """The file of the card terminals has not come."""
    found = reconciliation.reconcile(channel=channel, day=day, unit_id=BUREAU, at=_at(TODAY, 10), actor=clerk)
    found.overdue_at = _at(TODAY, 10)
    found.save(update_fields=["overdue_at"])
    return found
