"""The counter of the hall: 郑洁's shifts each month, a bounced cheque of the mill, refunds, a transfer, a deposit, and the
account of somebody who left with money on it.

``pay_month`` when a cycle has been issued (before the banks debit), ``play`` on the last morning.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zlib import crc32

from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments import queries, rules
from denghuo.commerce.payments.models import Basket, Cheque, ChequeState, Shift
from denghuo.commerce.receivables import queries as debts
from denghuo.commerce.receivables.models import AccountBalance, Receivable
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import Cycle
from denghuo.project.demo import cast
from denghuo.records.customers import operations as customers
from denghuo.records.customers.models import Account

IN_CASH, BY_CARD, BY_CHEQUE = ("wang", "noodles", "irrigation"), ("mall",), ("mill", "plastics")
COUNTER_CUSTOMERS = (*IN_CASH, *BY_CARD, *BY_CHEQUE)
"""Members of the cast that come to the counter; nobody else should collect from them."""
DAYS = (5, 8)
A_DAY = 30
FLOAT_FEN = 50_000
BOUNCED = "2026-04"
SHORT_BY_FEN = {"2025-12": 500, "2026-06": -200}
"""Cycles in which a count did not agree: short (above zero) or over."""
TODAY = date(2026, 9, 7)


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of day in Beijing."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)


def accounts_of_cast(keys: tuple[str, ...]) -> dict[str, Account]:
    """Accounts of members of the cast, by key."""
    names = {member.name: member.key for member in cast.CAST if member.key in keys}
    found = Account.objects.filter(customer__name__in=list(names), closed_date__isnull=True).select_related(
        "customer"
    )
    return {names[account.customer.name]: account for account in found.order_by("-pk")}


def pay_month(people: Mapping[str, Staff], cycle: Cycle, *, kept: frozenset[int] = frozenset()) -> int:
    """Two days at the counter in the month after ``cycle``; returns how many payments. ``kept`` pay elsewhere."""
    month = cycle.shifted(1)
    named = {key: found for key, found in accounts_of_cast(COUNTER_CUSTOMERS).items() if found.pk not in kept}
    ours = {account.pk for account in named.values()}
    crowd = _crowd(cycle, kept | ours)
    taken = 0
    for turn, number in enumerate(DAYS):
        day = month.on_day(number)
        if day >= TODAY:
            continue
        visitors: list[tuple[Account, str]] = [
            (account, "cash" if crc32(f"{account.number}{cycle}".encode()) % 4 else "card")
            for account in crowd[turn::2]
        ]
        if turn == 0:
            visitors += [(named[key], "cash") for key in IN_CASH if key in named]
            visitors += [(named[key], "card") for key in BY_CARD if key in named]
            visitors += [(named[key], "cheque") for key in BY_CHEQUE if key in named]
        taken += _day(people, day, visitors, short_by=SHORT_BY_FEN.get(str(cycle), 0) if turn else 0)
    _cheques(people, cycle, month)
    return taken


def _crowd(cycle: Cycle, kept: frozenset[int] | set[int]) -> list[Account]:
    """Households that still pay at the counter, the same faces drawn anew each month."""
    owing = Receivable.objects.filter(
        kind="energy",
        cycle=str(cycle),
        open_fen__gt=0,
        payer_class="residential",
        disputed=False,
        account__mandates__isnull=True,
    )
    ids = [
        key
        for key in owing.order_by("account").values_list("account_id", flat=True)[:4_000]
        if key not in kept
    ]
    drawn = sorted(ids, key=lambda key: crc32(f"{key}:{cycle}".encode()))[: 2 * A_DAY]
    found = Account.objects.select_related("customer").in_bulk(drawn)
    return [found[key] for key in drawn]


def _day(
    people: Mapping[str, Staff], day: date, visitors: list[tuple[Account, str]], *, short_by: int = 0
) -> int:
    """Open, take, count, confirm; nothing on a day when nobody owes."""
    clerk = people["zhengjie"]
    owing = debts.open_items_of(account.pk for account, _channel in visitors)
    visitors = [visitor for visitor in visitors if visitor[0].pk in owing]
    if not visitors:
        return 0
    shift = payments.open_shift(clerk=clerk, float_fen=FLOAT_FEN, at=_at(day, 8, 30))
    taken = 0
    for place, (account, channel) in enumerate(visitors):
        taken += _visit(clerk, account, channel, _at(day, 9, 12 * place))
    close(people, shift, day, short_by=short_by)
    return taken


def _visit(clerk: Staff, account: Account, channel: str, at: datetime) -> int:
    day = (at + timedelta(hours=8)).date()
    standing = queries.standing_of(account, on=day)
    fen = standing.pays_all_fen
    if fen <= 0:
        return 0
    tendered = None
    if channel == "cash":
        fen = _to_the_jiao(fen)
        tendered = -(-fen // 10_000) * 10_000
        if crc32(account.number.encode()) % 5 == 0:
            fen = tendered  # “零头存着”: the change stays as prepayment
    key = f"demo-{account.number}-{day:%Y%m%d}"
    payments.take(
        key=key,
        rows=[payments.BasketRow(account, fen)],
        channel=channel,
        at=at,
        actor=clerk,
        tendered_fen=tendered,
        reference=f"{day:%y%m%d}{crc32(key.encode()) % 10**6:06d}" if channel == "card" else "",
        cheque=payments.ChequeFacts(
            f"{crc32(key.encode()) % 10**8:08d}", "灯火城市商业银行", account.customer.name
        )
        if channel == "cheque"
        else None,
    )
    return 1


def close(people: Mapping[str, Staff], shift: Shift, day: date, *, short_by: int = 0) -> None:
    """Count the till and let the accountant confirm; the change fund stays, whole yuan go to the bank."""
    clerk = people["zhengjie"]
    expected = queries.expected_fen(clerk)
    in_hand = expected - short_by
    payments.count_shift(
        shift=shift,
        counts=_pieces(in_hand),
        deposit_fen=max(0, in_hand - FLOAT_FEN),
        at=_at(day, 17, 40),
        actor=clerk,
        note="找零差错" if short_by else "",
    )
    payments.confirm_shift(shift=shift, at=_at(day, 18, 5), actor=people["yejing"])


def _to_the_jiao(fen: int) -> int:
    """Up to the next jiao: nobody carries fen any more, what is too much stays as prepayment."""
    return -(-fen // 10) * 10


def _pieces(fen: int) -> dict[int, int]:
    pieces = {}
    for note in rules.DENOMINATIONS_FEN:
        pieces[note], fen = divmod(fen, note)
    return pieces


def _cheques(people: Mapping[str, Staff], cycle: Cycle, month: Cycle) -> None:
    """Three days later the bank has paid the cheques, but for one of the mill, which brings another with the late fee."""
    waiting = Cheque.objects.filter(state=ChequeState.PRESENTED).select_related("basket")
    day = month.on_day(DAYS[0]) + timedelta(days=3)
    for cheque in waiting.filter(basket__received_at__lt=_at(day, 0)):
        if str(cycle) == BOUNCED and cheque.drawer == "灯火纺织厂":
            payments.bounce_cheque(
                cheque=cheque, reason="出票人存款不足", at=_at(day, 15), actor=people["yejing"]
            )
            again = month.on_day(28)
            mill = accounts_of_cast(("mill",)).get("mill")
            if mill is not None:
                _day(people, again, [(mill, "cheque")])
        else:
            payments.clear_cheque(cheque=cheque, at=_at(day, 15), actor=people["yejing"])


def play(people: Mapping[str, Staff]) -> None:
    """The last days: a refund paid and one that waits, a transfer, a deposit, a customer who left, two shifts."""
    day = date(2026, 9, 6)
    clerk, approver = people["zhengjie"], people["heyong"]
    named = accounts_of_cast(("sun", "noodles", "zhou"))
    shift = payments.open_shift(clerk=clerk, float_fen=FLOAT_FEN, at=_at(day, 8, 30))
    noodles, sun = named["noodles"], named["sun"]
    _prepay(clerk, noodles, 80_000, _at(day, 9, 5))
    payments.take_deposit(
        account=noodles,
        amount_fen=200_000,
        purpose="夜市摊位临时用电保证金",
        channel="card",
        external_id="260906000731",
        at=_at(day, 9, 20),
        actor=clerk,
    )
    _leaving(people, sun, _at(day, 9, 40))
    prepaid = _prepaid(noodles)
    if prepaid >= 20_000:
        transfer = payments.ask_transfer(
            source=noodles,
            target=named["zhou"],
            amount_fen=20_000,
            reason="替员工周明代缴电费",
            at=_at(day, 10, 10),
            actor=clerk,
        )
        payments.approve_transfer(transfer=transfer, actor=approver, at=_at(day, 11), note="已核对代缴证明")
    _refunds(people, day)
    in_hand = queries.expected_fen(clerk)
    payments.count_shift(
        shift=shift,
        counts=_pieces(in_hand),
        deposit_fen=max(0, in_hand - FLOAT_FEN),
        at=_at(day, 17, 40),
        actor=clerk,
    )  # 叶静 confirms it on Monday
    payments.open_shift(
        clerk=clerk, float_fen=max(FLOAT_FEN, queries.expected_fen(clerk)), at=_at(TODAY, 8, 30)
    )


def _prepaid(account: Account) -> int:
    return AccountBalance.objects.filter(account=account).values_list("prepaid_fen", flat=True).first() or 0


def _prepay(clerk: Staff, account: Account, fen: int, at: datetime) -> Basket:
    """Whatever is open and ``fen`` on top."""
    owed = debts.owed(account.pk, on=(at + timedelta(hours=8)).date())
    return payments.take(
        key=f"demo-prepay-{account.number}",
        rows=[payments.BasketRow(account, _to_the_jiao(owed.total_fen + fen))],
        channel="cash",
        at=at,
        actor=clerk,
    )


def _leaving(people: Mapping[str, Staff], sun: Account, at: datetime) -> None:
    """孙丽 gave up the account of a flat she let; what she had prepaid for it waits to be given back."""
    opened = date(2026, 6, 1)
    flat = customers.open_account(
        customer=sun.customer, opened_date=opened, at=_at(opened, 10), actor=people["linxiaoyu"]
    )
    _prepay(people["zhengjie"], flat, 8_640, at)
    customers.close_account(
        account=flat,
        on=date(2026, 9, 6),
        at=at + timedelta(hours=1),
        actor=people["linxiaoyu"],
        reason="出租屋退租销户",
    )


def _refunds(people: Mapping[str, Staff], day: date) -> None:
    """Two households of the crowd that have prepaid: one is paid back in cash, the other's refund waits."""
    holding = (
        AccountBalance.objects.filter(
            prepaid_fen__gte=2_000,
            open_fen=0,
            account__customer__kind="person",
            account__closed_date__isnull=True,
        )
        .select_related("account__customer")
        .order_by("account_id")[:2]
    )
    for place, balance in enumerate(holding):
        refund = payments.ask_refund(
            account=balance.account,
            amount_fen=balance.prepaid_fen // 10 * 10,
            source="prepayment",
            channel="cash" if place == 0 else "transfer",
            beneficiary=balance.account.customer.name,
            bank="灯火城市商业银行",
            bank_account="" if place == 0 else "6217000012345678",
            reason="搬家，退还预存电费",
            at=_at(day, 14, 10 * place),
            actor=people["zhengjie"],
        )
        if place == 0:
            payments.approve_refund(refund=refund, actor=people["heyong"], at=_at(day, 15))
            payments.hand_out(refund=refund, at=_at(day, 15, 20), actor=people["zhengjie"])
