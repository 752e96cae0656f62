"""Fill an answer that is ready with the facts of a matter."""

from __future__ import annotations

import re
from collections.abc import Mapping

FIELDS = ("number", "name", "area", "findings", "proposal", "error", "limit", "amount")
_HOLE = re.compile(r"\{(\w+)\}")


def unknown(text: str) -> list[str]:
    """Names in braces that no matter has."""
    return sorted({name for name in _HOLE.findall(text) if name not in FIELDS})


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The text with its facts; what is not known stays as a blank line to write on."""
    return _HOLE.sub(lambda hole: facts.get(hole.group(1)) or "____", text)
