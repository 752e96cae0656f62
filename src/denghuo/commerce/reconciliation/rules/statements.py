"""Files of the channels, read row by row: what cannot be understood is kept with its problem, never skipped.

``READERS`` maps each channel to its reader; docs/reference/bank-files.md shows a golden sample of each.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

LARGEST_BYTES = 50_000_000
LARGEST_FEN = 10**14
PAYMENT, REFUND, ERROR = "payment", "refund", "error"


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated where it is shown."""
    return message


@dataclass(frozen=True)
class FileLine:
    """One transaction as the channel says: ``amount_fen`` is above zero for money in, below for money given back.

    ``parent`` is the payment that a refund gives back. ``problem`` says what cannot be understood in the row.
    """

    number: int
    kind: str
    external_id: str = ""
    amount_fen: int = 0
    fee_fen: int = 0
    parent: str = ""
    moment: str = ""
    hint: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Declared:
    """What the file says of itself; None where it says nothing."""

    count: int | None = None
    payments_fen: int | None = None
    refunds_fen: int | None = None


@dataclass(frozen=True)
class FileContent:
    lines: list[FileLine]
    declared: Declared = field(default_factory=Declared)

    @property
    def errors(self) -> int:
        return sum(line.kind == ERROR for line in self.lines)

    @property
    def payments_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines if line.kind == PAYMENT)

    @property
    def refunds_fen(self) -> int:
        """What was given back, above zero."""
        return -sum(line.amount_fen for line in self.lines if line.kind == REFUND)

    @property
    def agrees(self) -> bool:
        """Whether the rows are what the summary of the file says."""
        said = self.declared
        return (
            said.count in (None, len(self.lines))
            and said.payments_fen in (None, self.payments_fen)
            and said.refunds_fen in (None, self.refunds_fen)
        )


class StatementUnreadable(ValueError):
    """The file as a whole cannot be taken. ``message`` is English with ``%(name)s`` places for ``values``."""

    def __init__(self, message: str, **values: str | int) -> None:
        super().__init__(message % values if values else message)
        self.message, self.values = message, values


def read(channel: str, body: bytes) -> FileContent:
    """The lines of a file of ``channel``.

    Raises:
        StatementUnreadable: no text, no known heading, or cut off.
        LookupError: the channel has no files.
    """
    return READERS[channel](_text(body))


def _text(body: bytes) -> str:
    if len(body) > LARGEST_BYTES:
        raise StatementUnreadable(
            _("The file is larger than %(limit)s MB."), limit=LARGEST_BYTES // 1_000_000
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise StatementUnreadable(_("The file is not text in UTF-8 or GB18030; unpack a zip file first."))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    try:
        rows = list(enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1))
    except csv.Error:
        raise StatementUnreadable(_("The rows of the file are not well formed.")) from None
    return [(number, [_cell(cell) for cell in cells]) for number, cells in rows if any(map(_cell, cells))]


def _cell(cell: str) -> str:
    """WeChat puts a backtick before every value, Alipay a tab behind it."""
    return cell.strip().removeprefix("`").strip()


def _fen(text: str) -> int:
    """Raises ValueError unless it is an amount in yuan of whole fen."""
    try:
        value = Decimal(text.replace(",", "") or "0") * 100
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite() or value != int(value) or abs(value) >= LARGEST_FEN:
        raise ValueError(text)
    return int(value)


_HEADINGS_WITHIN = 30


def _table(rows: Sequence[tuple[int, list[str]]], wanted: Sequence[str]) -> tuple[dict[str, int], int]:
    """Where the columns are, and the index of the heading row."""
    for index, (_number, cells) in enumerate(rows[:_HEADINGS_WITHIN]):
        if set(wanted) <= set(cells):
            return {name: cells.index(name) for name in cells if name}, index
    raise StatementUnreadable(
        _("The headings %(headings)s were not found; is this the file of another channel?"),
        headings="、".join(wanted),
    )


