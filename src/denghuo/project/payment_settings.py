"""Settings of the payment channels from the environment: off, the emulator on this machine, or the real channels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from denghuo.project.emulator import names

MODES = ("off", "emulator", "live")
EMULATOR = "http://127.0.0.1:8010"
_VARIABLES = {
    "wechat": {
        "mchid": "MCHID", "appid": "APPID", "private_key_file": "PRIVATE_KEY", "serial": "SERIAL",
        "apiv3_key_file": "APIV3_KEY", "public_key_file": "PUBLIC_KEY", "public_key_id": "PUBLIC_KEY_ID",
        "gateway": "GATEWAY",
    },
    "alipay": {
        "appid": "APPID", "seller_id": "SELLER_ID", "private_key_file": "PRIVATE_KEY",
        "public_key_file": "PUBLIC_KEY", "gateway": "GATEWAY",
    },
}  # fmt: skip
_REAL = {"wechat": "https://api.mch.weixin.qq.com", "alipay": "https://openapi.alipay.com/gateway.do"}


def mode(environment: Mapping[str, str]) -> str:
    """What DENGHUO_PAY says.

    Raises:
        ValueError: none of ``MODES``.
    """
    wanted = environment.get("DENGHUO_PAY", "off")
    if wanted not in MODES:
        raise ValueError(f"DENGHUO_PAY is {wanted!r}; choose one of {', '.join(MODES)}")
    return wanted


def channels(environment: Mapping[str, str], home: Path) -> dict[str, dict[str, str]]:
    """For each channel its settings; an empty one is missing. Settings that end in ``_file`` name a file."""
    if mode(environment) == "emulator":
        return emulated(environment.get("DENGHUO_EMULATOR", EMULATOR), home / names.FOLDER)
    found = {
        channel: {
            setting: environment.get(f"DENGHUO_{channel.upper()}_{variable}", "")
            for setting, variable in variables.items()
        }
        for channel, variables in _VARIABLES.items()
    }
    for channel, address in _REAL.items():
        found[channel]["gateway"] = found[channel]["gateway"] or address
    return found


def emulated(address: str, keys: Path) -> dict[str, dict[str, str]]:
    """The settings that fit the emulator at ``address``, whose keys are in the folder ``keys``."""
    return {
        "wechat": {
            "mchid": names.MCHID,
            "appid": names.WECHAT_APPID,
            "private_key_file": str(keys / names.MERCHANT_KEY),
            "serial": names.SERIAL,
            "apiv3_key_file": str(keys / names.APIV3_KEY),
            "public_key_file": str(keys / names.WECHAT_PUBLIC_KEY),
            "public_key_id": names.WECHAT_PUBLIC_KEY_ID,
            "gateway": f"{address}/wechat",
        },
        "alipay": {
            "appid": names.ALIPAY_APPID,
            "seller_id": names.SELLER_ID,
            "private_key_file": str(keys / names.APP_KEY),
            "public_key_file": str(keys / names.ALIPAY_PUBLIC_KEY),
            "gateway": f"{address}/alipay/gateway.do",
        },
    }
