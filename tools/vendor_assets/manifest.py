"""What the vendored folder holds: the hashes of its files and the icons that the sources use."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent / "src" / "denghuo"
VENDOR = SOURCE / "foundation" / "ui" / "static" / "ui" / "vendor"
MANIFEST = VENDOR / "manifest.json"

_NAME = r"[\"']([a-z][a-z0-9-]*)[\"']"
_TEMPLATE = re.compile(r"(?:\{%-?\s*icon\s+|icon=)" + _NAME)
_PYTHON = re.compile(r"(?:\bicon\s*[=:]\s*|\bicon\(\s*|[\"']icon[\"']\s*:\s*)" + _NAME)


def used_icons() -> set[str]:
    """Names in ``icons.txt`` plus every literal icon name in templates and Python sources."""
    names = set((HERE / "icons.txt").read_text(encoding="utf-8").split())
    for path in SOURCE.rglob("*.html"):
        names.update(_TEMPLATE.findall(path.read_text(encoding="utf-8")))
    for path in SOURCE.rglob("*.py"):
        names.update(_PYTHON.findall(path.read_text(encoding="utf-8")))
    return names


def hashes() -> dict[str, str]:
    """SHA-256 of every vendored file by its path inside the folder."""
    return {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(VENDOR.rglob("*"))
        if path.is_file() and path != MANIFEST
    }


def recorded() -> dict[str, str]:
    return json.loads(MANIFEST.read_text(encoding="utf-8"))["sha256"]


def write() -> None:
    MANIFEST.write_text(json.dumps({"sha256": hashes()}, indent=2) + "\n", encoding="utf-8")


def sprite_icons() -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "icons.svg").read_text(encoding="utf-8")))
