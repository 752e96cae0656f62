"""Files for the tax platform: made, downloaded, downloaded again."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.invoicing import operations
from denghuo.commerce.invoicing.models import InvoiceExport, InvoiceState
from denghuo.commerce.invoicing.web import files
from denghuo.commerce.invoicing.web.common import now
from denghuo.commerce.invoicing.web.lists import TONES
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import export as writing


def _visible(request: StaffRequest, number: str) -> InvoiceExport:
    found = (
        InvoiceExport.objects.select_related("unit", "created_by")
        .filter(number=number, unit__code__startswith=request.user.scope)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require("invoicing.issue")
@require_POST
def make(request: StaffRequest) -> HttpResponse:
    try:
        made = operations.export(unit_id=request.user.scope, actor=request.user, at=now())
    except operations.NothingToExport as error:
        messages.error(request, str(error))
        return redirect("invoicing:exports")
    messages.success(request, _("The file is made. Give it to the tax platform and import its answer."))
    return redirect("invoicing:export", made.number)


@require("invoicing.view")
@require_GET
def export_page(request: StaffRequest, number: str) -> HttpResponse:
    found = _visible(request, number)
    labels = dict(InvoiceState.choices)
    counts = found.rows.order_by().values_list("state").annotate(count=Count("id"))
    return render(
        request,
        "invoicing/export.html",
        {
            "page_title": found.number,
            "export": found,
            "parts": [(labels[state], count, TONES[state]) for state, count in sorted(counts)],
            "invoices_url": f"{reverse('invoicing:invoices')}?export_file={found.number}",
            "may_send": request.user.may("invoicing.issue"),
            "import_url": reverse("imports:new", args=["invoice-answers"]),
            "breadcrumbs": [
                (_("Files for the tax platform"), reverse("invoicing:exports")),
                (found.number, None),
            ],
        },
    )


@require("invoicing.issue")
@require_GET
def export_file(request: StaffRequest, number: str, kind: str) -> HttpResponseBase:
    """The file itself. It holds names and tax numbers in full, so each download is recorded."""
    found = _visible(request, number)
    if kind not in ("csv", "xlsx"):
        raise BadRequest("an export is csv or xlsx")
    writing.announce(request, found.number, kind)
    write = writing.as_csv if kind == "csv" else writing.as_xlsx
    return write(files.COLUMNS, files.rows_of(found), found.number)
