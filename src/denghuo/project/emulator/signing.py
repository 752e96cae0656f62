"""What the channels sign and how: answers, callbacks, and the requests they verify. Written from their documents."""

from __future__ import annotations

import json
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from denghuo.kernel.periods import BEIJING
from denghuo.project.emulator import names
from denghuo.project.emulator.keys import Keys

WECHAT_ALGORITHM = "WECHATPAY2-SHA256-RSA2048"


def sign(key: RSAPrivateKey, text: str) -> str:
    return b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def holds(key: RSAPublicKey, text: str, signature: str) -> bool:
    try:
        key.verify(b64decode(signature), text.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


# WeChat Pay v3


def wechat_headers(keys: Keys, body: str, at: float) -> dict[str, str]:
    """The headers that prove an answer or a callback."""
    stamp, nonce = str(int(at)), secrets.token_hex(16)
    return {
        "Wechatpay-Timestamp": stamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": names.WECHAT_PUBLIC_KEY_ID,
        "Wechatpay-Signature": sign(keys.wechat, f"{stamp}\n{nonce}\n{body}\n"),
        "Wechatpay-Signature-Type": WECHAT_ALGORITHM,
    }


def wechat_request_holds(keys: Keys, method: str, path: str, body: str, authorization: str) -> bool:
    """Whether a request is signed with our merchant key."""
    scheme, _, rest = authorization.partition(" ")
    given = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    if scheme != WECHAT_ALGORITHM or given.get("mchid") != names.MCHID:
        return False
    text = f"{method}\n{path}\n{given.get('timestamp', '')}\n{given.get('nonce_str', '')}\n{body}\n"
    return holds(keys.merchant, text, given.get("signature", ""))


def wechat_callback(
    keys: Keys, resource: Mapping[str, Any], *, event: str, kind: str, at: float
) -> tuple[dict[str, str], bytes]:
    """Headers and body of a callback; the resource is encrypted with the APIv3 key."""
    nonce, associated = secrets.token_hex(6), kind
    plain = json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
    sealed = AESGCM(keys.apiv3).encrypt(nonce.encode(), plain, associated.encode())
    body = json.dumps(
        {
            "id": secrets.token_hex(16),
            "create_time": datetime.fromtimestamp(at, BEIJING).isoformat(timespec="seconds"),
            "event_type": event,
            "resource_type": "encrypt-resource",
            "summary": "支付成功" if event.startswith("TRANSACTION") else "退款通知",
            "resource": {
                "algorithm": "AEAD_AES_256_GCM",
                "original_type": kind,
                "associated_data": associated,
                "nonce": nonce,
                "ciphertext": b64encode(sealed).decode(),
            },
        },
        ensure_ascii=False,
    )
    headers = {"Content-Type": "application/json", **wechat_headers(keys, body, at)}
    return headers, body.encode()


def wechat_transaction(order: Mapping[str, Any], transaction: Mapping[str, Any]) -> dict[str, Any]:
    """A paid order as WeChat Pay tells it: ``amount_fen`` of the transaction, if any, else of the order."""
    total = transaction.get("amount_fen", order["amount_fen"])
    return {
        "mchid": names.MCHID,
        "appid": names.WECHAT_APPID,
        "out_trade_no": order["out_trade_no"],
        "transaction_id": transaction["id"],
        "trade_type": order["product"].upper() if order["product"] != "h5" else "MWEB",
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": "OTHERS",
        "attach": "",
        "success_time": iso(transaction["paid_at"]),
        "payer": {"openid": order.get("payer", "oDenghuoCustomer")},
        "amount": {"total": total, "payer_total": total, "currency": "CNY", "payer_currency": "CNY"},
    }


# Alipay


def alipay_text(values: Mapping[str, str], *, without: tuple[str, ...]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(values.items()) if name not in without)


def alipay_request_holds(keys: Keys, values: Mapping[str, str]) -> bool:
    """Whether a request is signed with our application key (sign_type is part of the text, sign is not)."""
    if values.get("app_id") != names.ALIPAY_APPID or values.get("sign_type") != "RSA2":
        return False
    return holds(keys.app, alipay_text(values, without=("sign",)), values.get("sign", ""))


def alipay_answer(keys: Keys, method: str, content: Mapping[str, Any]) -> bytes:
    """A signed answer: the signature covers the text of the content exactly as it stands in the answer."""
    name = method.replace(".", "_") + "_response"
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f'{{"{name}":{text},"sign":"{sign(keys.alipay, text)}"}}'.encode()


def alipay_callback(
    keys: Keys, order: Mapping[str, Any], transaction: Mapping[str, Any], *, at: float
) -> tuple[dict[str, str], bytes]:
    """Headers and body of a callback; the signature covers every value but sign and sign_type."""
    total = yuan(transaction.get("amount_fen", order["amount_fen"]))
    values = {
        "notify_time": local(at),
        "notify_type": "trade_status_sync",
        "notify_id": secrets.token_hex(16),
        "app_id": names.ALIPAY_APPID,
        "seller_id": names.SELLER_ID,
        "charset": "utf-8",
        "version": "1.0",
        "trade_no": transaction["id"],
        "out_trade_no": order["out_trade_no"],
        "trade_status": transaction.get("status", "TRADE_SUCCESS"),
        "total_amount": total,
        "receipt_amount": total,
        "buyer_logon_id": order.get("payer", "138****8001"),
        "subject": order["description"],
        "gmt_create": local(order["created_at"]),
        "gmt_payment": local(transaction["paid_at"]),
    }
    values["sign"] = sign(keys.alipay, alipay_text(values, without=("sign", "sign_type")))
    values["sign_type"] = "RSA2"
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    return headers, urlencode(values).encode()


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, BEIJING).isoformat(timespec="seconds")


def local(at: float) -> str:
    return datetime.fromtimestamp(at, BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