Row = Callable[[str], str]


def _line(
    number: int, cells: Sequence[str], columns: Mapping[str, int], judge: Callable[[Row], FileLine]
) -> FileLine:
    def value(name: str) -> str:
        index = columns.get(name)
        return cells[index] if index is not None and index < len(cells) else ""

    try:
        line = judge(value)
    except ValueError as error:
        return FileLine(number, ERROR, problem=_("cannot be understood"), hint=f"{error}"[:80])
    if not line.external_id or len(line.external_id) > 64 or not line.amount_fen:
        return FileLine(number, ERROR, problem=_("transaction number or amount is missing"))
    return FileLine(number, **{name: getattr(line, name) for name in _COPIED})


_COPIED = ("kind", "external_id", "amount_fen", "fee_fen", "parent", "moment", "hint")


def wechat(text: str) -> FileContent:
    """微信支付交易账单 (tradebill, ALL)."""
    rows = _rows(text)
    columns, start = _table(rows, ("交易时间", "微信订单号", "交易状态", "订单金额"))

    def judge(value: Row) -> FileLine:
        fee = _fen(value("手续费"))
        if value("交易状态") in ("REFUND", "REVOKED"):
            amount = _fen(value("申请退款金额")) or _fen(value("退款金额"))
            own = value("微信退款单号") or value("微信订单号")
            return FileLine(
                0, REFUND, own, -abs(amount), fee, value("微信订单号"), value("交易时间"), value("商户订单号")
            )
        if value("交易状态") != "SUCCESS":
            raise ValueError(value("交易状态"))
        return FileLine(
            0,
            PAYMENT,
            value("微信订单号"),
            _fen(value("订单金额")),
            fee,
            "",
            value("交易时间"),
            value("商户订单号"),
        )

    lines: list[FileLine] = []
    for index in range(start + 1, len(rows)):
        number, cells = rows[index]
        if cells[0] == "总交易单数":
            return FileContent(lines, _wechat_summary(cells, rows[index + 1 : index + 2]))
        lines.append(_line(number, cells, columns, judge))
    raise StatementUnreadable(_("The summary at the end is missing: the file has been cut off."))


def _wechat_summary(headings: Sequence[str], after: Sequence[tuple[int, list[str]]]) -> Declared:
    said = dict(zip(headings, after[0][1], strict=False)) if after else {}
    try:
        return Declared(
            int(said["总交易单数"]),
            _fen(said["订单总金额"]),
            _fen(said["申请退款总金额"] if "申请退款总金额" in said else said["退款总金额"]),
        )
    except (KeyError, ValueError):
        raise StatementUnreadable(_("The summary at the end cannot be understood.")) from None


def alipay(text: str) -> FileContent:
    """支付宝业务明细账单 (signcustomer): lines that begin with # frame the table."""
    notes = [line for line in text.splitlines() if line.lstrip("\ufeff").startswith("#")]
    body = "\n".join("" if line.lstrip("\ufeff").startswith("#") else line for line in text.splitlines())
    rows = _rows(body)
    columns, start = _table(rows, ("支付宝交易号", "业务类型", "订单金额（元）"))
    if not any("列表结束" in note for note in notes):
        raise StatementUnreadable(_("The summary at the end is missing: the file has been cut off."))

    def judge(value: Row) -> FileLine:
        fee, amount = _fen(value("服务费（元）")), _fen(value("订单金额（元）"))
        facts = (value("完成时间") or value("创建时间"), value("商户订单号"))
        if value("业务类型") == "退款":
            own = value("退款批次号/请求号") or value("支付宝交易号")
            return FileLine(0, REFUND, own, -abs(amount), -abs(fee), value("支付宝交易号"), *facts)
        if value("业务类型") != "交易":
            raise ValueError(value("业务类型"))
        return FileLine(0, PAYMENT, value("支付宝交易号"), amount, abs(fee), "", *facts)

    lines = [_line(number, cells, columns, judge) for number, cells in rows[start + 1 :]]
    return FileContent(lines, _alipay_summary(" ".join(notes)))


