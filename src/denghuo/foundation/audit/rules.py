"""How an entry is sealed: a hash over its fields and the hash of the entry before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

GENESIS = "0" * 64
SEALED = (
    "sequence",
    "at",
    "actor_id",
    "actor_label",
    "action",
    "subject_type",
    "subject_id",
    "subject_label",
    "unit_id",
    "changes",
    "reason",
    "address",
)
"""The fields under the seal, in order."""


def seal(previous_digest: str, fields: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, over the digest before and the ``SEALED`` fields as JSON."""
    values = [_plain(fields[name]) for name in SEALED]
    text = json.dumps([previous_digest, *values], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def changes_text(changes: Mapping[str, Any] | None) -> str:
    """``{"field": [old, new]}`` as JSON text; amounts and dates as people write them."""
    return json.dumps(changes or {}, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value if value is None or isinstance(value, str | int) else str(value)
