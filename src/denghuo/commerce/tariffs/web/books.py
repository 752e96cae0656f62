"""Price books: the list, one version as people read it, its differences, its decision, its files."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.tariffs import frames, operations, queries, rules
from denghuo.commerce.tariffs.models import BookState, PriceBookVersion
from denghuo.commerce.tariffs.web import texts
from denghuo.engine.pricing.book import PriceBook
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.ui.access import may, require

TABS = ("prices", "hours", "basis", "versions")
YEARS_PROBED = 4
FIRST_YEAR, LAST_YEAR = 1990, 2100


@require("tariffs.view")
@require_GET
def book_list(request: HttpRequest) -> HttpResponse:
    """Every book with its version in force, coverage, confidence and open drafts."""
    today = timezone.localdate()
    shown = [_summary(code, today) for code in queries.books()]
    context = {
        "page_title": _("Price books"),
        "books": shown,
        "may_draft": may(request.user, "tariffs.draft"),
    }
    return render(request, "tariffs/books.html", context)


def _summary(code: str, today: date) -> dict[str, Any]:
    versions = list(queries.versions(code))
    current = next((v for v in versions if v.state == BookState.IN_FORCE), None)
    shown = current or versions[0]
    book = queries.book_of(shown)
    start, end = _span(today)
    covered = queries.coverage(queries.compiled(shown), start, end)
    return {
        "code": code,
        "current": current,
        "version": shown,
        "book": book,
        "shares": queries.confidence_shares(book),
        "tariffs": len(covered),
        "incomplete": [item for item in covered if item.gaps],
        "ends": min((item.end for item in covered if item.end), default=None),
        "open": sum(1 for v in versions if v.state in (BookState.DRAFT, BookState.APPROVED)),
        "versions": versions,
    }


def _span(today: date) -> tuple[date, date]:
    return date(today.year - 1, 1, 1), date(today.year - 1 + YEARS_PROBED, 1, 1)


@require("tariffs.view")
@require_GET
def book(request: HttpRequest, code: str) -> HttpResponse:
    """The version in force, or the newest one where none is."""
    found = queries.version_in_force(code) or queries.versions(code).first()
    if found is None:
        raise Http404(code)
    return _page(request, found)


@require("tariffs.view")
@require_GET
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version, in force or not."""
    return _page(request, _version(pk))


def person(request: HttpRequest) -> Staff:
    """Who is signed in; ``require`` has made sure that somebody is."""
    return cast(Staff, request.user)


def _version(pk: int) -> PriceBookVersion:
    return get_object_or_404(
        PriceBookVersion.objects.select_related("drafted_by", "approved_by", "rejected_by"), pk=pk
    )


def _page(request: HttpRequest, found: PriceBookVersion) -> HttpResponse:
    book = queries.book_of(found)
    on = _day(request.GET.get("on"))
    tab = request.GET.get("tab")
    tab = tab if tab in TABS else "prices"
    context: dict[str, Any] = {
        "version": found,
        "book": book,
        "title": texts.local(book.name, get_language() or ""),
        "on": on,
        "tab": tab,
        "tabs": [
            (key, label, f"?tab={key}&on={on.isoformat()}")
            for key, label in zip(
                TABS,
                (
                    _("Prices"),
                    _("Time-of-use periods"),
                    _("Legal basis and parameters"),
                    _("Versions and history"),
                ),
                strict=True,
            )
        ],
        "shares": queries.confidence_shares(book),
        "user_may_draft": may(request.user, "tariffs.draft"),
        "user_may_approve": may(request.user, "tariffs.approve"),
        "documents": {document.id: document for document in book.documents},
        "may_approve": rules.may_decide(drafted_by_id=found.drafted_by_id, decider_id=request.user.pk or 0),
        "breadcrumbs": [
            (_("Price books"), reverse("tariffs:books")),
            (texts.local(book.name, get_language() or ""), None),
        ],
    }
    context |= _TAB_CONTEXT[tab](found, book, on)
    return render(request, "tariffs/version.html", context)


def _day(text: str | None) -> date:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return timezone.localdate()
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else timezone.localdate()


def _prices(found: PriceBookVersion, book: PriceBook, on: date) -> dict[str, Any]:
    groups: dict[str, list[Any]] = {}
    for table in queries.price_tables(queries.compiled(found), on):
        groups.setdefault(str(table.tariff.customer_class), []).append(table)
    return {"groups": groups}


def _hours(found: PriceBookVersion, book: PriceBook, on: date) -> dict[str, Any]:
    calendar = queries.day_calendar(found.book, on, on + timedelta(days=1))
    schemes = []
    for scheme in queries.schemes_on(book, on):
        every = [tariff for tariff in book.tariffs if tariff.tou == scheme.code]
        users = [tariff for tariff in every if tariff.in_force(on)] or every
        ratios = [
            {"rule": rule, "values": [(str(tou), rule.ratio(tou)) for tou in rule.values]}
            for rule in scheme.ratios
        ]
        schemes.append(
            {
                "scheme": scheme,
                "today": queries.tou_windows(scheme, on, calendar),
                "seasons": queries.seasons(scheme),
                "tariffs": users,
                "ratios": ratios,
            }
        )
    return {"schemes": schemes}


