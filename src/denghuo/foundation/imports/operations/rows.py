"""Judging the rows of a batch and writing them, slice by slice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.database import bulk
from denghuo.foundation.imports import queries, rules
from denghuo.foundation.imports.models import BatchState, ImportBatch, ImportRow, RowState
from denghuo.foundation.imports.operations.batches import MappingIncomplete, locked
from denghuo.foundation.jobs import operations as jobs
from denghuo.foundation.jobs.models import LongRun, RunState
from denghuo.foundation.jobs.rules import ChunkSpec

if TYPE_CHECKING:
    from denghuo.foundation.identity.models import Staff

CHECK_RUN, COMMIT_RUN = "imports.check", "imports.commit"
INLINE_ROWS = 2_000
"""Files up to this are checked while the person waits."""


@transaction.atomic
def check(
    *, batch: ImportBatch, actor: Staff | None, at: datetime, inline: bool | None = None
) -> ImportBatch:
    """The dry run: parse every cell, find duplicates, ask the kind. Writes nothing but the verdicts on the rows.

    Small files are checked at once, larger ones by a long run (``inline`` decides otherwise).

    Raises:
        MappingIncomplete: a required field has no column.
        BatchCannotChange: it is being checked or committed already, or done with.
    """
    fresh = locked(batch, BatchState.STAGED, BatchState.CHECKED)
    kind = rules.kind_of(fresh.kind)
    mapping = json.loads(fresh.mapping)
    if missing := [field.label for field in kind.fields if field.required and field.name not in mapping]:
        raise MappingIncomplete(missing)
    fresh.state = BatchState.CHECKING
    fresh.save(update_fields=["state"])
    if fresh.total_rows <= INLINE_ROWS if inline is None else inline:
        for first, last, _rows in _spans(fresh, kind.chunk_rows):
            check_chunk(batch_id=fresh.id, first=first, last=last, at=at)
        close_check(batch_id=fresh.id)
    else:
        _start_run(fresh, CHECK_RUN, gettext("Check of %(file)s"), _spans(fresh, kind.chunk_rows), actor, at)
    fresh.refresh_from_db()
    return fresh


@transaction.atomic
def commit(*, batch: ImportBatch, actor: Staff | None, at: datetime) -> LongRun:
    """Write the valid rows in chunks by a long run; rows with errors stay behind for the error file.

    Raises:
        BatchCannotChange: not checked, or being committed.
    """
    fresh = locked(batch, BatchState.CHECKED)
    kind = rules.kind_of(fresh.kind)
    fresh.state = BatchState.COMMITTING
    fresh.save(update_fields=["state"])
    audit.record(
        "imports.batch.committed",
        subject=fresh,
        actor=actor,
        at=at,
        unit_id=fresh.unit_id,
        changes={"rows": [0, fresh.valid_rows - fresh.committed_rows]},
    )
    spans = _spans(fresh, kind.chunk_rows, RowState.VALID)
    return _start_run(fresh, COMMIT_RUN, gettext("Import of %(file)s"), spans, actor, at)


def _spans(batch: ImportBatch, size: int, state: str | None = None) -> list[tuple[int, int, int]]:
    """(first number, last number, rows) of every slice."""
    rows = batch.rows.exclude(state=RowState.COMMITTED).order_by("number")
    if state:
        rows = rows.filter(state=state)
    numbers = list(rows.values_list("number", flat=True))
    slices = (numbers[start : start + size] for start in range(0, len(numbers), size))
    return [(part[0], part[-1], len(part)) for part in slices]


def _start_run(
    batch: ImportBatch,
    kind: str,
    title: str,
    spans: Sequence[tuple[int, int, int]],
    actor: Staff | None,
    at: datetime,
) -> LongRun:
    chunks = [
        ChunkSpec({"batch": batch.id, "first": first, "last": last}, count) for first, last, count in spans
    ]
    run = jobs.start(
        kind=kind,
        title=title % {"file": batch.file_name},
        parameters={"batch": batch.id},
        chunks=chunks,
        actor=actor,
        unit_id=batch.unit_id,
        at=at,
    )
    ImportBatch.objects.filter(id=batch.id).update(run=run)
    return run


def check_chunk(*, batch_id: int, first: int, last: int, at: datetime) -> dict[str, int]:
    """Judge the rows numbered ``first`` to ``last``; runs inside the caller's transaction."""
    batch = ImportBatch.objects.select_related("uploaded_by").get(id=batch_id)
    kind = rules.kind_of(batch.kind)
    slice_rows = batch.rows.filter(number__gte=first, number__lte=last).exclude(state=RowState.COMMITTED)
    rows = list(slice_rows.order_by("number"))
    verdicts = _judged(kind, batch, rows, at)
    bulk.update_columns(
        ImportRow,
        [row.id for row in rows],
        {
            "state": [verdicts[row.number].state for row in rows],
            "key": [verdicts[row.number].key for row in rows],
            "errors": [verdicts[row.number].errors_text for row in rows],
        },
    )
    return {}


