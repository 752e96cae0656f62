"""The life of a batch, up to its check and after it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.database import bulk
from denghuo.foundation.imports import frames, rules
from denghuo.foundation.imports.models import BatchState, ImportBatch, ImportRow, RowState

if TYPE_CHECKING:
    from denghuo.foundation.identity.models import Staff

BLOCK_ROWS = 5_000


class FileRefused(Exception):
    """The file cannot be taken as it is; ``str()`` says why, in the reader's language."""

    def __init__(self, message: str, values: Mapping[str, str | int] | None = None) -> None:
        super().__init__(message)
        self.message, self.values = message, dict(values or {})

    def __str__(self) -> str:
        return gettext(self.message) % self.values if self.values else gettext(self.message)


class SameFileAgain(FileRefused):
    """The very same bytes were uploaded for this kind before; ``batch`` is where they are."""

    def __init__(self, batch: ImportBatch) -> None:
        super().__init__(
            _("The same file was uploaded on %(when)s by %(who)s."),
            {
                "when": f"{batch.uploaded_at:%Y-%m-%d}",
                "who": batch.uploaded_by.name if batch.uploaded_by else "—",
            },
        )
        self.batch = batch


class MappingIncomplete(Exception):
    """A required field has no column; ``fields`` are their labels."""

    def __init__(self, fields: Iterable[Any]) -> None:
        self.fields = [str(label) for label in fields]
        super().__init__("、".join(self.fields))


def limits() -> frames.Limits:
    """What a file may be at most; the setting IMPORT_LIMITS overrides single bounds."""
    return frames.Limits(**getattr(settings, "IMPORT_LIMITS", {}))


def stage(
    *,
    kind: str,
    file: BinaryIO,
    file_name: str,
    parameters: Mapping[str, str],
    actor: Staff | None,
    unit_id: str,
    at: datetime,
) -> ImportBatch:
    """Take a file in, row by row, as text; nothing is judged yet but its form. Columns are mapped by their headings.

    ``parameters`` are texts as typed, by field name. ``unit_id`` is the part of the organisation the rows may touch.

    Raises:
        UnknownKind: no such kind.
        FileRefused: it cannot be read, or a parameter is wrong.
        SameFileAgain: these bytes were uploaded for this kind before and not discarded.
    """
    known = rules.kind_of(kind)
    for field in known.parameters:
        _parsed_parameter(field, parameters.get(field.name, ""))
    size, digest = _size_and_digest(file, parameters)
    live = _live(kind, digest)
    if before := live.first():
        raise SameFileAgain(before)
    try:
        sheet = frames.read(file, lambda cells: len(rules.recognised(known.fields, cells)), limits())
        with transaction.atomic():
            batch = ImportBatch.objects.create(
                kind=kind,
                file_name=_safe_name(file_name),
                digest=digest,
                size_bytes=size,
                encoding=sheet.encoding,
                header_number=sheet.header_number,
                columns=json.dumps(sheet.columns, ensure_ascii=False),
                mapping=json.dumps(rules.recognised(known.fields, sheet.columns)),
                parameters=json.dumps(dict(parameters), ensure_ascii=False),
                uploaded_by=actor,
                unit_id=unit_id,
                uploaded_at=at,
            )
            batch.total_rows = _insert_rows(batch, sheet)
            batch.save(update_fields=["total_rows"])
            audit.record(
                "imports.batch.uploaded",
                subject=batch,
                actor=actor,
                at=at,
                unit_id=unit_id,
                changes={"kind": ["", kind]},
            )
    except frames.UnreadableFile as error:
        raise FileRefused(error.message, error.values) from error
    except IntegrityError as error:
        if before := live.first():
            raise SameFileAgain(before) from error
        raise
    return batch


def _size_and_digest(file: BinaryIO, parameters: Mapping[str, str]) -> tuple[int, str]:
    """Bytes of the file, and what makes it this upload: its bytes and how they are to be understood."""
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256")  # type: ignore[arg-type]
    digest.update(json.dumps(dict(parameters), sort_keys=True).encode() if parameters else b"")
    return size, digest.hexdigest()


