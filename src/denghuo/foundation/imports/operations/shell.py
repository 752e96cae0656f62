"""A whole import in one call, with the same checks as the wizard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from denghuo.foundation.imports.models import BatchState, ImportBatch
from denghuo.foundation.imports.operations.batches import FileRefused, SameFileAgain, stage
from denghuo.foundation.imports.operations.rows import check, commit
from denghuo.foundation.jobs import operations as jobs

if TYPE_CHECKING:
    from denghuo.foundation.identity.models import Staff


@dataclass(frozen=True)
class ImportResult:
    """What became of a file; total = committed + errors + duplicates unless ``error`` says that it broke off."""

    batch: ImportBatch
    total_rows: int
    committed_rows: int
    error_rows: int
    duplicate_rows: int
    error: str = ""

    @property
    def complete(self) -> bool:
        return not self.error and self.committed_rows == self.total_rows


def run_file(
    *,
    kind: str,
    path: Path,
    parameters: Mapping[str, str],
    actor: Staff | None,
    unit_id: str,
    clock: Callable[[], datetime],
    dry_run: bool = False,
) -> ImportResult:
    """Stage, check and (unless ``dry_run``) commit a file here and now, beside any worker.

    A file that an earlier call staged, checked or half committed (a dry run, a kill) is taken up where it stands.

    Raises:
        UnknownKind, FileRefused, SameFileAgain, MappingIncomplete: as the single steps.
        FileRefused: the path cannot be read.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise FileRefused("%(path)s: %(why)s", {"path": str(path), "why": error.strerror or ""}) from error
    with file:
        try:
            batch = stage(
                kind=kind,
                file=file,
                file_name=path.name,
                parameters=parameters,
                actor=actor,
                unit_id=unit_id,
                at=clock(),
            )
        except SameFileAgain as again:
            batch = again.batch
            if batch.unit_id != unit_id or batch.state == BatchState.COMMITTED:
                raise
    batch = _finished(batch, clock)
    if batch.state in (BatchState.STAGED, BatchState.CHECKED):
        batch = check(batch=batch, actor=actor, at=clock(), inline=True)
    error_text = ""
    if not dry_run and batch.state == BatchState.CHECKED:
        run = jobs.drive(run=commit(batch=batch, actor=actor, at=clock()), clock=clock)
        batch.refresh_from_db()
        if batch.state != BatchState.COMMITTED:
            error_text = run.error or run.get_state_display()
    return ImportResult(
        batch, batch.total_rows, batch.committed_rows, batch.error_rows, batch.duplicate_rows, error_text
    )


def _finished(batch: ImportBatch, clock: Callable[[], datetime]) -> ImportBatch:
    """The batch after the run that was under way on it."""
    if batch.state in (BatchState.CHECKING, BatchState.COMMITTING) and batch.run is not None:
        jobs.drive(run=batch.run, clock=clock)
        batch.refresh_from_db()
    return batch
