"""The workbench, the global search, the component gallery."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from denghuo.foundation.ui import extensions
from denghuo.foundation.ui.access import signed_in

LONGEST_QUERY = 100


@signed_in
def workbench(request: HttpRequest) -> HttpResponse:
    """The tiles of the user's roles."""
    tiles = extensions.tiles(request)
    context = {
        "figures": [tile for tile in tiles if tile.template is None],
        "cards": [tile for tile in tiles if tile.template is not None],
    }
    return render(request, "ui/workbench.html", context)


@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """Everything that fits what was typed; a single hit is opened at once."""
    query = _query(request, limit=50)
    return render(
        request,
        "ui/search.html",
        {"query": query, "groups": extensions.find(request, query), "page_title": _("Search")},
    )


@signed_in
def suggest(request: HttpRequest) -> HttpResponse:
    """The fragment below the search field while somebody types."""
    query = _query(request, limit=6)
    return render(request, "ui/parts/hits.html", {"query": query, "groups": extensions.find(request, query)})


def _query(request: HttpRequest, limit: int) -> extensions.SearchQuery:
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    return extensions.SearchQuery(text, limit)
