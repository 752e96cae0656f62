"""PDF documents, set by Typst from templates and data."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import noto_cjk_sans_otc
import typst
from django.apps import apps
from django.conf import settings

UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
_one_at_a_time = threading.Lock()


class DocumentFailed(Exception):
    """The template does not exist or cannot be set with this data; the text says where."""


def render(template: str, data: Mapping[str, Any], *, created_at: datetime | None = None) -> bytes:
    """The PDF of ``template`` (``"billing/bill.typ"``, found in an app's ``templates`` folder) filled with ``data``.

    ``data`` is JSON-able and reaches the template as ``#let data = json("/data.json")``: text stays text, whatever
    it contains. A template begins with ``#import "/documents/base.typ": *`` and ``#show: sheet``.
    ``created_at`` is the document's date; the same template, data and date give the same bytes.
    Many bills in one PDF are one call with all of them in ``data`` and ``#pagebreak()`` in the template.

    Raises:
        DocumentFailed: the template does not exist or cannot be set with this data.
    """
    files = dict(_sources())
    if template not in files:
        raise DocumentFailed(f"there is no template {template}")
    files["main"] = files[template]
    files["data.json"] = json.dumps(dict(data), ensure_ascii=False, default=str).encode()
    inputs = {"dated": "" if created_at is None else "yes"}
    try:
        with _one_at_a_time:
            made = _compiler().compile(  # type: ignore[type-var]
                input=files,
                format="pdf",
                sys_inputs=inputs,
                timestamp=(created_at or UNDATED).replace(microsecond=0),
                pdf_tags=False,
            )
    except typst.TypstError as error:
        raise DocumentFailed(f"{template}: {error}") from error
    assert isinstance(made, bytes)
    return made


def _sources() -> Mapping[str, bytes]:
    return _read_sources() if settings.DEBUG else _remembered_sources()


@cache
def _remembered_sources() -> Mapping[str, bytes]:
    return _read_sources()


def _read_sources() -> Mapping[str, bytes]:
    """Every ``.typ`` file of every app by its path below ``templates``: the only files a template can reach."""
    found: dict[str, bytes] = {}
    for app in reversed(list(apps.get_app_configs())):
        root = Path(app.path) / "templates"
        for path in sorted(root.rglob("*.typ")):
            found[path.relative_to(root).as_posix()] = path.read_bytes()
    return found


@cache
def _compiler() -> typst.Compiler:
    fonts = str(Path(noto_cjk_sans_otc.__file__).parent)
    return typst.Compiler(b"", font_paths=[fonts], ignore_system_fonts=True)  # type: ignore[misc]