def _basis(found: PriceBookVersion, book: PriceBook, on: date) -> dict[str, Any]:
    counted: dict[str, int] = {}
    for row in book.prices:
        counted[row.basis] = counted.get(row.basis, 0) + 1
    start, end = _span(on)
    return {
        "sources": [(document, counted.get(document.id, 0)) for document in book.documents],
        "parameters": [item for item in book.parameters if item.in_force(on)],
        "coverage": queries.coverage(queries.compiled(found), start, end),
        "coverage_span": (start, end),
    }


def _versions(found: PriceBookVersion, book: PriceBook, on: date) -> dict[str, Any]:
    return {"versions": list(queries.versions(found.book))}


_TAB_CONTEXT = {"prices": _prices, "hours": _hours, "basis": _basis, "versions": _versions}


@require("tariffs.view")
@require_GET
def version_differences(request: HttpRequest, pk: int) -> HttpResponse:
    """What a version adds, removes and changes against another (default: the one in force, else the one before)."""
    found = _version(pk)
    others = [other for other in queries.versions(found.book) if other.pk != found.pk]
    wanted = request.GET.get("against", "")
    against = next((other for other in others if str(other.pk) == wanted), None) or _default(found, others)
    book = queries.book_of(found)
    context: dict[str, Any] = {
        "page_title": _("What differs"),
        "version": found,
        "against": against,
        "others": others,
        "breadcrumbs": [
            (_("Price books"), reverse("tariffs:books")),
            (found.book, reverse("tariffs:version", args=[found.pk])),
            (_("Differences"), None),
        ],
    }
    if against is not None:
        old = queries.book_of(against)
        context["sections"] = grouped(queries.differences(old, book))
        context["names"] = component_names(old, book)
        context["impact"] = queries.impact(
            queries.compiled(against), queries.compiled(found), _day(request.GET.get("on"))
        )
    return render(request, "tariffs/differences.html", context)


def component_names(*books: PriceBook) -> dict[str, str]:
    """Code → name of every component, in the language of the page."""
    language = get_language() or ""
    return {c.code: texts.local(c.name, language) for book in books for c in book.components}


def _default(found: PriceBookVersion, others: list[PriceBookVersion]) -> PriceBookVersion | None:
    current = next((other for other in others if other.state == BookState.IN_FORCE), None)
    before = next((other for other in others if other.number < found.number), None)
    return current if current and found.state in (BookState.DRAFT, BookState.APPROVED) else before


def grouped(found: list[queries.Difference]) -> list[tuple[str, list[queries.Difference]]]:
    """Differences by section, in the order of the document."""
    sections: dict[str, list[queries.Difference]] = {}
    for difference in found:
        sections.setdefault(difference.section, []).append(difference)
    return list(sections.items())


@require("tariffs.approve")
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, reject or put in force."""
    found = _version(pk)
    reason = request.POST.get("reason", "").strip()[:300]
    try:
        done = _decided(request, found, request.POST.get("decision", ""), reason)
    except operations.SamePerson:
        messages.error(request, _("You drafted this version; another person has to decide it."))
    except operations.DraftChanged:
        messages.error(request, _("The draft was amended while you were reading. Read it again."))
    except operations.StateForbids:
        messages.error(request, _("The version is no longer in a state in which this is possible."))
    except ValueError:
        messages.error(request, _("Please give a reason."))
    else:
        messages.success(request, done)
    return redirect("tariffs:version", pk=found.pk)


def _decided(request: HttpRequest, found: PriceBookVersion, decision: str, reason: str) -> str:
    now, actor = timezone.now(), person(request)
    if decision == "approve":
        operations.approve(
            version=found, digest=request.POST.get("digest", ""), approved_by=actor, note=reason, at=now
        )
        return _("Version %(number)d is approved.") % {"number": found.number}
    if decision == "put_in_force":
        operations.put_in_force(version=found, actor=actor, at=now)
        return _("Version %(number)d is in force; bills are priced with it from now on.") % {
            "number": found.number
        }
    if decision == "reject":
        operations.reject(version=found, rejected_by=actor, reason=reason, at=now)
        return _("Version %(number)d is rejected.") % {"number": found.number}
    raise Http404(decision)


@require("tariffs.view")
@require_GET
def book_json(request: HttpRequest, pk: int) -> HttpResponse:
    """The document of a version as a file."""
    found = _version(pk)
    return _file(found.document, "application/json", f"{found.book}-v{found.number}.json")


@require("tariffs.view")
@require_GET
def prices_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The price rows of a version as CSV, ready to be changed and uploaded again."""
    found = _version(pk)
    text = frames.price_rows_csv(queries.book_of(found).prices)
    return _file(text, "text/csv", f"{found.book}-v{found.number}-prices.csv")


def _file(text: str, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
