"""The import kind ``readings``: register readings of one cycle, one row a meter, wide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.metering.rules import REGISTERS
from denghuo.commerce.readings import operations
from denghuo.commerce.readings.frames.situations import ReadingBatch, points_by_number
from denghuo.commerce.readings.models import ReadingRule, ReadingSource
from denghuo.engine.readings import ABSENT
from denghuo.foundation.imports import rules as imports
from denghuo.kernel.periods import Cycle
from denghuo.kernel.quantities import READING_SCALE, scaled

REGISTER_HEADINGS: Mapping[str, tuple[Any, tuple[str, ...], str]] = {
    "total": (
        pgettext_lazy("register", "Total"),
        ("总示数", "有功总", "总", "正向有功总", "示数"),
        "12345.67",
    ),
    "sharp": (pgettext_lazy("register", "Sharp"), ("尖示数", "尖", "正向有功尖"), ""),
    "peak": (pgettext_lazy("register", "Peak"), ("峰示数", "峰", "正向有功峰"), ""),
    "flat": (pgettext_lazy("register", "Flat"), ("平示数", "平", "正向有功平"), ""),
    "valley": (pgettext_lazy("register", "Valley"), ("谷示数", "谷", "正向有功谷"), ""),
    "deep": (pgettext_lazy("register", "Deep valley"), ("深谷示数", "深谷"), ""),
    "reactive_forward": (
        pgettext_lazy("register", "Reactive forward"),
        ("无功总", "正向无功总", "正向无功"),
        "",
    ),
    "reactive_reverse": (pgettext_lazy("register", "Reactive reverse"), ("反向无功总", "反向无功"), ""),
    "max_demand": (pgettext_lazy("register", "Maximum demand"), ("最大需量", "需量"), ""),
}


def _cycle(cell: str) -> str:
    try:
        return str(Cycle.parse(cell))
    except ValueError:
        raise imports.CellError("not a month; write it as 2026-08") from None


def _batch(rows: Sequence[imports.Row], context: imports.Context) -> ReadingBatch:
    found = points_by_number([row.values["point"] for row in rows], context.unit_id)

    def column(name: str) -> np.ndarray[Any, np.dtype[np.int64]]:
        values = (row.values.get(name) for row in rows)
        return np.array(
            [ABSENT if value is None else scaled(Decimal(value), READING_SCALE) for value in values], np.int64
        )

    return ReadingBatch(
        metering_point_ids=np.array([found.get(row.values["point"], ABSENT) for row in rows], np.int64),
        read_date=np.array([row.values["read_date"] for row in rows], "datetime64[D]"),
        registers={name: column(name) for name in REGISTERS},
        asset_numbers=[row.values.get("meter") or "" for row in rows],
    )


def check(rows: Sequence[imports.Row], context: imports.Context) -> Iterable[imports.RowProblem]:
    """Refused rows are errors, known ones duplicates; rows that will only be held are no problem of the file."""
    assessment = operations.assess(
        batch=_batch(rows, context), cycle=context.parameters["cycle"], at=context.at
    )
    for row, refused, duplicate in zip(rows, assessment.refused, assessment.duplicate.tolist(), strict=True):
        if duplicate:
            yield imports.RowProblem(row.number, str(_("This reading is there already.")), duplicate=True)
        elif refused:
            message = str(ReadingRule(refused[0]).label)
            yield imports.RowProblem(row.number, message, _FIELD_OF.get(refused[0], ""))


_FIELD_OF = {
    "unknown_point": "point",
    "no_meter": "read_date",
    "future_date": "read_date",
    "out_of_order": "read_date",
    "wrong_meter": "meter",
    "register_missing": "total",
    "register_range": "total",
}


def commit(rows: Sequence[imports.Row], context: imports.Context) -> Mapping[str, int]:
    """Record the rows; some may be held for the worklist."""
    recorded = operations.record_many(
        batch=_batch(rows, context),
        cycle=context.parameters["cycle"],
        source=ReadingSource.FILE,
        at=context.at,
        actor=context.actor,
    )
    return {name: recorded.counts[name] for name in ("accepted", "held")}


READINGS = imports.ImportKind(
    code="readings",
    title=_("Meter readings"),
    description=_("Register readings of one cycle; what looks wrong is held for the worklist."),
    permission="readings.import",
    fields=(
        imports.Field(
            "point",
            _("Metering point"),
            aliases=("计量点编号", "计量点", "表号", "电能表编号", "资产编号", "metering point or meter"),
            parse=imports.identifier(22),
            example="450100000001801",
            note=_("Number of the metering point, or asset number of the meter that hangs there"),
        ),
        imports.Field(
            "meter",
            _("Meter seen"),
            aliases=("现场表号", "表计资产编号"),
            required=False,
            parse=imports.identifier(22),
            note=_("If given, it must be the meter that hangs there"),
        ),
        imports.Field(
            "read_date",
            _("Reading date"),
            aliases=("抄表日期", "冻结日期", "日期"),
            parse=imports.day,
            example="2026-09-01",
        ),
        *(
            imports.Field(
                name,
                label,
                aliases=aliases,
                required=name == "total",
                parse=imports.decimal(READING_SCALE, minimum=Decimal(0)),
                example=example,
            )
            for name, (label, aliases, example) in REGISTER_HEADINGS.items()
        ),
    ),
    parameters=(
        imports.Field(
            "cycle",
            _("Cycle"),
            aliases=("电费年月", "月份"),
            parse=_cycle,
            example="2026-08",
            note=_("YYYY-MM"),
        ),
    ),
    notes=(
        _("Readings are what the meter shows at 00:00 of the reading date, before the multiplier."),
        _("Leave a register empty if the meter does not have it."),
    ),
    key=lambda values: str(values["point"]),
    check=check,
    commit=commit,
)
