"""When the channels call again until they hear success: seconds after the try before, as their documents say."""

from __future__ import annotations

from collections.abc import Mapping

_M, _H = 60, 3600

RETRIES: Mapping[str, tuple[int, ...]] = {
    "wechat": (
        15, 30, 3 * _M, 10 * _M, 20 * _M, 30 * _M, 30 * _M, 30 * _M, _H, 3 * _H, 3 * _H, 3 * _H, 6 * _H, 6 * _H,
    ),
    "alipay": (4 * _M, 10 * _M, 10 * _M, _H, 2 * _H, 6 * _H, 15 * _H),
}  # fmt: skip
"""WeChat Pay calls 15 times in about 24 hours, Alipay 8 times in about 25."""


def moments(channel: str) -> list[int]:
    """Seconds after the payment of every try, the first at 0."""
    found = [0]
    for wait in RETRIES[channel]:
        found.append(found[-1] + wait)
    return found
