"""Money through WeChat Pay and Alipay in the town: who pays online every month, and what went differently.

No network and no emulator is needed: the bulk is booked as the channels' callbacks would book it, the stories go
through the real operations with a gateway that says what the story needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from denghuo.commerce.channels import operations, rules
from denghuo.commerce.channels.models import Enquiry, Notification, PaymentOrder
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables.models import Receivable
from denghuo.foundation.identity.models import Staff
from denghuo.kernel.periods import Cycle
from denghuo.records.customers.models import Account

ONLINE_PERCENT = 40
DAYS = (3, 5, 8, 10, 13)
"""Days of the month on which the online payers open their phones."""


def pays_online(account_id: int) -> str:
    """``wechat``, ``alipay`` or nothing: people keep their habits."""
    drawn = int(sha256(f"online:{account_id}".encode()).hexdigest()[:6], 16) % 100
    return "" if drawn >= ONLINE_PERCENT else "wechat" if drawn < ONLINE_PERCENT * 6 // 10 else "alipay"


@dataclass(frozen=True)
class Row:
    """One online payment: the account, fen, and the moment at which the customer paid."""

    account_id: int
    amount_fen: int
    provider: str
    at: datetime


def collect(*, cycle: Cycle, people: Mapping[str, Staff], kept: frozenset[int] = frozenset()) -> int:
    """What the online payers among the crowd pay of one cycle, before any other collection of it; returns how many."""
    owing = Receivable.objects.filter(
        kind="energy", cycle=str(cycle), open_fen__gt=0, cancelled_at__isnull=True, disputed=False
    )
    rows = []
    for account_id, fen in owing.order_by("account").values_list("account_id", "open_fen"):
        provider = pays_online(account_id)
        if provider and account_id not in kept:
            day = cycle.period.end + timedelta(days=DAYS[account_id % len(DAYS)] - 1)
            rows.append(Row(account_id, fen, provider, _evening(day, 11)))
    return pay_many(rows, actor=people["yejing"])


def _evening(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, 20, tzinfo=UTC)


def pay_many(rows: Sequence[Row], *, actor: Staff | None = None) -> int:
    """Book many online payments with their orders and callbacks, set by set: one channel and one moment at a time."""
    groups: dict[tuple[str, datetime], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.provider, row.at), []).append(row)
    for (provider, at), group in sorted(groups.items(), key=lambda item: (item[0][1], item[0][0])):
        booked = payments.receive_file(
            rows=[
                payments.Row(
                    row.account_id,
                    row.amount_fen,
                    _transaction(provider, at, row.account_id),
                    note="线上缴费",
                )
                for row in group
            ],
            channel=provider,
            at=at,
            unit_id="45",
            actor=actor,
        )
        _orders(provider, at, booked)
    return len(rows)


def _transaction(provider: str, at: datetime, account_id: int) -> str:
    stamp = f"{at:%Y%m%d%H%M}"
    return f"4200{stamp}{account_id:012d}" if provider == "wechat" else f"{stamp[:8]}2200141{account_id:013d}"


def _orders(provider: str, at: datetime, booked: Iterable[Payment]) -> None:
    """The orders and callbacks behind payments that are booked."""
    fresh = [payment for payment in booked if payment.note == "线上缴费"]
    orders = [
        PaymentOrder(
            key=f"demo:{payment.external_id}",
            out_trade_no=f"D{at:%Y%m%d}{payment.pk:09d}{'w' if provider == 'wechat' else 'a'}",
            account_id=payment.account_id,
            unit_id=payment.unit_id,
            provider=provider,
            product="h5" if provider == "wechat" else "wap",
            amount_fen=payment.amount_fen,
            description="电费",
            state="paid",
            transaction_id=payment.external_id,
            paid_at=at,
            payer="oDe***er" if provider == "wechat" else "138****8001",
            payment=payment,
            created_at=at - timedelta(minutes=2),
            expires_at=at + timedelta(hours=2),
            ended_at=at,
        )
        for payment in fresh
    ]
    PaymentOrder.objects.bulk_create(orders, batch_size=500)
    Notification.objects.bulk_create(
        (
            Notification(
                provider=provider, received_at=at, size=1_180, digest=sha256(order.key.encode()).hexdigest(),
                address="127.0.0.1", verdict="accepted", order=order, transaction_id=order.transaction_id,
            )
            for order in orders
        ),
        batch_size=500,
    )  # fmt: skip
    Enquiry.objects.bulk_create(
        (
            Enquiry(order=order, question="create", asked_at=order.created_at, answer="placed")
            for order in orders
        ),
        batch_size=500,
    )


class _Story:
    """A channel that says what the story needs next."""

    def __init__(self, provider: str) -> None:
        self.provider, self.merchant, self.app = provider, "story", "story"
        self.status = rules.OrderStatus("pending")
        self.notice: rules.Notice | None = None
        self.silent = False

    def create_order(self, request: rules.OrderRequest) -> rules.Ticket:
        self._answer()
        return rules.Ticket(code_url=f"weixin://wxpay/bizpayurl?pr={request.out_trade_no}")

    def query(self, out_trade_no: str) -> rules.OrderStatus:
        self._answer()
        return self.status

    def close(self, out_trade_no: str) -> None:
        self._answer()

    def _answer(self) -> None:
        if self.silent:
            raise rules.GatewayUnreachable("ReadTimeout")

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> rules.Notice:
        if self.notice is None:
            raise rules.NoticeRefused("bad_signature")
        return self.notice


def play(people: Mapping[str, Staff]) -> dict[str, int]:
    """The stories of September 2026: a code at the counter, one nobody paid, a lost answer, another amount, a forger."""
    story = _Story("wechat")
    clerk = people["zhengjie"]
    with operations.replaced({"wechat": story}):  # type: ignore[dict-item]
        _unpaid(story, _account("周明"), clerk)
        _answer_lost(story, _account("李建国"), clerk)
        _another_amount(story, _account("孙丽"), clerk)
        _forger(story)
    return {"orders": PaymentOrder.objects.count(), "notifications": Notification.objects.count()}


def _account(name: str) -> Account:
    found = Account.objects.filter(customer__name=name, customer__synthetic=True).order_by("pk").first()
    assert found is not None, name
    return found


def _place(account: Account, fen: int, clerk: Staff, at: datetime, key: str) -> PaymentOrder:
    return operations.place(
        account=account,
        amount_fen=fen,
        provider="wechat",
        product="native",
        key=f"demo:{key}",
        at=at,
        actor=clerk,
    )


def _unpaid(story: _Story, account: Account, clerk: Staff) -> None:
    """The customer looked for his phone until the code was over."""
    at = datetime(2026, 9, 3, 2, 10, tzinfo=UTC)
    order = _place(account, 8_640, clerk, at, "unpaid")
    for minutes in (1, 3, 17):
        order = operations.look_up(order=order, at=at + timedelta(minutes=minutes))


def _answer_lost(story: _Story, account: Account, clerk: Staff) -> None:
    """The line to the channel broke while the order was placed; the customer had no code and paid nothing."""
    at = datetime(2026, 9, 4, 3, 5, tzinfo=UTC)
    story.silent = True
    order = _place(account, 25_000, clerk, at, "lost")
    order = operations.look_up(order=order, at=at + timedelta(minutes=1))
    story.silent = False
    story.status = rules.OrderStatus("missing")
    operations.look_up(order=order, at=at + timedelta(minutes=17))
    story.status = rules.OrderStatus("pending")


def _another_amount(story: _Story, account: Account, clerk: Staff) -> None:
    """The channel reports one yuan less than was ordered: nothing is booked, somebody must look."""
    at = datetime(2026, 9, 5, 6, 40, tzinfo=UTC)
    order = _place(account, 15_730, clerk, at, "amount")
    paid_at = at + timedelta(minutes=2)
    told: dict[str, Any] = {
        "transaction_id": "4200202609050000000000015630",
        "amount_fen": 15_630,
        "paid_at": paid_at,
    }
    story.notice = rules.Notice(
        kind="payment", sent_at=paid_at, merchant="story", app="story", out_trade_no=order.out_trade_no, state="paid",
        payer="oDe***er", **told,
    )  # fmt: skip
    _tell(paid_at)
    story.notice, story.status = None, rules.OrderStatus("paid", **told)
    operations.look_up(order=order, at=at + timedelta(minutes=4))
    story.status = rules.OrderStatus("pending")


def _forger(story: _Story) -> None:
    """Somebody tries the address with made-up callbacks."""
    at = datetime(2026, 9, 6, 18, 2, tzinfo=UTC)
    for seconds in range(0, 70, 10):
        _tell(at + timedelta(seconds=seconds), address="203.0.113.7")


def _tell(at: datetime, address: str = "127.0.0.1") -> None:
    body = f'{{"id":"{at.timestamp():.0f}"}}'.encode()
    envelope = operations.Envelope("wechat", {}, body, len(body), address)
    operations.hear(envelope=envelope, at=at)
