"""The workbench, the global search, the component gallery."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from denghuo.foundation.ui import extensions
from denghuo.foundation.ui.access import signed_in

LONGEST_QUERY = 100


@signed_in
def workbench(request: HttpRequest) -> HttpResponse:
    """The figures and cards of the user's roles."""
    tiles = extensions.tiles(request)
    now = timezone.localtime()
    context = {
        "greeting": _greeting(now.hour, getattr(request.user, "name", "")),
        "today": f"{now:%Y-%m-%d} {date_format(now, 'l')}",
        "figures": [tile for tile in tiles if tile.template is None],
        "cards": [tile for tile in tiles if tile.template is not None],
        "panels": extensions.workbench_panels(request),
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


def _greeting(hour: int, name: str) -> str:
    if hour < 5 or hour >= 18:
        return _("Good evening, %(name)s") % {"name": name}
    if hour < 12:
        return _("Good morning, %(name)s") % {"name": name}
    return _("Good afternoon, %(name)s") % {"name": name}


def _query(request: HttpRequest, limit: int) -> extensions.SearchQuery:
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    return extensions.SearchQuery(text, limit)
