"""The channels of this installation. The SDKs are known in the adapter files and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from django.conf import settings

from denghuo.commerce.channels.operations.gateways import alipay, wechat
from denghuo.commerce.channels.rules import PRODUCTS, GatewayOff, PaymentGateway

_BUILDERS: Mapping[str, Callable[[Mapping[str, str]], PaymentGateway]] = {
    "wechat": wechat.build,
    "alipay": alipay.build,
}
_replaced: dict[str, PaymentGateway] = {}


def gateway(provider: str) -> PaymentGateway:
    """The gateway of a provider.

    Raises:
        GatewayOff: the channel is switched off here, or its settings are incomplete.
    """
    if provider in _replaced:
        return _replaced[provider]
    if settings.PAY == "off":
        raise GatewayOff("DENGHUO_PAY=off")
    return _built(provider)


@lru_cache(maxsize=4)
def _built(provider: str) -> PaymentGateway:
    return _BUILDERS[provider](settings.PAYMENT_CHANNELS[provider])


def standing(provider: str) -> str:
    """Why the channel cannot be used; empty where it can."""
    try:
        gateway(provider)
    except GatewayOff as reason:
        return str(reason)
    return ""


def available() -> list[str]:
    """The providers that can be used."""
    return [provider for provider in PRODUCTS if not standing(provider)]


@contextmanager
def replaced(gateways: Mapping[str, PaymentGateway]) -> Iterator[None]:
    """Use these instead: for the demonstration town and for tests."""
    kept = dict(_replaced)
    _replaced.update(gateways)
    try:
        yield
    finally:
        _replaced.clear()
        _replaced.update(kept)


def forget() -> None:
    """Read the settings and keys anew at the next use."""
    _built.cache_clear()
