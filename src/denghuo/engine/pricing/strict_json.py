"""JSON for people's files: exact numbers, no silent surprises, readable refusals."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

MAX_BYTES = 5_000_000
MAX_DEPTH = 40


class NotReadable(ValueError):
    """The bytes are not a JSON document that can be trusted; the message says why."""


def loads(data: bytes) -> Any:
    """Decode one document. Numbers with a point become ``Decimal``; a byte order mark of UTF-8 is skipped.

    Raises:
        NotReadable: too large, empty, not UTF-8, not JSON, NaN or Infinity, a key given twice, nested too deeply.
    """
    if len(data) > MAX_BYTES:
        raise NotReadable(f"the file has {len(data)} bytes; at most {MAX_BYTES} are read")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotReadable("the file is UTF-16; save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotReadable(f"the file is not UTF-8: byte {error.start} is {data[error.start]:#04x}") from error
    if not text.strip():
        raise NotReadable("the file is empty")
    _check_depth(text)
    try:
        return json.loads(
            text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_unique_keys
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotReadable(f"not JSON at {where}: {error.msg}") from error
    except NotReadable:
        raise
    except (ValueError, RecursionError) as error:
        raise NotReadable(f"not JSON: {error}") from error


def _no_constant(name: str) -> NoReturn:
    raise NotReadable(f"{name} is not a number that can be billed")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise NotReadable(f"the key {twice!r} is given twice in one object")
    return out


def _check_depth(text: str) -> None:
    """Refuse deep nesting before the decoder recurses into it (strings are skipped)."""
    depth, inside, escaped = 0, False, False
    for mark in text:
        if inside:
            if escaped:
                escaped = False
            elif mark == "\\":
                escaped = True
            elif mark == '"':
                inside = False
        elif mark == '"':
            inside = True
        elif mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise NotReadable(f"nested more than {MAX_DEPTH} levels deep")
        elif mark in "]}":
            depth -= 1
