"""What the pages of the ledger share: the clock, the period asked for, files of what is on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.ui.lists import Column, DateRangeFilter, Filter
from denghuo.foundation.ui.lists import export as files
from denghuo.foundation.ui.lists.filters import BadFilterValue
from denghuo.foundation.ui.lists.page import Narrowed

DAYS = DateRangeFilter("day", _("Posting date"), field="posting_date")


def now() -> datetime:
    return timezone.now()


def today() -> date:
    return timezone.localdate()


def narrowed(request: HttpRequest, item: Filter) -> Narrowed:
    """A filter as the components of lists draw it, outside a list."""
    typed = item.typed(request.GET)
    value, error = None, ""
    try:
        value = item.parse(typed, request)
    except BadFilterValue as problem:
        error = str(problem)
    return Narrowed(item, typed, value, error, list(item.options(request, None)))


def days_asked(request: HttpRequest, *, first: date, last: date) -> tuple[Narrowed, date, date]:
    """The filter of days with what it means; ``first`` and ``last`` hold where the URL says nothing sensible."""
    item = narrowed(request, DAYS)
    start, end = item.value or (None, None)
    start, end = start or first, end or last
    start = min(start, end)
    if not item.error:
        item.typed = dict(zip(DAYS.parameters, (start.isoformat(), end.isoformat()), strict=True))
    return item, start, end


def file_of(
    request: HttpRequest, columns: Sequence[Column], rows: Iterable[Any], name: str
) -> HttpResponseBase:
    """The rows of the screen as the file that ``export`` in the URL asks for."""
    kind = request.GET["export"]
    if kind not in ("csv", "xlsx"):
        raise BadRequest("an export is csv or xlsx")
    files.announce(request, name, kind)
    return (files.as_csv if kind == "csv" else files.as_xlsx)(columns, rows, name)


def with_export(request: HttpRequest) -> dict[str, str]:
    """The addresses of this very screen as csv and xlsx."""
    params = request.GET.copy()
    urls = {}
    for kind in ("csv", "xlsx"):
        params["export"] = kind
        urls[kind] = f"{request.path}?{params.urlencode()}"
    return urls
