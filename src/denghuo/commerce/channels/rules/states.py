"""The states of an order, and which may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

PRODUCTS: Mapping[str, tuple[str, ...]] = {
    "wechat": ("native", "h5", "jsapi"),
    "alipay": ("precreate", "wap", "page"),
}
"""How a customer may pay through each channel."""

OPEN = frozenset({"created", "pending", "unknown"})
FINAL = frozenset({"paid", "closed", "failed"})

_FOLLOWERS: Mapping[str, frozenset[str]] = {
    "created": frozenset({"pending", "unknown", "paid", "closed", "failed"}),
    "pending": frozenset({"unknown", "paid", "closed", "failed"}),
    "unknown": frozenset({"pending", "paid", "closed", "failed"}),
    "closed": frozenset({"paid"}),
    "failed": frozenset({"paid"}),
    "paid": frozenset(),
}


def may_become(state: str, wanted: str) -> bool:
    """Money that came in counts whatever we believed before: everything but paid may become paid."""
    return wanted in _FOLLOWERS[state]


def product_of(provider: str, way: str) -> str:
    """The product for a way to pay: ``code`` (a QR code at the counter) or ``link`` (opened on the customer's phone).

    WeChat opens no payment from an address outside WeChat, so its link is the QR code that is sent as a picture.
    """
    return {"wechat": {"code": "native", "link": "native"}, "alipay": {"code": "precreate", "link": "wap"}}[
        provider
    ][way]


def believed(state: str, told: str, *, at: datetime, expires_at: datetime) -> str:
    """The state of an order after the channel said ``told`` (a state of ``OrderStatus``).

    An order that the channel does not know may still come: Alipay knows a code only once it is scanned, and an
    answer that was lost may be on its way. It is given up when it can no longer be paid.
    """
    wanted = {"missing": "closed" if at >= expires_at else state}.get(told, told)
    return wanted if may_become(state, wanted) else state


EXPIRY_GRACE = timedelta(minutes=1)
"""The last question is asked a little after the end, when a payment begun in time has gone through."""
