"""The long runs of the import wizard."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from denghuo.foundation.imports import operations
from denghuo.foundation.jobs import rules
from denghuo.foundation.jobs.models import LongRun


@rules.chunk_worker("imports.check", label=_("Check of a file"))
def check_slice(run: LongRun, payload: dict[str, Any], at: datetime) -> dict[str, int]:
    """Judge a slice of rows."""
    return operations.check_chunk(
        batch_id=payload["batch"], first=payload["first"], last=payload["last"], at=at
    )


@rules.chunk_worker(
    "imports.commit",
    label=_("Import of a file"),
    counters={"committed": _("Rows committed"), "refused": _("Rows refused in the last check")},
)
def commit_slice(run: LongRun, payload: dict[str, Any], at: datetime) -> dict[str, int]:
    """Write a slice of rows."""
    return operations.commit_chunk(
        batch_id=payload["batch"], first=payload["first"], last=payload["last"], at=at
    )


@rules.on_finished("imports.check")
@rules.on_finished("imports.commit")
def finish(run: LongRun, at: datetime) -> None:
    """Tell the batch how its run ended."""
    operations.finish(run=run, batch_id=json.loads(run.parameters)["batch"], at=at)
