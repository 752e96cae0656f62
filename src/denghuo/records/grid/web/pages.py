"""What this room adds to shared pages: search hits and the names of its actions."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.database.text_index import starts_with
from denghuo.foundation.ui.extensions import SearchHit, SearchQuery
from denghuo.records.grid import queries

ACTIONS = {
    "grid.substation.added": _("Substation added"),
    "grid.feeder.added": _("Feeder added"),
    "grid.transformer.added": _("Transformer added"),
    "grid.transformer.moved": _("Transformer moved"),
    "grid.transformer.state_changed": _("Transformer state changed"),
    "grid.area.added": _("Transformer area added"),
    "grid.area.amended": _("Transformer area amended"),
    "grid.area.moved": _("Transformer area moved"),
}
_LONGEST_CODE = 20


def search_grid(query: SearchQuery, scope: str) -> Iterator[SearchHit]:
    """Transformer areas, transformers and feeders by code, and by the beginning of their names."""
    if query.phone or len(query.text) < 2 or len(query.text) > _LONGEST_CODE:
        return
    found = starts_with("code", query.text.upper()) | starts_with("name", query.text)
    for kind, url_name, icon, rows in (
        (_("Transformer areas"), "grid:area", "map-pin", queries.areas(scope)),
        (_("Distribution transformers"), "grid:transformer", "bolt", queries.transformers(scope)),
        (_("Feeders"), "grid:feeder", "route", queries.feeders(scope)),
    ):
        for row in rows.filter(found)[: query.limit]:
            yield SearchHit(kind, row.name, row.code, reverse(url_name, args=[row.pk]), icon)
