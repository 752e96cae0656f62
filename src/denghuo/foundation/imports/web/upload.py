"""The first steps: choose a kind, take its template, bring a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from denghuo.foundation.imports import frames, operations, queries, rules
from denghuo.foundation.ui.access import require

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def kind_for(request: HttpRequest, code: str) -> rules.ImportKind:
    """The kind, if it exists and this person may import it."""
    try:
        kind = rules.kind_of(code)
    except rules.UnknownKind:
        raise Http404 from None
    if not request.user.may(kind.permission):  # type: ignore[union-attr]
        raise PermissionDenied(kind.permission)
    return kind


def download(content: bytes, name: str, form: str) -> HttpResponse:
    """A file to save, never to be shown or sniffed."""
    answer = HttpResponse(content, content_type=TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


class UploadForm(forms.Form):
    """A file, and the parameters of its kind."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(".xlsx or CSV (UTF-8 or GB18030)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )

    def __init__(self, kind: rules.ImportKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for parameter in kind.parameters:
            self.fields[parameter.name] = forms.CharField(
                label=parameter.label,
                required=parameter.required,
                help_text=parameter.note or parameter.example,
                initial=parameter.example,
            )

    @property
    def parameters(self) -> dict[str, str]:
        return {
            parameter.name: self.cleaned_data.get(parameter.name, "") for parameter in self.kind.parameters
        }


@require("imports.view")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The kinds this person may import, and the newest files."""
    return render(
        request,
        "imports/home.html",
        {
            "page_title": _("Imports"),
            "kinds": queries.kinds_for(request.user),
            "batches": queries.shown_batches(queries.batches(scope=request.user.scope)[:10]),  # type: ignore[union-attr]
        },
    )


@require("imports.view")
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Template and upload of one kind; a small file is checked at once."""
    kind = kind_for(request, code)
    form = UploadForm(kind, request.POST or None, request.FILES or None)
    same = None
    if request.method == "POST" and form.is_valid():
        try:
            batch = operations.stage(
                kind=kind.code,
                file=form.cleaned_data["file"].file,
                file_name=form.cleaned_data["file"].name,
                parameters=form.parameters,
                actor=request.user,  # type: ignore[arg-type]
                unit_id=request.user.scope,  # type: ignore[union-attr]
                at=timezone.now(),
            )
            try:
                operations.check(batch=batch, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
            except operations.MappingIncomplete:
                return redirect(reverse("imports:batch", args=[batch.id]) + "?tab=mapping")
            return redirect("imports:batch", batch.id)
        except operations.SameFileAgain as error:
            same = error.batch
            form.add_error("file", str(error))
        except operations.FileRefused as error:
            form.add_error("file", str(error))
    return render(
        request,
        "imports/new.html",
        {
            "page_title": _("Import: %(kind)s") % {"kind": kind.title},
            "breadcrumbs": [(_("Imports"), reverse("imports:home")), (kind.title, None)],
            "kind": kind,
            "form": form,
            "same": same,
            "limits": operations.limits(),
        },
        status=422 if form.errors else 200,
    )


@require("imports.view")
@require_GET
def template(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """An empty table with the right headings and one example row."""
    kind = kind_for(request, code)
    if form not in TYPES:
        raise Http404
    headings = [str(field.label) for field in kind.fields]
    example = [field.example for field in kind.fields]
    if form == "csv":
        return download(frames.write_csv(headings, [example]), kind.code, form)
    notes = [
        (_("Column"), _("Required"), _("Also recognised as"), _("Example"), _("Note")),
        *(
            (
                str(field.label),
                _("yes") if field.required else _("no"),
                "、".join(field.aliases),
                field.example,
                str(field.note),
            )
            for field in kind.fields
        ),
        *((str(note),) for note in kind.notes),
    ]
    content = frames.write_xlsx(str(kind.title), headings, [example], notes=notes, notes_title=_("Notes"))
    return download(content, kind.code, form)
