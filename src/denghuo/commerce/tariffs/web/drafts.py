"""A new draft from a file: dry run with what it changes, then save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from denghuo.commerce.tariffs import frames, operations, queries
from denghuo.commerce.tariffs.models import BookState, PriceBookVersion
from denghuo.commerce.tariffs.web import texts
from denghuo.commerce.tariffs.web.books import component_names, grouped, person
from denghuo.engine.pricing import compile as compile_book
from denghuo.engine.pricing.book import BookInvalid, PriceBook, parse
from denghuo.foundation.ui.access import require

SHOWN_PROBLEMS = 200
EXAMPLE_ROWS = 3


class UploadForm(forms.Form):
    """The file and what it is based on."""

    file = forms.FileField(
        label=pgettext_lazy("price", "File"),
        help_text=gettext_lazy("A whole price book as JSON, or price rows as CSV (UTF-8 or GB18030)."),
        widget=forms.FileInput(attrs={"accept": ".json,.csv,.txt"}),
    )
    base = forms.ChoiceField(
        label=gettext_lazy("Price rows belong to"),
        required=False,
        help_text=gettext_lazy("For CSV only: the rows are put over this version."),
    )
    replace = forms.BooleanField(
        label=gettext_lazy("The file holds every price row; rows that are not in it are removed"),
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("What changes and why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Name the document that orders the change, with its number."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["base"].choices = [("", gettext_lazy("– (JSON document)")), *_bases()]  # type: ignore[attr-defined]


def _bases() -> list[tuple[str, str]]:
    rows = PriceBookVersion.objects.exclude(state__in=[BookState.REJECTED, BookState.SUPERSEDED])
    return [
        (str(v.pk), f"{v.book} v{v.number} · {v.get_state_display()}")
        for v in rows.order_by("book", "-number")
    ]


@require("tariffs.draft")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file; answer with its problems, or with what it would change."""
    form = UploadForm(
        request.POST or None, request.FILES or None, initial={"base": request.GET.get("base", "")}
    )
    context: dict[str, Any] = {
        "page_title": _("New draft"),
        "form": form,
        "breadcrumbs": [(_("Price books"), reverse("tariffs:books")), (_("New draft"), None)],
    }
    if request.method == "POST" and form.is_valid():
        try:
            book = _read(form)
        except frames.FileInvalid as error:
            context["problems"] = _problems(error.problems)
            context["problem_count"] = len(error.problems)
        else:
            return render(request, "tariffs/preview.html", context | _preview(form, book))
    return render(request, "tariffs/upload.html", context)


def _read(form: UploadForm) -> PriceBook:
    file = form.cleaned_data["file"]
    if file.size > frames.MAX_BYTES:
        raise frames.FileInvalid([frames.RowProblem(0, "", _("The file is larger than 5 MB."), "too_large")])
    text = frames.decoded(file.read())
    if text.lstrip().startswith(("{", "[")):
        try:
            return parse(text)
        except BookInvalid as error:
            rows = [frames.RowProblem(0, p.path, p.message, p.code) for p in error.problems]
            raise frames.FileInvalid(rows) from error
    if not form.cleaned_data["base"]:
        message = _("Choose the price book that the rows of a CSV belong to.")
        raise frames.FileInvalid([frames.RowProblem(0, "", message, "base_missing")])
    base = PriceBookVersion.objects.get(pk=form.cleaned_data["base"])
    return frames.book_with_rows(text, queries.book_of(base), replace=form.cleaned_data["replace"])


def _problems(found: list[frames.RowProblem]) -> list[dict[str, Any]]:
    shown = []
    for problem in found[:SHOWN_PROBLEMS]:
        text, detail = texts.problem_text(problem.code, problem.message)
        shown.append({"row": problem.row, "column": problem.column, "text": text, "detail": detail})
    return shown


def _preview(form: UploadForm, book: PriceBook) -> dict[str, Any]:
    current = queries.version_in_force(book.code)
    old = queries.compiled(current) if current else None
    found = queries.differences(old.book, book) if old else []
    drafts = list(queries.versions(book.code).filter(state=BookState.DRAFT))
    return {
        "page_title": _("What the draft would change"),
        "book": book,
        "against": current,
        "sections": grouped(found),
        "names": component_names(*([old.book] if old else []), book),
        "nothing": current is not None and not found,
        "impact": queries.impact(old, compile_book(book), timezone.localdate()),
        "shares": queries.confidence_shares(book),
        "text": frames.document_text(book),
        "note": form.cleaned_data["note"],
        "drafts": drafts,
    }


@require("tariffs.draft")
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Store the document of the dry run as a new draft, or as the new text of an open one."""
    note = request.POST.get("note", "").strip()[:300]
    try:
        book = parse(request.POST.get("document", ""))
        saved = _saved(request, book, note)
    except BookInvalid as error:
        messages.error(request, str(error))
    except operations.NothingChanged:
        messages.error(request, _("The document is the same as the version in force."))
    except (operations.StateForbids, operations.OtherBook):
        messages.error(request, _("That draft can no longer be amended."))
    else:
        messages.success(
            request, _("Draft %(number)d is saved. Another person decides it.") % {"number": saved.number}
        )
        return redirect("tariffs:version", pk=saved.pk)
    return redirect("tariffs:upload")


def _saved(request: HttpRequest, book: PriceBook, note: str) -> PriceBookVersion:
    now = timezone.now()
    amended = request.POST.get("amend", "")
    if amended.isdecimal():
        version = PriceBookVersion.objects.filter(pk=int(amended)).first()
        if version is None:
            raise operations.StateForbids(amended)
        return operations.amend(version=version, book=book, note=note, amended_by=person(request), at=now)
    return operations.draft_version(book=book, note=note, drafted_by=person(request), at=now)


@require("tariffs.draft")
@require_GET
def csv_template(request: HttpRequest) -> HttpResponse:
    """The header with a few real rows."""
    current = PriceBookVersion.objects.filter(state=BookState.IN_FORCE).order_by("book").first()
    rows = queries.book_of(current).prices[:EXAMPLE_ROWS] if current else []
    answer = HttpResponse(frames.price_rows_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="price-rows.csv"'
    return answer
