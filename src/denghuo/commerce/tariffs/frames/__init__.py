"""Prices in and out: price books as text, enquiries as columnar tables for the engine."""

from __future__ import annotations

from denghuo.commerce.tariffs.frames.enquiry import Enquiry, case_tables
from denghuo.commerce.tariffs.frames.text import (
    CSV_COLUMNS,
    MAX_BYTES,
    REMOVE,
    FileInvalid,
    RowProblem,
    book_with_rows,
    decoded,
    document_text,
    price_rows_csv,
)

__all__ = [
    "CSV_COLUMNS",
    "MAX_BYTES",
    "REMOVE",
    "Enquiry",
    "FileInvalid",
    "RowProblem",
    "book_with_rows",
    "case_tables",
    "decoded",
    "document_text",
    "price_rows_csv",
]
