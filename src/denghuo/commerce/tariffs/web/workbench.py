"""Price books on the workbench: what waits for a decision, and how certain the books in force are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from denghuo.commerce.tariffs import queries, rules
from denghuo.commerce.tariffs.models import BookState
from denghuo.foundation.ui import extensions
from denghuo.foundation.ui.access import may

SHOWN = 5


def register() -> None:
    extensions.workbench_panel(
        "tariffs.view",
        "price-books",
        _("Price books in force"),
        "tariffs/parts/bench_books.html",
        books_in_force,
        order=42,
        width="full",
    )
    extensions.workbench_panel(
        "tariffs.view",
        "price-decisions",
        _("Prices to decide"),
        "tariffs/parts/bench_open.html",
        open_versions,
        order=11,
        width="third",
    )
    extensions.action(
        "workbench",
        _("Price calculator"),
        lambda subject: reverse("tariffs:calculator"),
        icon="calculator",
        permission="tariffs.view",
        order=90,
    )


def _concerned(request: HttpRequest) -> bool:
    return may(request.user, "tariffs.draft") or may(request.user, "tariffs.approve")


def open_versions(request: HttpRequest) -> dict[str, Any] | None:
    """Drafts and approved versions that are not in force yet, newest first."""
    if not _concerned(request):
        return None
    found = list(queries.undecided()[:SHOWN])
    return {
        "rows": [
            (
                version,
                version.state == BookState.DRAFT
                and may(request.user, "tariffs.approve")
                and rules.may_decide(drafted_by_id=version.drafted_by_id, decider_id=request.user.pk or 0),
            )
            for version in found
        ],
        "may_draft": may(request.user, "tariffs.draft"),
        "more_url": reverse("tariffs:books") if found else "",
    }


def books_in_force(request: HttpRequest) -> dict[str, Any] | None:
    """The books in force with the share of figures that have a source, least certain first."""
    if not _concerned(request):
        return None
    found = sorted(queries.certainty(), key=lambda pair: -pair[1].get("U", 0))[:SHOWN]
    rows = []
    for version, shares in found:
        uncertain = shares.get("U", 0)
        certain = sum(shares.values()) - uncertain
        parts = [(_("with a source"), certain, "success"), (_("to be confirmed"), uncertain, "warning")]
        rows.append((version, parts))
    return {"rows": rows, "more_url": reverse("tariffs:books")}
