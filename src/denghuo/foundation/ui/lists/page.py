"""The page of a list: reads the URL, narrows, pages, renders; or hands out a file of the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import View

from denghuo.foundation.ui.access import may
from denghuo.foundation.ui.lists import export
from denghuo.foundation.ui.lists import keyset as paging
from denghuo.foundation.ui.lists.columns import Column
from denghuo.foundation.ui.lists.filters import BadFilterValue, Filter, beginning

Text = str | Promise
FILTERS_ALWAYS_SEEN = 3
_PLACE = ("after", "before", "part", "export")


@dataclass(frozen=True)
class BulkAction:
    """A button for the selected rows: posts their ids (``ids``) to ``url``; ``reason`` asks for one (``reason``)."""

    label: Text
    url: Text
    icon: str = "checks"
    permission: str | None = None
    confirm: Text = ""
    reason: bool = False
    danger: bool = False


@dataclass
class Narrowed:
    """A filter as it stands on the page."""

    filter: Filter
    typed: dict[str, str]
    value: Any
    error: str
    options: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def active(self) -> bool:
        return any(self.typed.values())

    @property
    def text(self) -> str:
        return self.typed[self.filter.parameters[0]]

    @property
    def until(self) -> str:
        return self.typed[self.filter.parameters[-1]]

    @property
    def chosen_label(self) -> Any:
        """What the chip above the list says."""
        labels = dict(self.options)
        return " \u2013 ".join(str(labels.get(text, text)) for text in self.typed.values() if text)


class ListPage(View):
    """Declare ``model`` (or ``queryset``), ``columns``, ``filters`` and ``keyset``; guard it with ``require``."""

    http_method_names = ["get", "head", "options"]
    model: ClassVar[type[models.Model] | None] = None
    title: ClassVar[Text] = ""
    pretitle: ClassVar[Text] = ""
    columns: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[Filter]] = ()
    keyset: ClassVar[tuple[str, ...]] = ("pk",)
    scope_field: ClassVar[str | None] = None
    page_size: ClassVar[int] = 50
    count_cap: ClassVar[int] = 10_000
    export_name: ClassVar[str] = "list"
    export_permission: ClassVar[str | None] = None
    can_export: ClassVar[bool] = True
    create_url: ClassVar[Text] = ""
    create_label: ClassVar[Text] = _("New")
    create_permission: ClassVar[str | None] = None
    bulk_actions: ClassVar[Sequence[BulkAction]] = ()
    empty_title: ClassVar[Text] = _("Nothing here yet")
    empty_text: ClassVar[Text] = ""
    template_name: ClassVar[str] = "ui/lists/page.html"

    def queryset(self, request: Any) -> QuerySet[Any]:
        """The rows before any filter; override to join or annotate."""
        if self.model is None:
            raise TypeError(f"{type(self).__name__} needs a model or a queryset(request)")
        return self.model._default_manager.all()

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        """More for the template of a subclass."""
        return {}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        narrowed = [self._narrowed(request, item) for item in self.filters]
        rows = self._rows(request, narrowed)
        if kind := request.GET.get("export"):
            return self._file(request, rows, kind)
        if request.GET.get("part") == "count":
            return HttpResponse(paging.count_text(rows, self.count_cap))
        order = paging.keys(rows, self._order(request))
        page = self._page(request, rows, order)
        context = {
            **self._frame(request, narrowed),
            "page": page,
            "rows": [
                (row, [(column, column.html(row)) for column in self.shown(request)]) for row in page.rows
            ],
            **self.extra_context(request),
        }
        fragment = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
        response = render(request, "ui/lists/body.html" if fragment else self.template_name, context)
        patch_vary_headers(response, ("HX-Request",))
        return response

    def shown(self, request: HttpRequest) -> list[Column]:
        """The columns of the URL's choice, in the declared order; the default ones where it names none."""
        wanted = [name for name in request.GET.get("columns", "").split(",") if name]
        chosen = [column for column in self.columns if column.name in wanted]
        return chosen or [column for column in self.columns if not column.hidden]

    def _rows(self, request: HttpRequest, narrowed: list[Narrowed]) -> QuerySet[Any]:
        rows = self.queryset(request)
        if self.scope_field:
            scope = getattr(request.user, "scope", "")
            rows = rows.filter(beginning(rows.model, self.scope_field, scope)) if scope else rows.none()
        for item in narrowed:
            if item.error:
                return (
                    rows.none()
                )  # a filter that is not understood must not look like one that found everything
            if item.value is not None:
                rows = item.filter.narrow(rows, item.value)
        return rows

    def _narrowed(self, request: HttpRequest, item: Filter) -> Narrowed:
        typed = item.typed(request.GET)
        value, error = None, ""
        try:
            value = item.parse(typed, request)
        except BadFilterValue as problem:
            error = str(problem)
        return Narrowed(item, typed, value, error, list(item.options(request, self.model)))

    def _order(self, request: HttpRequest) -> list[str]:
        wish = request.GET.get("sort", "")
        for column in self.columns:
            if column.sort_fields and wish.lstrip("-") == column.name:
                flip = wish.startswith("-")
                fields = [_flipped(name) if flip else name for name in column.sort_fields]
                return [*fields, *self.keyset]
        return list(self.keyset)

    def _page(self, request: HttpRequest, rows: QuerySet[Any], order: list[paging.Key]) -> paging.Page:
        after, before = request.GET.get("after", ""), request.GET.get("before", "")
        try:
            found = paging.fetch(rows, order, self.page_size, after=after, before=before)
        except paging.BadCursor as error:
            raise BadRequest("the place in the list is not understood") from error
        whole = not found.has_next and not found.has_previous
        return paging.Page(
            rows=found.rows,
            next_url=self._url(request, after=paging.cursor(order, found.rows[-1]))
            if found.has_next
            else None,
            previous_url=self._url(request, before=paging.cursor(order, found.rows[0]))
            if found.has_previous and found.rows
            else (self._url(request) if found.has_previous else None),
            count_text=paging.rows_text(len(found.rows)) if whole else "",
            count_url=None if whole else self._url(request, part="count"),
        )

    def _file(self, request: HttpRequest, rows: QuerySet[Any], kind: str) -> HttpResponseBase:
        if kind not in ("csv", "xlsx"):
            raise BadRequest("an export is csv or xlsx")
        if not self._may_export(request):
            raise PermissionDenied(self.export_permission or "export")
        export.announce(request, self.export_name, kind)
        order = paging.keys(rows, self._order(request))
        stream = paging.ordered(rows, order).iterator(chunk_size=2_000)
        write = export.as_csv if kind == "csv" else export.as_xlsx
        return write(self.shown(request), stream, self.export_name)

    def _may_export(self, request: HttpRequest) -> bool:
        return self.can_export and may(request.user, self.export_permission)

    def _frame(self, request: HttpRequest, narrowed: list[Narrowed]) -> dict[str, Any]:
        shown = self.shown(request)
        actions = [item for item in self.bulk_actions if may(request.user, item.permission)]
        return {
            "list": self,
            "list_key": f"{request.path}",
            "page_title": self.title,
            "narrowed": narrowed,
            "narrowed_first": narrowed[:FILTERS_ALWAYS_SEEN],
            "narrowed_more": narrowed[FILTERS_ALWAYS_SEEN:],
            "more_open": any(item.active for item in narrowed[FILTERS_ALWAYS_SEEN:]),
            "filtered": any(item.active for item in narrowed),
            "headings": [self._heading(request, column) for column in shown],
            "choosable": [(column, column in shown) for column in self.columns],
            "kept": self._kept(request),
            "bulk_actions": actions,
            "may_export": self._may_export(request),
            "create_url": str(self.create_url)
            if self.create_url and may(request.user, self.create_permission)
            else "",
            "urls": {
                "refresh": self._url(request, keep_place=True),
                "reset": request.path,
                "csv": self._url(request, export="csv"),
                "xlsx": self._url(request, export="xlsx"),
            },
        }

    def _heading(self, request: HttpRequest, column: Column) -> dict[str, Any]:
        if not column.sort_fields:
            return {"column": column}
        wish = request.GET.get("sort", "")
        direction = (
            "" if wish.lstrip("-") != column.name else ("descending" if wish.startswith("-") else "ascending")
        )
        following = {"": column.name, "ascending": f"-{column.name}", "descending": ""}[direction]
        return {"column": column, "direction": direction, "url": self._url(request, sort=following)}

    def _kept(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Parameters that the filter form must carry on: order and columns."""
        return [(name, request.GET[name]) for name in ("sort", "columns") if request.GET.get(name)]

    def _url(self, request: HttpRequest, *, keep_place: bool = False, **changes: str) -> str:
        """This list with other parameters; the place is forgotten unless kept or given."""
        params: QueryDict = request.GET.copy()
        for name in ("part", "export") if keep_place else _PLACE:
            params.pop(name, None)
        for name, value in changes.items():
            params[name] = value
        for name in [name for name in params if not params[name]]:
            del params[name]
        return f"{request.path}?{params.urlencode()}" if params else request.path


def _flipped(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"
