"""Personal data as it is shown by default (个人信息展示脱敏)."""

from __future__ import annotations


def _hide(text: str, head: int, tail: int, stars: int | None = None) -> str:
    if len(text) <= head + tail:
        return "*" * len(text)
    hidden = stars if stars is not None else len(text) - head - tail
    return text[:head] + "*" * hidden + (text[-tail:] if tail else "")


def person_name(name: str) -> str:
    """张三 → 张*, 张小明 → 张*明."""
    return _hide(name, 1, 0 if len(name) <= 2 else 1)


def phone(number: str) -> str:
    """13812345678 → 138****5678, 0771-5551234 → 0771-****234."""
    area, dash, local = number.partition("-")
    if dash:
        return f"{area}-****{local[-3:]}"
    return _hide(number, 3, 4, 4)


def identity_number(number: str) -> str:
    """450103199001011234 → 450***********1234."""
    return _hide(number, 3, 4)


def bank_card(number: str) -> str:
    """Only the last four digits stay."""
    return f"**** {number[-4:]}" if len(number) > 4 else "****"


def email(address: str) -> str:
    """abc@x.cn → a***@x.cn."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}***@{domain}" if at else _hide(address, 1, 0)


def address(text: str) -> str:
    """Down to the road or estate; house, unit and room are hidden: 城东路梧桐巷12号301 → 城东路梧桐巷***."""
    for position, character in enumerate(text):
        if character.isdecimal():
            return text[:position] + "***"
    return _hide(text, max(1, len(text) * 2 // 3), 0, 3)


def number(text: str) -> str:
    """First four and last four digits of a customer number, for public screens."""
    return _hide(text, 4, 4)
