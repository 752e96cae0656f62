"""A clone needs nothing beside it: no path of another machine, no address fetched by a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path("src/denghuo")
FOREIGN = re.compile(r"""(?:src|href|url\()\s*=?\s*["']?https?://""")
TEMPLATES = sorted(SOURCE.rglob("*.html"))
STYLES = [
    path for path in sorted((SOURCE / "foundation/ui/static").rglob("*.css")) if "vendor" not in path.parts
]


@pytest.mark.parametrize("path", TEMPLATES + STYLES, ids=str)
def test_no_page_fetches_from_elsewhere(path):
    assert not FOREIGN.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_no_template_carries_inline_script_or_style(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\b(?:src|type=.application/json)\b)", text), "inline script"
    assert not re.search(r"\sstyle=", text), "inline style"
    assert not re.search(r"\son[a-z]+=", text), "inline handler"
