"""The input tables as numpy columns, sorted and linked: row numbers instead of identifiers.

``Inputs`` holds one struct of arrays a table. Cases keep their order; terms are sorted by case and start, points by
case, advances by point and start. A null integer is :data:`NULL`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from denghuo.engine.pricing.exact import Bools, Ints, first_of
from denghuo.engine.tables.pricing import REGISTERS, CaseTables, TableInvalid

NULL = np.iinfo(np.int64).min
Columns = dict[str, Any]


@dataclass(frozen=True)
class Labels:
    """A text column: ``codes`` into ``values``; null is -1."""

    codes: Ints
    values: list[str]

    def take(self, rows: Ints) -> Labels:
        return Labels(self.codes[rows], self.values)

    def equals(self, value: str) -> Bools:
        return self.codes == (self.values.index(value) if value in self.values else -2)

    def text(self, row: int) -> str:
        code = int(self.codes[row])
        return "" if code < 0 else self.values[code]


def _column(column: pa.ChunkedArray) -> Any:
    kind = column.type
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind):
        encoded = column if pa.types.is_dictionary(kind) else pc.dictionary_encode(column)
        whole = encoded.unify_dictionaries().combine_chunks()
        whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) and whole.num_chunks else whole
        if isinstance(whole, pa.ChunkedArray):
            return Labels(np.empty(0, np.int64), [])
        codes = whole.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
        return Labels(codes, whole.dictionary.to_pylist())
    if pa.types.is_boolean(kind):
        return column.to_numpy()
    if pa.types.is_date32(kind):
        column = column.cast(pa.int32())
    column = column.cast(pa.int64())
    if column.null_count:
        column = column.fill_null(int(NULL))
    return column.to_numpy()


def columns(table: pa.Table) -> Columns:
    return {name: _column(table[name]) for name in table.column_names}


def take(table: Columns, rows: Ints) -> Columns:
    return {
        name: value.take(rows) if isinstance(value, Labels) else value[rows] for name, value in table.items()
    }


@dataclass(frozen=True)
class Inputs:
    """Linked columns: ``*_case`` and ``advance_point`` are row numbers; ``first_*`` are offsets by owner."""

    cases: Columns
    terms: Columns
    points: Columns
    advances: Columns
    adjustments: Columns
    contract_prices: Columns
    term_case: Ints
    point_case: Ints
    advance_point: Ints
    adjustment_case: Ints
    contract_case: Ints
    first_term: Ints
    first_point: Ints
    first_advance: Ints
    parent: Ints

    @property
    def count(self) -> int:
        return len(self.cases["case_id"])


def _link(wanted: Ints, known: Ints, name: str) -> Ints:
    """Row number in ``known`` of every identifier in ``wanted``."""
    if len(known) and np.all(known[1:] > known[:-1]):
        order, sorted_known = None, known
    else:
        order = np.argsort(known, kind="stable")
        sorted_known = known[order]
        if np.any(sorted_known[1:] == sorted_known[:-1]):
            raise TableInvalid("cases: a case_id occurs twice")
    at = np.searchsorted(sorted_known, wanted)
    found = np.minimum(at, max(len(known) - 1, 0))
    if len(wanted) and (not len(known) or np.any(sorted_known[found] != wanted)):
        raise TableInvalid(f"{name}: a row belongs to no case")
    return at if order is None else order[at]


def _sorted(table: Columns, case: Ints, start: Ints | None = None) -> tuple[Columns, Ints]:
    keys = case if start is None else case * 2**20 + start
    if np.all(keys[1:] >= keys[:-1]):
        return table, case
    order = np.argsort(keys, kind="stable")
    return take(table, order), case[order]


def read(tables: CaseTables) -> Inputs:
    """Decode and link.

    Raises:
        TableInvalid: a row of no case, a case or point that occurs twice, an advance of no point.
    """
    raw = {item.name: columns(getattr(tables, item.name)) for item in fields(CaseTables)}
    ids = raw["cases"]["case_id"]
    links = {name: _link(table["case_id"], ids, name) for name, table in raw.items() if name != "cases"}
    count = len(ids)
    terms, term_case = _sorted(raw["terms"], links["terms"], raw["terms"]["start"])
    points, point_case = _sorted(raw["points"], links["points"])
    lookup = _PointLookup(points["point_id"], point_case)
    advance_point = lookup.rows(raw["advances"]["point_id"], links["advances"])
    if np.any(advance_point < 0):
        raise TableInvalid("advances: a row belongs to no point of its case")
    advances, advance_point = _sorted(raw["advances"], advance_point, raw["advances"]["start"])
    has_parent = points["parent_point_id"] != NULL
    parent = np.full(len(point_case), -1, np.int64)
    parent[has_parent] = lookup.rows(points["parent_point_id"][has_parent], point_case[has_parent])
    parent[has_parent & (parent < 0)] = -2
    adjustments, adjustment_case = _sorted(raw["adjustments"], links["adjustments"])
    contract, contract_case = _sorted(raw["contract_prices"], links["contract_prices"])
    return Inputs(
        raw["cases"],
        terms,
        points,
        advances,
        adjustments,
        contract,
        term_case,
        point_case,
        advance_point,
        adjustment_case,
        contract_case,
        first_of(term_case, count),
        first_of(point_case, count),
        first_of(advance_point, len(point_case)),
        parent,
    )


class _PointLookup:
    """From (case, point identifier) to the point's row; a point's identifier is unique within its case."""

    def __init__(self, point_id: Ints, point_case: Ints) -> None:
        self.ids = np.unique(point_id)
        keys = point_case * len(self.ids) + np.searchsorted(self.ids, point_id)
        self.order = np.argsort(keys, kind="stable")
        self.keys = keys[self.order]
        if np.any(self.keys[1:] == self.keys[:-1]):
            raise TableInvalid("points: a point_id occurs twice in a case")

    def rows(self, point_id: Ints, case: Ints) -> Ints:
        """Row of each, or -1."""
        if not len(self.ids):
            return np.full(len(point_id), -1, np.int64)
        dense = np.minimum(np.searchsorted(self.ids, point_id), len(self.ids) - 1)
        keys = case * len(self.ids) + dense
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found = (self.keys[at] == keys) & (self.ids[dense] == point_id)
        return np.where(found, self.order[at], -1)


def registers(advances: Columns, side: str) -> Ints:
    """The eight registers of one side as ``(rows, 8)``."""
    return np.stack([advances[f"{side}_{register}"] for register in REGISTERS], axis=1)
