"""The payment channels of the town: the emulator with its own keys, and the real adapters that speak to it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from denghuo.commerce.channels import operations
from denghuo.commerce.channels.models import PaymentOrder
from denghuo.commerce.channels.operations.gateways import alipay, wechat
from denghuo.project import payment_settings
from denghuo.project.emulator import desk, keys, names, server
from denghuo.project.emulator.store import Store

_keys_made = count(1)


@cache
def home() -> Path:
    """A folder with the emulator's keys, made once for all tests."""
    folder = Path(tempfile.mkdtemp(prefix="denghuo-emulator-"))
    keys.ensure(folder)
    return folder


class Clock:
    """The emulator's time, as the test wants it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now.timestamp()

    def pass_(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now


def counter(clock: Clock) -> desk.Desk:
    """Both channels in memory, without a server."""
    return desk.Desk(keys.ensure(home()), Store(":memory:"), clock=clock)


def gateways(address: str = "http://127.0.0.1:9") -> dict:
    """The real adapters; the default address answers nothing."""
    settings = payment_settings.emulated(address, home() / names.FOLDER)
    return {"wechat": wechat.build(settings["wechat"]), "alipay": alipay.build(settings["alipay"])}


@contextmanager
def running(clock: Clock) -> Iterator[server.Emulator]:
    """A running emulator on a free port, used by every order placed inside; its callbacks go out when the test says."""
    made = server.Emulator(counter(clock), 0, calling=False)
    try:
        with operations.replaced(gateways(made.address)):
            yield made
    finally:
        made.close()


def place(
    account, amount_fen: int = 10_000, *, provider: str = "wechat", at: datetime, **how
) -> PaymentOrder:
    how.setdefault("product", "native" if provider == "wechat" else "precreate")
    how.setdefault("key", f"test-{next(_keys_made)}")
    return operations.place(account=account, amount_fen=amount_fen, provider=provider, at=at, **how)


NOON = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)
