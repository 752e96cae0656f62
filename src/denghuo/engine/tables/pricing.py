"""Tables of the price engine: what it needs to price cases, and what it answers.

A *case* is one account and one billing period. Integers are scaled as in ``denghuo.kernel.quantities``:
energy, reactive energy, power and capacity in 0.01, readings (and demand registers) in 0.0001, prices in
1e-8 yuan, ratios (also ``copper_ratio``, ``line_loss_ratio``, ``kq``, ``shift_factor``) in 1e-6, money in fen;
multipliers and ``hours`` in 0.01; ``iron_kw``, ``no_load_kvar``, ``load_loss_kw`` in 0.0001. Dates are
half-open. Strings may be plain or dictionary-encoded.

Inputs (:class:`CaseTables`)

* ``cases``: the period and what is known of the household (energy already used in the tier year, persons, free
  energy *of this period*). ``cycle`` (``YYYY-MM``) chooses the season of monthly tiers. ``tier_months``: months
  in use in the tier year (annual tiers; null = 12) or covered by the bill (monthly tiers; null = 1).
* ``terms``: at least one row a case, joined up over the period without gap; a change of tariff, voltage,
  billing mode (single, capacity, contract_demand, actual_demand), capacity in service (suspension, reduction),
  market (list, agent, agent_penalty, direct) or power-factor standard starts a new row. ``pf_standard``: 0 none,
  80, 85, 90; null = not determined.
* ``points``: metering points; ``role`` purchase, feed_in or generation; a point with ``parent_point_id`` is a
  sub-meter deducted from its parent; ``measure`` metered, ratio (定比, of the parent) or fixed (定量, energy of
  this period). ``tariff`` null = the case's tariff. Loss added for 高供低计: ``loss_method`` none, coefficient,
  physical, percent (line loss only; ``line_loss_ratio`` is added with the other methods too).
* ``advances``: at least one row for every metered point, joined up over the period; meter exchange or a
  reading at a boundary gives more rows. A register is null where the meter has none. ``modulus`` is the value at
  which a register starts again at zero; null = the meter may not roll over.
* ``adjustments``: amounts that join the bill as they are. ``contract_prices``: a direct-trade contract's prices.

Outputs (:class:`PricedTables`): ``lines``, ``sections`` (one row a priced case), ``point_usage``,
``exceptions``.
A case with an exception has no lines and no section.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

MULTIPLIER_SCALE = 2
HOURS_SCALE = 2
LOSS_POWER_SCALE = 4

REGISTERS = ("total", "sharp", "peak", "flat", "valley", "deep", "reactive_forward", "reactive_reverse")
TOU_PERIODS = ("sharp", "peak", "flat", "valley", "deep")
MAX_TIERS = 6

_text = pa.string()
_i64 = pa.int64()
_i16 = pa.int16()
_day = pa.date32()


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


CASES = pa.schema(
    [
        _required("case_id", _i64),
        _required("book", _text),
        _required("cycle", _text),
        _required("period_start", _day),
        _required("period_end", _day),
        pa.field("prior_energy", _i64),
        pa.field("tier_months", _i16),
        pa.field("persons", _i16),
        _required("free_energy", _i64),
    ]
)
TERMS = pa.schema(
    [
        _required("case_id", _i64),
        _required("start", _day),
        _required("end", _day),
        _required("tariff", _text),
        _required("voltage", _text),
        _required("billing_mode", _text),
        _required("capacity", _i64),
        pa.field("contract_demand", _i64),
        _required("demand_exempt", pa.bool_()),
        _required("market", _text),
        pa.field("pf_standard", _i16),
        _required("pf_no_reward", pa.bool_()),
    ]
)
POINTS = pa.schema(
    [
        _required("case_id", _i64),
        _required("point_id", _i64),
        _required("role", _text),
        pa.field("parent_point_id", _i64),
        _required("measure", _text),
        pa.field("ratio", _i64),
        pa.field("fixed_energy", _i64),
        pa.field("tariff", _text),
        _required("feeder", _i16),
        _required("loss_method", _text),
        _required("iron_kw", _i64),
        _required("copper_ratio", _i64),
        _required("hours", _i64),
        _required("no_load_kvar", _i64),
        _required("kq", _i64),
        _required("line_loss_ratio", _i64),
        _required("rated_kva", _i64),
        _required("load_loss_kw", _i64),
        _required("shift_factor", _i64),
    ]
)
ADVANCES = pa.schema(
    [
        _required("case_id", _i64),
        _required("point_id", _i64),
        _required("start", _day),
        _required("end", _day),
        _required("multiplier", _i64),
        pa.field("modulus", _i64),
        *(pa.field(f"{side}_{register}", _i64) for side in ("opening", "closing") for register in REGISTERS),
        pa.field("max_demand", _i64),
        _required("estimated", pa.bool_()),
    ]
)
ADJUSTMENTS = pa.schema(
    [
        _required("case_id", _i64),
        _required("code", _text),
        _required("name", _text),
        _required("amount_fen", _i64),
        _required("group", _text),
        _required("in_pf_base", pa.bool_()),
    ]
)
CONTRACT_PRICES = pa.schema(
    [
        _required("case_id", _i64),
        _required("component", _text),
        pa.field("tou", _text),
        _required("price", _i64),
    ]
)

_label = pa.dictionary(pa.int32(), pa.string())
LINES = pa.schema(
    [
        _required("case_id", _i64),
        pa.field("point_id", _i64),
        _required("segment", _i16),
        _required("start", _day),
        _required("end", _day),
        _required("component", _label),
        _required("group", _label),
        pa.field("tou", _label),
        pa.field("tier", _i16),
        _required("quantity", _i64),
        _required("unit", _label),
        _required("price", _i64),
        _required("numerator", pa.int32()),
        _required("denominator", pa.int32()),
        _required("amount_fen", _i64),
        _required("in_pf_base", pa.bool_()),
        _required("price_id", _label),
        _required("book", _label),
        _required("note", _label),
    ]
)
SECTIONS = pa.schema(
    [
        _required("case_id", _i64),
        _required("energy", _i64),
        _required("feed_in_energy", _i64),
        *(_required(f"tier{n}_energy", _i64) for n in range(1, MAX_TIERS + 1)),
        pa.field("tier_prior", _i64),
        *(pa.field(f"tier{n}_bound", _i64) for n in range(1, MAX_TIERS)),
        _required("free_energy", _i64),
        pa.field("metered_demand", _i64),
        pa.field("billed_demand", _i64),
        _required("demand_discounted", pa.bool_()),
        _required("active", _i64),
        _required("reactive", _i64),
        pa.field("power_factor", _i16),
        pa.field("pf_standard", _i16),
        pa.field("pf_rate", pa.int32()),
        _required("pf_base_fen", _i64),
        _required("pf_fen", _i64),
        _required("purchase_fen", _i64),
        _required("feed_in_fen", _i64),
        _required("total_fen", _i64),
        pa.field("average_price", _i64),
        _required("estimated", pa.bool_()),
    ]
)
POINT_USAGE = pa.schema(
    [
        _required("case_id", _i64),
        _required("point_id", _i64),
        _required("segment", _i16),
        _required("start", _day),
        _required("end", _day),
        _required("tariff", _label),
        _required("metered", _i64),
        _required("loss", _i64),
        _required("deducted", _i64),
        _required("billed", _i64),
        *(_required(f"billed_{tou}", _i64) for tou in TOU_PERIODS),
        _required("by_tou", pa.bool_()),
        _required("reactive", _i64),
        _required("reactive_loss", _i64),
    ]
)
EXCEPTIONS = pa.schema(
    [
        _required("case_id", _i64),
        _required("code", _text),
        _required("path", _text),
        _required("parameters", pa.map_(pa.string(), pa.string())),
    ]
)

# What a column is when a row does not say; columns not listed must be given (or may be null).
DEFAULTS: dict[str, dict[str, Any]] = {
    "cases": {"free_energy": 0},
    "terms": {"billing_mode": "single", "capacity": 0, "demand_exempt": False, "pf_no_reward": False},
    "points": {
        "role": "purchase",
        "measure": "metered",
        "feeder": 1,
        "loss_method": "none",
        "iron_kw": 0,
        "copper_ratio": 0,
        "hours": 720_00,
        "no_load_kvar": 0,
        "kq": 0,
        "line_loss_ratio": 0,
        "rated_kva": 0,
        "load_loss_kw": 0,
        "shift_factor": 0,
    },
    "advances": {"multiplier": 1_00, "estimated": False},
    "adjustments": {"group": "adjustment", "in_pf_base": False},
    "contract_prices": {},
}


class TableInvalid(ValueError):
    """An input table with a missing column, a wrong type or a null where none may be."""


def conform(name: str, table: pa.Table, schema: pa.Schema) -> pa.Table:
    """``table`` in the order and with the types of ``schema``; absent columns take their default or null.

    Raises:
        TableInvalid: a needed column is missing, cannot be cast, holds nulls, or is unknown.
    """
    unknown = sorted(set(table.column_names) - set(schema.names))
    if unknown:
        raise TableInvalid(f"{name}: unknown columns {', '.join(unknown)}")
    columns = []
    for item in schema:
        default = DEFAULTS.get(name, {}).get(item.name)
        if item.name not in table.column_names:
            if default is None and not item.nullable:
                raise TableInvalid(f"{name}.{item.name}: the column is missing")
            value = pa.scalar(default, item.type)
            columns.append(pa.chunked_array([pa.repeat(value, table.num_rows)], item.type))
            continue
        column = table[item.name]
        if pa.types.is_dictionary(column.type) and item.type == pa.string():
            if not pa.types.is_string(column.type.value_type):
                raise TableInvalid(f"{name}.{item.name}: expected text, found {column.type}")
        elif column.type != item.type:
            try:
                column = column.cast(item.type)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                raise TableInvalid(f"{name}.{item.name}: {error}") from error
        if column.null_count and not item.nullable:
            if default is None:
                raise TableInvalid(f"{name}.{item.name}: holds {column.null_count} nulls")
            column = pc.fill_null(column, default)
        columns.append(column)
    return pa.table(columns, names=schema.names)


SCHEMAS: dict[str, pa.Schema] = {
    "cases": CASES,
    "terms": TERMS,
    "points": POINTS,
    "advances": ADVANCES,
    "adjustments": ADJUSTMENTS,
    "contract_prices": CONTRACT_PRICES,
}
OUTPUT_SCHEMAS: dict[str, pa.Schema] = {
    "lines": LINES,
    "sections": SECTIONS,
    "point_usage": POINT_USAGE,
    "exceptions": EXCEPTIONS,
}


def _bundle(tables: Mapping[str, pa.Table]) -> bytes:
    """Several tables in one buffer: name, length and an LZ4-compressed Arrow stream each."""
    parts = []
    for name, table in tables.items():
        sink = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
            writer.write_table(table.combine_chunks())
        body = sink.getvalue().to_pybytes()
        label = name.encode()
        parts.append(bytes([len(label)]) + label + len(body).to_bytes(8, "little") + body)
    return b"".join(parts)


def _unbundle(data: bytes) -> dict[str, pa.Table]:
    tables, at = {}, 0
    while at < len(data):
        label_end = at + 1 + data[at]
        body_start = label_end + 8
        body_end = body_start + int.from_bytes(data[label_end:body_start], "little")
        if body_end > len(data):
            raise TableInvalid("the stored tables are cut short")
        with pa.ipc.open_stream(pa.py_buffer(data[body_start:body_end])) as reader:
            tables[data[at + 1 : label_end].decode()] = reader.read_all()
        at = body_end
    return tables


def _only(table: pa.Table, case_ids: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["case_id"], value_set=case_ids))


@dataclass(frozen=True)
class CaseTables:
    """Everything needed to price some cases."""

    cases: pa.Table
    terms: pa.Table
    points: pa.Table
    advances: pa.Table
    adjustments: pa.Table = field(default_factory=ADJUSTMENTS.empty_table)
    contract_prices: pa.Table = field(default_factory=CONTRACT_PRICES.empty_table)

    def __post_init__(self) -> None:
        for name, schema in SCHEMAS.items():
            object.__setattr__(self, name, conform(name, getattr(self, name), schema))

    @classmethod
    def from_rows(cls, **rows: Sequence[Mapping[str, Any]]) -> Self:
        """Build from lists of dictionaries (tests and small inputs); keys left out take their default."""
        tables = {}
        for name, schema in SCHEMAS.items():
            given = rows.pop(name, [])
            names = [item.name for item in schema if any(item.name in row for row in given)]
            columns = [pa.array([row.get(key) for row in given], schema.field(key).type) for key in names]
            surplus = {key for row in given for key in row} - set(schema.names)
            if surplus:
                raise TableInvalid(f"{name}: unknown columns {', '.join(sorted(surplus))}")
            tables[name] = pa.table(columns, names=names) if given else schema.empty_table()
        if rows:
            raise TableInvalid(f"unknown tables {', '.join(sorted(rows))}")
        return cls(**tables)

    @property
    def case_ids(self) -> list[int]:
        return self.cases["case_id"].to_pylist()

    def filter(self, case_ids: Iterable[int]) -> CaseTables:
        """The same tables with only these cases."""
        wanted = pa.array(list(case_ids), pa.int64())
        return CaseTables(**{item.name: _only(getattr(self, item.name), wanted) for item in fields(self)})

    def to_ipc(self) -> bytes:
        """All tables as one compressed buffer, for storing beside the bills they made."""
        return _bundle({item.name: getattr(self, item.name) for item in fields(self)})

    @classmethod
    def from_ipc(cls, data: bytes) -> Self:
        """Read what :meth:`to_ipc` wrote.

        Raises:
            TableInvalid: cut short or of another shape.
        """
        try:
            return cls(**_unbundle(data))
        except (pa.ArrowInvalid, IndexError, TypeError, OSError, UnicodeDecodeError) as error:
            raise TableInvalid(f"not stored case tables: {error}") from error

    @classmethod
    def concat(cls, parts: Sequence[CaseTables]) -> Self:
        return cls(
            **{item.name: pa.concat_tables([getattr(p, item.name) for p in parts]) for item in fields(cls)}
        )


@dataclass(frozen=True)
class PricedTables:
    """The engine's answer. ``books`` are the compiled books it was priced with (for explanations)."""

    lines: pa.Table
    sections: pa.Table
    point_usage: pa.Table
    exceptions: pa.Table
    books: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def filter(self, case_ids: Iterable[int]) -> PricedTables:
        """The same answer for only these cases."""
        wanted = pa.array(list(case_ids), pa.int64())
        parts = {name: _only(getattr(self, name), wanted) for name in OUTPUT_SCHEMAS}
        return PricedTables(**parts, books=self.books)

    def to_ipc(self) -> bytes:
        return _bundle({name: getattr(self, name) for name in OUTPUT_SCHEMAS})

    @classmethod
    def from_ipc(cls, data: bytes) -> Self:
        try:
            return cls(**_unbundle(data))
        except (pa.ArrowInvalid, IndexError, TypeError, OSError, UnicodeDecodeError) as error:
            raise TableInvalid(f"not stored priced tables: {error}") from error
