"""The daily bill files of the channels, read line by line. Amounts become fen; a line that is not understood is refused."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import datetime

from denghuo.commerce.channels.rules.gateway import BillLine
from denghuo.kernel.money import fen
from denghuo.kernel.periods import BEIJING

WECHAT_HEADER = [
    "交易时间",
    "公众账号ID",
    "商户号",
    "特约商户号",
    "设备号",
    "微信订单号",
    "商户订单号",
    "用户标识",
    "交易类型",
    "交易状态",
    "付款银行",
    "货币种类",
    "应结订单金额",
    "代金券金额",
    "微信退款单号",
    "商户退款单号",
    "退款金额",
    "充值券退款金额",
    "退款类型",
    "退款状态",
    "商品名称",
    "商户数据包",
    "手续费",
    "费率",
    "订单金额",
    "申请退款金额",
    "费率备注",
]
WECHAT_SUMMARY = [
    "总交易单数",
    "应结订单总金额",
    "退款总金额",
    "充值券退款总金额",
    "手续费总金额",
    "订单总金额",
    "申请退款总金额",
]
ALIPAY_HEADER = [
    "支付宝交易号",
    "商户订单号",
    "业务类型",
    "商品名称",
    "创建时间",
    "完成时间",
    "门店编号",
    "门店名称",
    "操作员",
    "终端号",
    "对方账户",
    "订单金额（元）",
    "商家实收（元）",
    "支付宝红包（元）",
    "集分宝（元）",
    "支付宝优惠（元）",
    "商家优惠（元）",
    "券核销金额（元）",
    "券名称",
    "商家红包消费金额（元）",
    "卡消费金额（元）",
    "退款批次号/请求号",
    "服务费（元）",
    "分润（元）",
    "备注",
]


class BillUnreadable(ValueError):
    """The bill file is not in the form that the channel documents; the text names the line."""


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)


def wechat_lines(text: str) -> list[BillLine]:
    """The lines of a WeChat Pay trade bill (bill_type ALL): each value begins with a backtick.

    A line with a refund number is a refund; ``SUCCESS`` is a payment. The two summary lines at the end are compared
    with the lines: number and total of the payments.

    Raises:
        BillUnreadable: another header, a line that does not parse, or a summary that does not agree.
    """
    rows = [
        [value.strip().removeprefix("`") for value in row] for row in csv.reader(text.splitlines()) if row
    ]
    if not rows or [value.lstrip("\ufeff") for value in rows[0]] != WECHAT_HEADER:
        raise BillUnreadable("line 1: not the header of a trade bill")
    lines: list[BillLine] = []
    for number, row in enumerate(rows[1:], start=2):
        if row == WECHAT_SUMMARY:
            _agree(rows[number] if number < len(rows) else [], lines)
            return lines
        try:
            lines.append(_wechat_line(dict(zip(WECHAT_HEADER, row, strict=True))))
        except (ValueError, KeyError) as error:
            raise BillUnreadable(f"line {number}: {error}") from error
    raise BillUnreadable("the summary is missing: the file is cut off")


def _wechat_line(row: dict[str, str]) -> BillLine:
    at = _moment(row["交易时间"])
    fee = fen(row["手续费"] or "0")
    if row["交易状态"] == "SUCCESS":
        return BillLine("payment", row["微信订单号"], row["商户订单号"], fen(row["订单金额"]), at, fee)
    if row["交易状态"] != "REFUND":
        raise ValueError(f"state {row['交易状态']!r}")
    return BillLine(
        "refund",
        row["微信订单号"],
        row["商户订单号"],
        fen(row["申请退款金额"]),
        at,
        fee,
        row["微信退款单号"],
        row["商户退款单号"],
    )


def _agree(summary: list[str], lines: Iterable[BillLine]) -> None:
    """The first figure counts all lines, the sixth sums the payments."""
    found = list(lines)
    paid_fen = sum(line.amount_fen for line in found if line.kind == "payment")
    try:
        said = int(summary[0]), fen(summary[5])
    except (IndexError, ValueError) as error:
        raise BillUnreadable(f"the summary: {error}") from error
    if said != (len(found), paid_fen):
        raise BillUnreadable(f"the summary says {summary[0]} lines and {summary[5]} yuan")


def alipay_lines(text: str) -> list[BillLine]:
    """The lines of an Alipay trade bill (业务明细): comments begin with #, values end with a tab.

    Raises:
        BillUnreadable: another header, a line that does not parse, or no closing comment.
    """
    rows: list[BillLine] = []
    seen_header = False
    for number, raw in enumerate(text.splitlines(), start=1):
        if raw.startswith("#"):
            if "业务明细列表结束" in raw and seen_header:
                return rows
            continue
        row = [value.strip() for value in next(csv.reader([raw]), [])]
        if not any(row):
            continue
        if not seen_header:
            if row != ALIPAY_HEADER:
                raise BillUnreadable(f"line {number}: not the header of a trade bill")
            seen_header = True
            continue
        try:
            rows.append(_alipay_line(dict(zip(ALIPAY_HEADER, row, strict=True))))
        except (ValueError, KeyError) as error:
            raise BillUnreadable(f"line {number}: {error}") from error
    raise BillUnreadable("the closing line is missing: the file is cut off")


def _alipay_line(row: dict[str, str]) -> BillLine:
    kind = {"交易": "payment", "退款": "refund"}[row["业务类型"]]
    return BillLine(
        kind,
        row["支付宝交易号"],
        row["商户订单号"],
        abs(fen(row["订单金额（元）"])),
        _moment(row["完成时间"]),
        abs(fen(row["服务费（元）"] or "0")),
        row["退款批次号/请求号"] if kind == "refund" else "",
        row["退款批次号/请求号"] if kind == "refund" else "",
    )
