"""The price engine: price books (``book``), compiled once (:func:`compile`), price cases by the column
(:func:`price`), and explain each line (:func:`explain`).

>>> books = {"guangdong": compile(parse(document))}            # doctest: +SKIP
>>> priced = price(tables, books, DayCalendar())               # doctest: +SKIP
>>> explain(tables, priced, case_id=1)                         # doctest: +SKIP

Tables are described in ``denghuo.engine.tables.pricing``.
"""

from denghuo.engine.pricing.bill import price
from denghuo.engine.pricing.book import BookInvalid, PriceBook, Problem, parse
from denghuo.engine.pricing.case import Case
from denghuo.engine.pricing.explain import Trace, explain
from denghuo.engine.pricing.faults import MESSAGES, message
from denghuo.engine.pricing.rates import CompiledBook, compile
from denghuo.engine.pricing.tou import DayCalendar
from denghuo.engine.tables.pricing import CaseTables, PricedTables, TableInvalid

__all__ = [
    "MESSAGES",
    "BookInvalid",
    "Case",
    "CaseTables",
    "CompiledBook",
    "DayCalendar",
    "PriceBook",
    "PricedTables",
    "Problem",
    "TableInvalid",
    "Trace",
    "compile",
    "explain",
    "message",
    "parse",
    "price",
]
