"""Bills of a route as one print job."""

from __future__ import annotations

import io
import zipfile

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from denghuo.commerce.billing import operations
from denghuo.commerce.billing.models import PrintBatch
from denghuo.commerce.billing.web.common import now
from denghuo.commerce.billing.web.forms import PrintForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require


@require("billing.view")
def prints(request: StaffRequest) -> HttpResponse:
    """Ask for a print, and fetch those that are made."""
    form = PrintForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.print_route(
                cycle=form.cleaned_data["cycle"],
                route_code=form.cleaned_data["route"].strip(),
                actor=request.user,
                at=now(),
            )
        except operations.NothingToPrint as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The print is being made."))
            return redirect("billing:prints")
    batches = (
        PrintBatch.objects.filter(unit_id__startswith=request.user.scope)
        .select_related("long_run", "created_by")
        .order_by("-id")[:50]
    )
    return render(
        request,
        "billing/prints.html",
        {"page_title": _("Print bills"), "form": form, "batches": batches},
        status=422 if form.errors else 200,
    )


@require("billing.view")
def print_file(request: StaffRequest, pk: int) -> HttpResponse:
    """The parts of a finished print: one PDF, or a ZIP of several."""
    batch = PrintBatch.objects.filter(pk=pk, unit_id__startswith=request.user.scope).first()
    parts = list(batch.parts.order_by("number")) if batch else []
    if batch is None or not parts:
        raise Http404
    name = f"bills-{batch.route}-{batch.cycle}"
    if len(parts) == 1:
        response = HttpResponse(bytes(parts[0].pdf), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
        return response
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for part in parts:
            archive.writestr(f"{name}-{part.number:03d}.pdf", bytes(part.pdf))
    response = HttpResponse(out.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return response
