"""One posting: what it moved, who made it, when, for which document."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from denghuo.commerce.ledger import queries
from denghuo.commerce.ledger.models import Entry, Posting
from denghuo.commerce.ledger.queries import words
from denghuo.commerce.ledger.web.lists import EntryList
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require

SHOWN_ENTRIES = 50


@require("ledger.view")
@require_GET
def posting_page(request: StaffRequest, pk: int) -> HttpResponse:
    try:
        found = queries.posting_in_scope(pk, visible=request.user.scope)
    except Posting.DoesNotExist as error:
        raise Http404 from error
    entries = list(
        queries.entries_in_scope(request.user.scope)
        .filter(posting=found)
        .select_related("account", "unit")
        .order_by("id")[: SHOWN_ENTRIES + 1]
    )
    for entry in entries:
        entry.posting = found
    wanted = ("code", "name", "detail", "account", "document", "debit", "credit")
    return render(
        request,
        "ledger/posting.html",
        {
            "page_title": _("Posting %(number)s") % {"number": found},
            "posting": found,
            "reversed_by": getattr(found, "reversed_by", None),
            "document_url": queries.document_url(found) or _only_document(entries),
            "parts": [
                (part, words.account_name(part.code), words.detail_name(part.detail))
                for part in queries.parts(found, visible=request.user.scope)
            ],
            "entry_columns": [column for column in EntryList.columns if column.name in wanted],
            "entries": entries[:SHOWN_ENTRIES],
            "more_url": f"{reverse('ledger:entries')}?posting={found.pk}"
            if len(entries) > SHOWN_ENTRIES
            else "",
            "breadcrumbs": [(_("Postings"), reverse("ledger:postings")), (str(found), None)],
        },
    )


def _only_document(entries: list[Entry]) -> str | None:
    """The page of the one document that all entries name, where a room knows it."""
    numbers = {entry.document_number for entry in entries if entry.document_number}
    return queries.number_url(numbers.pop()) if len(numbers) == 1 else None