def _live(kind: str, digest: str) -> QuerySet[ImportBatch]:
    same = ImportBatch.objects.filter(kind=kind, digest=digest)
    return same.exclude(state=BatchState.DISCARDED).select_related("uploaded_by")


def _parsed_parameter(field: rules.Field, text: str) -> Any:
    try:
        return rules.cell_value(field, rules.folded(text))
    except rules.CellError as error:
        why = gettext(error.message) % error.values
        raise FileRefused("%(field)s: %(why)s", {"field": str(field.label), "why": why}) from error


def _safe_name(name: str) -> str:
    plain = PurePath(name.replace("\\", "/")).name
    return "".join(c for c in plain if c.isprintable())[-200:] or "-"


def _insert_rows(batch: ImportBatch, sheet: frames.Sheet) -> int:
    count = 0
    while block := list(islice(sheet.rows, BLOCK_ROWS)):
        count += bulk.insert_columns(
            ImportRow,
            {
                "batch_id": [batch.id] * len(block),
                "number": [number for number, _cells in block],
                "cells": [json.dumps(cells, ensure_ascii=False) for _number, cells in block],
                "key": [""] * len(block),
                "state": [RowState.STAGED.value] * len(block),
                "errors": ["[]"] * len(block),
            },
        )
    return count


class BatchCannotChange(Exception):
    """The batch is in a state that does not allow this."""


def locked(batch: ImportBatch, *states: BatchState) -> ImportBatch:
    """The batch, locked, if it is in one of ``states``."""
    fresh = ImportBatch.objects.select_for_update().get(id=batch.id)
    if fresh.state not in states:
        raise BatchCannotChange(
            gettext("The file is in state “%(state)s”, so this is not possible.")
            % {"state": fresh.get_state_display()}
        )
    return fresh


@transaction.atomic
def remap(
    *, batch: ImportBatch, mapping: Mapping[str, int], actor: Staff | None, at: datetime
) -> ImportBatch:
    """Say which column holds which field; the rows have to be checked again.

    Raises:
        BatchCannotChange: rows are being committed, or it is done with.
        ValueError: an unknown field or column, or one column for two fields.
    """
    fresh = locked(batch, BatchState.STAGED, BatchState.CHECKED)
    if fresh.committed_rows:
        raise BatchCannotChange(gettext("Rows of this file have been committed already."))
    fields = {field.name for field in rules.kind_of(fresh.kind).fields}
    columns = json.loads(fresh.columns)
    if unknown := set(mapping) - fields:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    if any(not 0 <= index < len(columns) for index in mapping.values()):
        raise ValueError("there is no such column")
    if len(set(mapping.values())) != len(mapping):
        raise ValueError("one column cannot fill two fields")
    before, fresh.mapping = fresh.mapping, json.dumps(dict(mapping))
    if fresh.mapping != before:
        fresh.state = BatchState.STAGED
        fresh.valid_rows = fresh.error_rows = fresh.duplicate_rows = 0
        fresh.rows.update(state=RowState.STAGED, errors="[]", key="")
        fresh.save(update_fields=["mapping", "state", "valid_rows", "error_rows", "duplicate_rows"])
        audit.record(
            "imports.batch.mapped",
            subject=fresh,
            actor=actor,
            at=at,
            changes={"mapping": [before, fresh.mapping]},
        )
    return fresh


@transaction.atomic
def discard(*, batch: ImportBatch, actor: Staff | None, at: datetime, reason: str = "") -> ImportBatch:
    """Forget a file of which nothing was committed; its rows go, the batch stays as a note.

    Raises:
        BatchCannotChange: rows were committed or are being committed.
    """
    fresh = locked(batch, BatchState.STAGED, BatchState.CHECKED)
    if fresh.committed_rows:
        raise BatchCannotChange(gettext("Rows of this file have been committed already."))
    before, fresh.state = fresh.state, BatchState.DISCARDED
    fresh.save(update_fields=["state"])
    fresh.rows.all().delete()
    audit.record(
        "imports.batch.discarded",
        subject=fresh,
        actor=actor,
        at=at,
        reason=reason,
        changes={"state": [before, fresh.state]},
    )
    return fresh
