"""One file on its way: mapping, verdicts, commit, the file of refused rows."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from denghuo.foundation.imports import frames, operations, queries, rules
from denghuo.foundation.imports.models import BatchState, ImportBatch, RowState
from denghuo.foundation.imports.web.upload import TYPES, download, kind_for
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import ChoiceFilter, Column, ListPage, TextFilter

PAGE_ROWS = 100
TABS = {
    "errors": [RowState.ERROR],
    "valid": [RowState.STAGED, RowState.VALID, RowState.COMMITTED],
    "duplicates": [RowState.DUPLICATE],
}


def _address(batch: ImportBatch) -> str:
    return reverse("imports:batch", args=[batch.pk])


@require("imports.view")
class BatchList(ListPage):
    model = ImportBatch
    title = gettext_lazy("Imported files")
    columns = (
        Column("id", gettext_lazy("No."), kind="link", url=_address),
        Column("file_name", gettext_lazy("file"), kind="link", url=_address),
        Column("kind", gettext_lazy("kind"), value=queries.kind_title),
        Column("state", gettext_lazy("state"), kind="badge"),
        Column("total_rows", gettext_lazy("rows"), kind="number"),
        Column("committed_rows", gettext_lazy("committed"), kind="number"),
        Column("error_rows", gettext_lazy("errors"), kind="number"),
        Column("duplicate_rows", gettext_lazy("duplicates"), kind="number"),
        Column("uploaded_by__name", gettext_lazy("uploaded by")),
        Column("uploaded_at", gettext_lazy("uploaded"), kind="moment", sort=True),
    )
    filters = (
        TextFilter("q", gettext_lazy("file"), lookups=("file_name__contains",)),
        ChoiceFilter("state", gettext_lazy("state")),
    )
    keyset = ("-id",)
    export_name = "imports"
    empty_title = gettext_lazy("No file yet")
    empty_text = gettext_lazy(
        "Files that you or your colleagues import are listed here with what became of their rows."
    )

    def queryset(self, request: HttpRequest) -> Any:
        return queries.batches(scope=request.user.scope)  # type: ignore[union-attr]


def _found(request: HttpRequest, batch_id: int) -> ImportBatch:
    return get_object_or_404(queries.batches(scope=request.user.scope), id=batch_id)  # type: ignore[union-attr]


def _acting(request: HttpRequest, batch_id: int) -> ImportBatch:
    found = _found(request, batch_id)
    kind_for(request, found.kind)
    return found


def _first_tab(batch: ImportBatch) -> str:
    if batch.state == BatchState.STAGED:
        return "mapping"
    if batch.error_rows:
        return "errors"
    return "valid" if batch.valid_rows or not batch.duplicate_rows else "duplicates"


@require("imports.view")
@require_GET
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """What became of the file, and what can be done next."""
    found = _found(request, batch_id)
    tab = request.GET.get("tab", "")
    tab = tab if tab in (*TABS, "mapping") else _first_tab(found)
    try:
        kind = rules.kind_of(found.kind)
    except rules.UnknownKind:
        raise Http404 from None
    address = reverse("imports:batch", args=[found.id])
    after = request.GET.get("after", "")
    rows = []
    if tab in TABS:
        rows = queries.shown_rows(
            found, states=TABS[tab], after=int(after) if after.isdigit() else 0, limit=PAGE_ROWS + 1
        )
    may_act = request.user.may(kind.permission)  # type: ignore[union-attr]
    working = found.state in (BatchState.CHECKING, BatchState.COMMITTING)
    return render(
        request,
        "imports/batch.html",
        {
            "page_title": found.file_name,
            "breadcrumbs": [(_("Imports"), reverse("imports:home")), (found.file_name, None)],
            "batch": found,
            "kind": kind,
            "tab": tab,
            "tabs": [
                ("errors", _("Errors"), f"{address}?tab=errors", found.error_rows),
                ("valid", _("Valid rows"), f"{address}?tab=valid", found.valid_rows),
                ("duplicates", _("Duplicates"), f"{address}?tab=duplicates", found.duplicate_rows),
                ("mapping", _("Columns"), f"{address}?tab=mapping"),
            ],
            "columns": json.loads(found.columns),
            "rows": rows[:PAGE_ROWS],
            "next_after": rows[PAGE_ROWS - 1].number if len(rows) > PAGE_ROWS else None,
            "mapping": queries.mapping(found),
            "working": working,
            "may_act": may_act,
            "may_map": may_act
            and found.state in (BatchState.STAGED, BatchState.CHECKED)
            and not found.committed_rows,
            "waiting_rows": found.valid_rows - found.committed_rows,
            "refused_rows": found.error_rows + found.duplicate_rows,
        },
    )


@require("imports.view")
@require_POST
def mapping(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Take the chosen columns and check the rows again."""
    found = _acting(request, batch_id)
    chosen = {
        field.name: int(value)
        for field in rules.kind_of(found.kind).fields
        if (value := request.POST.get(f"column-{field.name}", "")).isdigit()
    }
    try:
        found = operations.remap(batch=found, mapping=chosen, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
    except ValueError:
        messages.error(request, _("One column cannot fill two fields. Please choose again."))
        return redirect(reverse("imports:batch", args=[found.id]) + "?tab=mapping")
    except operations.BatchCannotChange as error:
        messages.error(request, str(error))
        return redirect("imports:batch", found.id)
    return _checked(request, found)


@require("imports.view")
@require_POST
def check(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The dry run, once more."""
    return _checked(request, _acting(request, batch_id))


def _checked(request: HttpRequest, found: ImportBatch) -> HttpResponse:
    try:
        operations.check(batch=found, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
    except operations.MappingIncomplete as error:
        messages.error(request, _("Choose a column for: %(fields)s") % {"fields": "、".join(error.fields)})
        return redirect(reverse("imports:batch", args=[found.id]) + "?tab=mapping")
    except operations.BatchCannotChange as error:
        messages.error(request, str(error))
    return redirect("imports:batch", found.id)


@require("imports.view")
@require_POST
def commit(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Write the valid rows."""
    found = _acting(request, batch_id)
    try:
        operations.commit(batch=found, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
    except operations.BatchCannotChange as error:
        messages.error(request, str(error))
    return redirect("imports:batch", found.id)


@require("imports.view")
@require_POST
def discard(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Forget the file."""
    found = _acting(request, batch_id)
    try:
        reason = request.POST.get("reason", "")[:300]
        operations.discard(batch=found, actor=request.user, at=timezone.now(), reason=reason)  # type: ignore[arg-type]
        messages.success(request, _("The file is discarded; nothing of it was committed."))
        return redirect("imports:home")
    except operations.BatchCannotChange as error:
        messages.error(request, str(error))
        return redirect("imports:batch", found.id)


@require("imports.view")
@require_GET
def refused(request: HttpRequest, batch_id: int, form: str) -> HttpResponse:
    """The rows that were not taken, as they came, with the reason; mend them and send the file again."""
    found = _acting(request, batch_id)
    if form not in TYPES:
        raise Http404
    columns = [*json.loads(found.columns), "错误原因"]
    rows = ([*row.cells[: len(columns) - 1], row.reason] for row in queries.refused_rows(found))
    name = f"{found.kind}-{found.id}-refused"
    if form == "csv":
        return download(frames.write_csv(columns, rows), name, form)
    content = frames.write_xlsx(
        str(rules.kind_of(found.kind).title), columns, rows, marked=(len(columns) - 1,)
    )
    return download(content, name, form)