def _alipay_summary(notes: str) -> Declared:
    paid = re.search(r"交易合计：(\d+)笔[^#]*?商家实收共(-?[\d.,]+?)元", notes)
    back = re.search(r"退款合计：(\d+)笔[^#]*?商家实收退款共(-?[\d.,]+?)元", notes)
    if not paid and not back:
        return Declared()
    return Declared(
        sum(int(found[1]) for found in (paid, back) if found),
        _fen(paid[2]) if paid else 0,
        abs(_fen(back[2])) if back else 0,
    )


def pos(text: str) -> FileContent:
    """POS 收单明细: one row a card transaction, a last row 合计 with number and net amount."""
    rows = _rows(text)
    columns, start = _table(rows, ("交易日期", "交易类型", "参考号", "金额"))

    def judge(value: Row) -> FileLine:
        amount, fee = _fen(value("金额")), _fen(value("手续费"))
        moment = f"{value('交易日期')} {value('交易时间')}".strip()
        if value("交易类型") in ("消费撤销", "退货"):
            return FileLine(
                0,
                REFUND,
                value("参考号"),
                -abs(amount),
                -abs(fee),
                value("原参考号") or value("参考号"),
                moment,
            )
        if value("交易类型") != "消费":
            raise ValueError(value("交易类型"))
        return FileLine(0, PAYMENT, value("参考号"), amount, fee, "", moment, value("终端号"))

    return _summed(rows, start, columns, judge)


def bank(text: str) -> FileContent:
    """银行明细: money in under 贷方金额 (or 金额), money out under 借方金额, a last row 合计."""
    rows = _rows(text)
    columns, start = _table(rows, ("交易日期", "流水号"))
    inward = next((name for name in ("贷方金额", "金额", "入账金额") if name in columns), "")
    if not inward:
        raise StatementUnreadable(_("The column with the amounts credited was not found."))

    def judge(value: Row) -> FileLine:
        out = _fen(value("借方金额"))
        facts = ("", value("交易日期"), value("摘要") or value("户号") or value("对方户名"))
        if out:
            own = value("原流水号") or value("流水号")
            return FileLine(0, REFUND, own, -abs(out), 0, own, *facts[1:])
        return FileLine(0, PAYMENT, value("流水号"), _fen(value(inward)), 0, *facts)

    return _summed(rows, start, columns, judge)


def _summed(
    rows: Sequence[tuple[int, list[str]]],
    start: int,
    columns: Mapping[str, int],
    judge: Callable[[Row], FileLine],
) -> FileContent:
    """Rows up to the last one, 合计, which says how many there are (second cell)."""
    if len(rows) <= start + 1 or rows[-1][1][0] != "合计":
        raise StatementUnreadable(_("The summary at the end is missing: the file has been cut off."))
    lines = [_line(number, cells, columns, judge) for number, cells in rows[start + 1 : -1]]
    said = [cell for cell in rows[-1][1][1:] if cell]
    try:
        net = _fen(said[1]) if len(said) > 1 else None
        content = FileContent(lines, Declared(int(said[0])))
    except (ValueError, IndexError):
        raise StatementUnreadable(_("The summary at the end cannot be understood.")) from None
    if net is not None and not content.errors and net != content.payments_fen - content.refunds_fen:
        return FileContent(lines, Declared(int(said[0]), net + content.refunds_fen))
    return content


READERS: Mapping[str, Callable[[str], FileContent]] = {
    "wechat": wechat,
    "alipay": alipay,
    "card": pos,
    "bank_debit": bank,
    "lockbox": bank,
    "transfer": bank,
}
"""Channels that send a file every day. Cash and cheques are counted at the till (日结)."""
SETTLED_LATER = ("wechat", "alipay", "card")
"""Channels that keep the money on the way (1012) and pay out to the bank net of their fee."""
