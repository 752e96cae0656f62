"""Amounts in Chinese capitals (大写金额), as bills and receipts write them so that no digit can be altered.

Rules: 财政部《会计基础工作规范》(1996, 2019 修改) 第五十二条: 壹 … 玖, 拾佰仟万亿元角分, 零 for gaps, 整 after
元 or 角 where nothing follows.
"""

from __future__ import annotations

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
LIMIT_FEN = 10**18


def chinese_capital_amount(amount_fen: int) -> str:
    """``123456`` fen → 壹仟贰佰叁拾肆元伍角陆分.

    Raises:
        ValueError: 10^16 yuan or more.
    """
    if abs(amount_fen) >= LIMIT_FEN:
        raise ValueError("amounts in capitals go up to 10^16 yuan")
    sign = "负" if amount_fen < 0 else ""
    yuan, rest = divmod(abs(amount_fen), 100)
    jiao, fen = divmod(rest, 10)
    if not yuan and not rest:
        return "零元整"
    text = f"{_integer(yuan)}元" if yuan else ""
    if not rest:
        return f"{sign}{text}整"
    if jiao:
        text += f"{'零' if yuan and yuan % 10 == 0 else ''}{DIGITS[jiao]}角"
    elif yuan:
        text += "零"
    return f"{sign}{text}{DIGITS[fen]}分" if fen else f"{sign}{text}整"


def _integer(number: int) -> str:
    """A whole number above zero: groups of four places, one 零 for any run of empty places."""
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text = ""
    gap = False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(text)
            if place == 2 and text and not text.endswith("亿"):
                text += "亿"
            continue
        if text and (gap or group < 1_000):
            text += "零"
        text += _group(group) + ("亿" if place == 2 else "万" if place in (1, 3) else "")
        gap = False
    return text


def _group(group: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + PLACES[place]
            gap = False
        else:
            gap = True
    return text
