"""PDF documents, set by Typst from templates and data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def render(template: str, data: Mapping[str, Any], *, created_at: datetime | None = None) -> bytes:
    """The PDF of ``template`` (``"billing/bill.typ"``, found in the ``templates`` folder of an app) filled with ``data``.

    ``data`` is JSON-able and reaches the template as ``#let data = json("data.json")``: text stays text, whatever
    it contains. ``created_at`` is the document's date; the same template, data and date give the same bytes.
    A list of bills in one PDF is one call with all of them in ``data`` and ``pagebreak()`` in the template.

    Raises:
        DocumentFailed: the template does not exist or cannot be set with this data.
    """
    raise NotImplementedError
