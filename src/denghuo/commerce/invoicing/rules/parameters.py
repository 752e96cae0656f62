"""Regulated figures of invoices."""

from __future__ import annotations

from decimal import Decimal

from denghuo.foundation.parameters.rules import declare

VAT_RATE = declare(
    "invoicing.vat_rate",
    Decimal("0.13"),
    basis="财政部 税务总局 海关总署公告2019年第39号",
    confidence="V2",
    low=Decimal(0),
    high=Decimal("0.17"),
)
TAX_CODE = declare(
    "invoicing.tax_code", "1100101020200000000", basis="商品和服务税收分类编码（售电）", confidence="U"
)
ITEM_NAME = declare("invoicing.item_name", "*供电*电费", basis="商品和服务税收分类简称", confidence="K")
