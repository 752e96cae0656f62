"""How figures, days and moments are written on a page, in a file and in a chart."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from denghuo.kernel import masking
from denghuo.kernel.money import yuan

NOTHING = "–"
MASKS = {
    "name": masking.person_name,
    "person_name": masking.person_name,
    "phone": masking.phone,
    "identity_number": masking.identity_number,
    "identity": masking.identity_number,
    "bank_card": masking.bank_card,
    "email": masking.email,
    "address": masking.address,
    "number": masking.number,
}


def money(fen: int | None) -> str:
    """123456 fen → 1,234.56; a true minus sign for negative amounts."""
    return NOTHING if fen is None else amount(yuan(int(fen)))


def amount(value: Decimal | int | str | None, decimals: int | None = None) -> str:
    """A grouped number with its own decimals, or exactly ``decimals`` of them (rounded half even never: padded only).

    Digits beyond ``decimals`` are kept where they are not zero, so that nothing is hidden by formatting.
    """
    if value is None or value == "":
        return NOTHING
    number = Decimal(value)
    if decimals is not None:
        number = _with_decimals(number, decimals)
    return f"{number:,f}".replace("-", "\u2212")


def _with_decimals(number: Decimal, decimals: int) -> Decimal:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        return number
    stripped = number.normalize()
    needed = max(0, -int(stripped.as_tuple().exponent))
    return number.quantize(Decimal(1).scaleb(-max(needed, decimals)))


def energy(kwh: Decimal | int | str | None) -> str:
    """1234.5 → 1,234.5; 1234.00 → 1,234 (zeros behind the point say nothing on a page)."""
    return NOTHING if kwh is None or kwh == "" else amount(_with_decimals(Decimal(kwh), 0))


def day(value: date | datetime | None) -> str:
    """2026-09-07; an instant is shown as its local day."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, datetime):
        value = _local(value).date()
    return value.isoformat()


def moment(value: datetime | None, *, seconds: bool = False) -> str:
    """2026-09-07 12:00, in the time zone of the installation."""
    if value is None or value == "":
        return NOTHING
    return _local(value).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def _local(value: datetime) -> datetime:
    return timezone.localtime(value if value.tzinfo else value.replace(tzinfo=UTC))


def mask(value: Any, kind: str) -> str:
    """Personal data as shown by default. ``kind``: name, phone, identity_number, bank_card, email, address, number."""
    return MASKS[kind](str(value)) if value not in (None, "") else NOTHING
