"""What the QR code of a customer plate (户号牌) holds.

    DH1.<reference>.<signature>

``DH1`` is the version. ``reference`` is 16 characters of base 32 (A–Z, 2–7): 80 random bits that mean nothing outside
our database. ``signature`` is 16 characters of base 32: the first 80 bits of HMAC-SHA256 over ``DH1.<reference>`` with
the plate key of the installation. 37 characters in the alphanumeric set of QR codes fit a small symbol. Nothing on the plate
names a person; whoever reads it with another scanner sees only this text (seed 004-10: 保护客户个人隐私).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence

VERSION = "DH1"
_SHAPE = re.compile(r"DH1\.([A-Z2-7]{16})\.([A-Z2-7]{16})")


class BadPlate(ValueError):
    """Not a plate of ours; the text is a code: shape (another thing altogether, or another version), signature."""


def plate_text(reference: str, key: bytes) -> str:
    """What the code of the plate with this reference says."""
    return f"{VERSION}.{reference}.{_signature(reference, key)}"


def read_plate(text: str, keys: Sequence[bytes]) -> str:
    """The reference in a scanned text, if one of ``keys`` signed it.

    Raises:
        BadPlate: see the class.
    """
    found = _SHAPE.fullmatch(text.strip().upper())
    if found is None:
        raise BadPlate("shape")
    reference, signature = found.groups()
    if not any(hmac.compare_digest(signature, _signature(reference, key)) for key in keys):
        raise BadPlate("signature")
    return reference


def _signature(reference: str, key: bytes) -> str:
    digest = hmac.new(key, f"{VERSION}.{reference}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode()
