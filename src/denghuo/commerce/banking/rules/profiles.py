"""The banks of the bureau and the form of their files; docs/reference/bank-files.md shows golden samples.

A bank is a row of this table. What differs between banks is data: encoding, delimiter, unit of amounts, order of the
columns and the meaning of the answer codes. Names of columns: see ``files``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class BankProfile:
    """``out_columns`` and ``return_columns`` order the fields of a detail row; ``paid_codes`` say that money was taken.

    ``codes`` gives the words of the other answers. An answer that is not in the table is a failure in the bank's words.
    """

    code: str
    name: str
    encoding: str = "utf-8"
    delimiter: str = ","
    amount_unit: str = "fen"
    out_columns: tuple[str, ...] = ("serial", "bank_account", "holder", "agreement", "amount", "note")
    return_columns: tuple[str, ...] = ("serial", "bank_account", "amount", "code", "message")
    paid_codes: frozenset[str] = frozenset({"0000"})
    codes: Mapping[str, str] = field(default_factory=dict)


_USUAL = {
    "0000": "扣款成功",
    "0101": "余额不足",
    "0102": "账户不存在或已销户",
    "0103": "户名不符",
    "0104": "账户冻结或止付",
    "0105": "协议不存在或已解约",
    "0106": "超过单笔限额",
}

PROFILES: Mapping[str, BankProfile] = {
    profile.code: profile
    for profile in (
        BankProfile("denghuo_city", "灯火城市商业银行", codes=_USUAL),
        BankProfile(
            "denghuo_rural",
            "灯火农村商业银行",
            encoding="gb18030",
            delimiter="|",
            amount_unit="yuan",
            out_columns=("serial", "agreement", "holder", "bank_account", "amount", "note"),
            return_columns=("serial", "code", "amount", "bank_account", "message"),
            paid_codes=frozenset({"S"}),
            codes={"S": "成功", "F1": "余额不足", "F2": "账户状态不正常", "F3": "户名不符", "F4": "无此协议"},
        ),
        BankProfile(
            "denghuo_postal",
            "灯火邮政储蓄银行",
            encoding="gb18030",
            amount_unit="yuan",
            paid_codes=frozenset({"00"}),
            codes={"00": "成功", "51": "余额不足", "14": "无效账号", "57": "不允许代扣"},
        ),
    )
}
"""Samples in the manner of Chinese debit interfaces; a bureau adds the row of its own bank."""


class UnknownBank(LookupError):
    """No profile has this code."""


def profile_of(code: str) -> BankProfile:
    """Raises UnknownBank."""
    try:
        return PROFILES[code]
    except KeyError:
        raise UnknownBank(code) from None


def name_of(code: str) -> str:
    """The bank's name; its code where the table has no such row any more."""
    found = PROFILES.get(code)
    return found.name if found else code
