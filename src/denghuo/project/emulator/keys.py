"""The emulator's keys, and those it gives us: made once, read afterwards."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from denghuo.project.emulator import names


@dataclass(frozen=True)
class Keys:
    """``wechat`` and ``alipay`` sign for the channels; ``merchant`` and ``app`` are the public halves of ours."""

    wechat: RSAPrivateKey
    alipay: RSAPrivateKey
    merchant: RSAPublicKey
    app: RSAPublicKey
    apiv3: bytes


def ensure(home: Path) -> Keys:
    """The keys below ``home``; made where there are none, whole or not at all."""
    folder = home / names.FOLDER
    if not (folder / names.APIV3_KEY).exists():
        _make(folder)
    merchant, app = _private(folder / names.MERCHANT_KEY), _private(folder / names.APP_KEY)
    return Keys(
        wechat=_private(folder / names.WECHAT_KEY),
        alipay=_private(folder / names.ALIPAY_KEY),
        merchant=merchant.public_key(),
        app=app.public_key(),
        apiv3=(folder / names.APIV3_KEY).read_bytes().strip(),
    )


def _make(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="keys-", dir=folder.parent))
    for private, public in (
        (names.MERCHANT_KEY, ""),
        (names.WECHAT_KEY, names.WECHAT_PUBLIC_KEY),
        (names.APP_KEY, ""),
        (names.ALIPAY_KEY, names.ALIPAY_PUBLIC_KEY),
    ):
        key = generate_private_key(public_exponent=65537, key_size=2048)
        _write(fresh / private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        if public:
            _write(
                fresh / public,
                key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            )
    _write(fresh / names.APIV3_KEY, secrets.token_hex(16).encode())
    try:
        fresh.rename(folder)
    except OSError:  # another process was first
        shutil.rmtree(fresh)


def _write(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)
    os.chmod(path, 0o600)


def _private(path: Path) -> RSAPrivateKey:
    key = load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key