def close_check(*, batch_id: int) -> None:
    """Mark rows that repeat an earlier row of the file, and set the counts."""
    batch = ImportBatch.objects.select_for_update().get(id=batch_id)
    first_with: dict[str, int] = {}
    twins: list[tuple[int, int]] = []
    good = batch.rows.filter(state__in=[RowState.COMMITTED, RowState.VALID]).order_by("state", "number")
    for row_id, number, key in good.values_list("id", "number", "key").iterator(chunk_size=10_000):
        if (earlier := first_with.setdefault(key, number)) != number:
            twins.append((row_id, earlier))
    message = _("the same as row %(row)s of this file")
    bulk.update_columns(
        ImportRow,
        [row_id for row_id, _earlier in twins],
        {
            "state": [RowState.DUPLICATE.value] * len(twins),
            "errors": [_errors_text([rules.RowProblem(0, message, values={"row": n})]) for _id, n in twins],
        },
    )
    counts = queries.row_counts(batch)
    batch.valid_rows = counts[RowState.VALID] + counts[RowState.COMMITTED]
    batch.error_rows = counts[RowState.ERROR]
    batch.duplicate_rows = counts[RowState.DUPLICATE]
    batch.state = BatchState.CHECKED
    batch.save(update_fields=["valid_rows", "error_rows", "duplicate_rows", "state"])


def commit_chunk(*, batch_id: int, first: int, last: int, at: datetime) -> dict[str, int]:
    """Judge the valid rows of a slice once more and write those that still are; inside the caller's transaction."""
    batch = ImportBatch.objects.select_related("uploaded_by").get(id=batch_id)
    kind = rules.kind_of(batch.kind)
    slice_rows = batch.rows.filter(number__gte=first, number__lte=last, state=RowState.VALID)
    rows = list(slice_rows.select_for_update().order_by("number"))
    verdicts = _judged(kind, batch, rows, at)
    good = [row for row in rows if verdicts[row.number].state == RowState.VALID]
    refused = [row for row in rows if verdicts[row.number].state != RowState.VALID]
    counters: dict[str, int] = {}
    if good:
        written = [rules.Row(row.number, verdicts[row.number].values) for row in good]
        counters = dict(kind.commit(written, context(batch, at)) or {})
    bulk.update_columns(
        ImportRow, [row.id for row in good], {"state": [RowState.COMMITTED.value] * len(good)}
    )
    bulk.update_columns(
        ImportRow,
        [row.id for row in refused],
        {
            "state": [verdicts[row.number].state for row in refused],
            "errors": [verdicts[row.number].errors_text for row in refused],
        },
    )
    errors = sum(verdicts[row.number].state == RowState.ERROR for row in refused)
    ImportBatch.objects.filter(id=batch_id).update(
        committed_rows=F("committed_rows") + len(good),
        valid_rows=F("valid_rows") - len(refused),
        error_rows=F("error_rows") + errors,
        duplicate_rows=F("duplicate_rows") + len(refused) - errors,
    )
    return {"committed": len(good), "refused": len(refused)} | counters


def finish(*, run: LongRun, batch_id: int, at: datetime) -> None:
    """What the end of a check or commit run means for the batch: on, or back to where it can be tried again."""
    if run.kind == CHECK_RUN:
        if run.state == RunState.DONE:
            close_check(batch_id=batch_id)
        else:
            ImportBatch.objects.filter(id=batch_id, state=BatchState.CHECKING).update(state=BatchState.STAGED)
        return
    batch = ImportBatch.objects.select_for_update().get(id=batch_id)
    if batch.state not in (BatchState.COMMITTING, BatchState.CHECKED):
        return
    if run.state == RunState.DONE and batch.committed_rows == batch.valid_rows:
        batch.state, batch.committed_at = BatchState.COMMITTED, at
    else:
        batch.state = BatchState.CHECKED
    batch.save(update_fields=["state", "committed_at"])


def context(batch: ImportBatch, at: datetime) -> rules.Context:
    """What the kind's functions are told about this batch."""
    kind = rules.kind_of(batch.kind)
    given = json.loads(batch.parameters)
    parsed = {
        field.name: rules.cell_value(field, rules.folded(given.get(field.name, "")))
        for field in kind.parameters
    }
    return rules.Context(
        batch_id=batch.id, actor=batch.uploaded_by, unit_id=batch.unit_id, parameters=parsed, at=at
    )


class _Verdict:
    def __init__(self, values: Mapping[str, Any], key: str, problems: Sequence[rules.RowProblem]) -> None:
        self.values, self.key, self.problems = values, key, problems

    @property
    def state(self) -> str:
        if not self.problems:
            return RowState.VALID.value
        only_twins = all(problem.duplicate for problem in self.problems)
        return RowState.DUPLICATE.value if only_twins else RowState.ERROR.value

    @property
    def errors_text(self) -> str:
        return _errors_text(self.problems)


def _judged(
    kind: rules.ImportKind, batch: ImportBatch, rows: Sequence[ImportRow], at: datetime
) -> dict[int, _Verdict]:
    mapping = json.loads(batch.mapping)
    width = len(json.loads(batch.columns))
    verdicts: dict[int, _Verdict] = {}
    parsed: list[rules.Row] = []
    for row in rows:
        values, problems = rules.parsed_row(kind, row.number, json.loads(row.cells), mapping, width)
        key = "" if problems else kind.key(values)[:120]
        verdicts[row.number] = _Verdict(values, key, problems)
        if not problems:
            parsed.append(rules.Row(row.number, values))
    if parsed:
        found: dict[int, list[rules.RowProblem]] = {}
        for problem in kind.check(parsed, context(batch, at)):
            found.setdefault(problem.number, []).append(problem)
        for number, problems in found.items():
            verdicts[number].problems = problems
    return verdicts


def _errors_text(problems: Iterable[rules.RowProblem]) -> str:
    return json.dumps(
        [
            {"field": p.field, "message": str(p.message), "values": {k: str(v) for k, v in p.values.items()}}
            for p in problems
        ],
        ensure_ascii=False,
    )
