"""Batches and their rows, as the wizard and the doctor see them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext

from denghuo.foundation.imports import rules
from denghuo.foundation.imports.models import BatchState, ImportBatch, ImportRow, RowState


def batches(*, scope: str) -> QuerySet[ImportBatch]:
    """Batches of the units whose code starts with ``scope``, the newest first."""
    return ImportBatch.objects.filter(unit_id__startswith=scope).select_related("uploaded_by", "run")


def kinds_for(staff: Any) -> list[rules.ImportKind]:
    """The kinds that this person may import."""
    return [kind for kind in rules.kinds() if staff.may(kind.permission)]


def kind_title(batch: ImportBatch) -> Any:
    """What the kind is called; its code when it is no longer installed."""
    try:
        return rules.kind_of(batch.kind).title
    except rules.UnknownKind:
        return batch.kind


def shown_batches(found: Iterable[ImportBatch]) -> list[tuple[ImportBatch, Any]]:
    """Batches with the titles of their kinds."""
    return [(batch, kind_title(batch)) for batch in found]


def row_counts(batch: ImportBatch) -> dict[str, int]:
    """Rows by state, zero included."""
    found = dict(batch.rows.order_by().values_list("state").annotate(n=Count("id")))
    return {state.value: found.get(state.value, 0) for state in RowState}


@dataclass(frozen=True)
class Mapped:
    """A field of the kind and the column that fills it (index, or None)."""

    field: rules.Field
    index: int | None
    heading: str


def mapping(batch: ImportBatch) -> list[Mapped]:
    """Every field with its column."""
    columns, chosen = json.loads(batch.columns), json.loads(batch.mapping)
    return [
        Mapped(field, chosen.get(field.name), columns[chosen[field.name]] if field.name in chosen else "")
        for field in rules.kind_of(batch.kind).fields
    ]


@dataclass(frozen=True)
class ShownProblem:
    """``column`` is the index of the cell, or None for the whole row."""

    column: int | None
    label: str
    text: str


@dataclass(frozen=True)
class ShownRow:
    number: int
    cells: list[str]
    state: str
    problems: list[ShownProblem]

    @property
    def reason(self) -> str:
        """All problems in one line, for the error file."""
        return "；".join(f"{p.label}：{p.text}" if p.label else p.text for p in self.problems)

    @property
    def state_label(self) -> Any:
        return RowState(self.state).label


def shown_rows(
    batch: ImportBatch, *, states: Sequence[str], after: int = 0, limit: int = 100
) -> list[ShownRow]:
    """Rows in these states with numbers above ``after``, their problems in the reader's language."""
    rows = batch.rows.filter(state__in=states, number__gt=after).order_by("number")[:limit]
    return list(_shown(batch, rows))


def refused_rows(batch: ImportBatch) -> Iterator[ShownRow]:
    """Every row that was not taken, errors and duplicates, for the error file."""
    rows = batch.rows.filter(state__in=[RowState.ERROR, RowState.DUPLICATE]).order_by("number")
    return _shown(batch, rows.iterator(chunk_size=2_000))


def _shown(batch: ImportBatch, rows: Any) -> Iterator[ShownRow]:
    labels = {field.name: str(field.label) for field in rules.kind_of(batch.kind).fields}
    columns = json.loads(batch.mapping)
    width = len(json.loads(batch.columns))
    row: ImportRow
    for row in rows:
        problems = [
            ShownProblem(
                column=columns.get(error["field"]),
                label=labels.get(error["field"], ""),
                text=worded(error["message"], error["values"]),
            )
            for error in json.loads(row.errors)
        ]
        cells = json.loads(row.cells)
        yield ShownRow(row.number, cells + [""] * (width - len(cells)), row.state, problems)


def worded(message: str, values: dict[str, Any]) -> str:
    """A stored message in the reader's language."""
    return gettext(message) % values if values else gettext(message)


def inconsistencies() -> list[str]:
    """Batches whose counts do not equal their rows (none in a sound database)."""
    found = []
    of = {state: Count("rows", filter=Q(rows__state=state.value)) for state in RowState}
    batches = ImportBatch.objects.exclude(state=BatchState.DISCARDED).annotate(
        all_rows=Count("rows"),
        good=of[RowState.VALID],
        wrong=of[RowState.ERROR],
        twins=of[RowState.DUPLICATE],
        written=of[RowState.COMMITTED],
    )
    for batch in batches:
        if batch.all_rows != batch.total_rows:
            found.append(f"import {batch.id}: {batch.total_rows} rows noted, {batch.all_rows} kept")
        if batch.committed_rows != batch.written:
            found.append(
                f"import {batch.id}: {batch.committed_rows} rows committed, {batch.written} marked so"
            )
        if batch.state in (BatchState.STAGED, BatchState.CHECKING):
            continue
        noted = (batch.valid_rows, batch.error_rows, batch.duplicate_rows)
        if noted != (batch.good + batch.written, batch.wrong, batch.twins):
            found.append(f"import {batch.id}: valid, error, duplicate are {noted}, its rows say otherwise")
        if sum(noted) != batch.total_rows:
            found.append(f"import {batch.id}: {batch.total_rows} rows are not {' + '.join(map(str, noted))}")
    return found
