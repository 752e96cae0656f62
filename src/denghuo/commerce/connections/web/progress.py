"""The progress of an application for the customer, without signing in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from denghuo.commerce.connections import operations, queries
from denghuo.commerce.connections.web.common import now
from denghuo.commerce.connections.web.forms import ProgressForm
from denghuo.foundation.audit.web.middleware import client_address
from denghuo.foundation.ui.access import public


@public
@never_cache
def progress(request: HttpRequest) -> HttpResponse:
    """Number and last four digits of the telephone; no personal data is shown."""
    form = ProgressForm(request.POST or None, initial={"number": request.GET.get("number", "")[:14]})
    shown, status = {}, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                found = operations.look_up(
                    number=form.cleaned_data["number"], last_digits=form.cleaned_data["digits"],
                    address=client_address(request), at=now(),
                )  # fmt: skip
            except operations.TooManyLookups as error:
                form.add_error(None, str(error))
                status = 429
            else:
                if found is None:
                    form.add_error(None, _("Number and telephone do not fit together."))
                else:
                    status = 200
                    shown = {
                        "application": found,
                        "stages": queries.stages(found),
                        "missing": [
                            queries.document_label(row.kind)
                            for row in found.documents.filter(state="follows")
                        ],
                        "pause": queries.waiting_for_customer(found),
                    }
    return render(
        request,
        "connections/progress.html",
        {"page_title": _("Progress of an application"), "form": form, **shown},
        status=status,
    )
