"""The vendored files are the recorded ones, and nothing in the templates would break the strict CSP."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import denghuo

SOURCE = Path(denghuo.__file__).parent
CHECK = SOURCE.parent.parent / "tools/vendor_assets/check.py"
TEMPLATES = sorted(path for path in SOURCE.rglob("templates/**/*.html"))


def test_vendored_files_and_icons_are_as_recorded():
    done = subprocess.run([sys.executable, str(CHECK)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_no_inline_script_or_style(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script"
    assert not re.search(r"<style\b|\sstyle\s*=", text), "inline style"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "inline handler"
    assert not re.search(r"(?:src|href)=[\"']https?://", text), "a file from elsewhere"


def test_style_sheets_name_no_other_server():
    for path in (SOURCE / "foundation/ui/static").rglob("*.css"):
        assert not re.search(r"url\([\"']?https?:|@import", path.read_text(encoding="utf-8")), path
