"""The file for the tax platform: one row a line of an invoice. See docs/reference/invoice-files.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from denghuo.commerce.invoicing.models import Invoice, InvoiceExport
from denghuo.commerce.invoicing.rules import parameters
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.foundation.ui.lists import Column
from denghuo.kernel.money import yuan
from denghuo.kernel.periods import day_of

HEADINGS = (
    ("number", "申请流水号"),
    ("kind", "红蓝标志"),
    ("form", "发票种类"),
    ("confirmation", "红字确认单编号"),
    ("original", "被红冲蓝字发票号码"),
    ("buyer_name", "购买方名称"),
    ("buyer_code", "购买方纳税人识别号"),
    ("buyer_person", "购买方自然人标志"),
    ("buyer_address", "购买方地址"),
    ("buyer_phone", "购买方电话"),
    ("buyer_bank", "购买方开户行"),
    ("buyer_account", "购买方银行账号"),
    ("buyer_email", "购买方邮箱"),
    ("seller_name", "销售方名称"),
    ("seller_code", "销售方纳税人识别号"),
    ("seller_address", "销售方地址"),
    ("seller_phone", "销售方电话"),
    ("seller_bank", "销售方开户行"),
    ("seller_account", "销售方银行账号"),
    ("line", "行号"),
    ("item", "项目名称"),
    ("tax_code", "商品和服务税收编码"),
    ("specification", "规格型号"),
    ("unit", "单位"),
    ("quantity", "数量"),
    ("unit_price", "单价（不含税）"),
    ("ex_tax", "金额（不含税）"),
    ("rate", "税率"),
    ("tax", "税额"),
    ("total", "价税合计"),
    ("issuer", "开票人"),
    ("remarks", "备注"),
)
MONEY = ("ex_tax", "tax", "total")
COLUMNS = [
    Column(name, heading, kind="yuan" if name in MONEY else "text", export=itemgetter(name))
    for name, heading in HEADINGS
]


def rows_of(export: InvoiceExport) -> Iterator[dict[str, Any]]:
    """The rows of a file. Its invoices are snapshots, so the file is the same each time, while none was sent again."""
    codes = parameter_queries.values([parameters.TAX_CODE], on=day_of(export.created_at))
    invoices = export.rows.select_related("original").prefetch_related("lines").order_by("id")
    for invoice in invoices.iterator(chunk_size=500):
        yield from _rows(invoice, codes[parameters.TAX_CODE.code])


def _rows(invoice: Invoice, tax_code: str) -> Iterator[dict[str, Any]]:
    buyer, seller = json.loads(invoice.buyer), json.loads(invoice.seller)
    head = {
        "number": invoice.number,
        "kind": "红字" if invoice.kind == "red" else "蓝字",
        "form": "增值税专用发票" if invoice.special else "普通发票",
        "confirmation": invoice.confirmation_number,
        "original": (invoice.original.tax_number or "") if invoice.original else "",
        "buyer_name": buyer["name"],
        "buyer_code": buyer["credit_code"],
        "buyer_person": "是" if buyer["is_person"] else "否",
        "buyer_address": buyer["address"],
        "buyer_phone": buyer["phone"],
        "buyer_bank": buyer["bank"],
        "buyer_account": buyer["bank_account"],
        "buyer_email": buyer["email"],
        "seller_name": seller["name"],
        "seller_code": seller["credit_code"],
        "seller_address": seller["address"],
        "seller_phone": seller["phone"],
        "seller_bank": seller["bank"],
        "seller_account": seller["bank_account"],
        "issuer": seller["issuer"],
        "remarks": invoice.remarks,
    }
    for line in invoice.lines.all():
        yield {
            **head,
            "line": line.position,
            "item": line.name,
            "tax_code": tax_code,
            "specification": line.specification,
            "unit": "千瓦时" if line.quantity else "",
            "quantity": line.quantity or None,
            "unit_price": line.unit_price,
            "ex_tax": yuan(line.ex_tax_fen),
            "rate": format(invoice.vat_rate.normalize(), "f"),
            "tax": yuan(line.tax_fen),
            "total": yuan(line.total_fen),
        }
