"""Every code name in the glossary exists, and every term stands once."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

GLOSSARY = Path("docs/reference/glossary.md")
ROW = re.compile(r"^\| (?P<chinese>[^|]+?) \| (?P<english>[^|]+?) \| `(?P<code>[\w.]+)` \|$", re.MULTILINE)
ROWS = [match.groupdict() for match in ROW.finditer(GLOSSARY.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"])
def test_the_code_name_exists(row):
    parts = ["denghuo", *row["code"].split(".")]
    found, rest = None, list(parts)
    for length in range(len(parts), 0, -1):
        try:
            found, rest = importlib.import_module(".".join(parts[:length])), parts[length:]
            break
        except ModuleNotFoundError:
            continue
    for name in rest:
        fields = {field.name: field for field in found._meta.get_fields()} if hasattr(found, "_meta") else {}
        found = fields.get(name) or getattr(found, name)
    assert found is not None


def test_every_row_is_read_and_no_term_stands_twice():
    lines = [
        line
        for line in GLOSSARY.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and "`" in line
    ]
    assert len(ROWS) == len(lines) > 50
    for name in ("chinese", "english", "code"):
        words = [row[name] for row in ROWS]
        assert len(words) == len(set(words)), name
