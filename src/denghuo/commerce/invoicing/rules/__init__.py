"""Judgement about invoices: the split of the tax, how states follow each other, the regulated figures."""

from denghuo.commerce.invoicing.rules.states import LIVE, may_become
from denghuo.commerce.invoicing.rules.tax import Split, ex_tax_fen, split, unit_price

__all__ = ["LIVE", "Split", "ex_tax_fen", "may_become", "split", "unit_price"]
