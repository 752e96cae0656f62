"""Debit batches: what would be asked for, the file, the answer, what failed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.banking import operations, queries
from denghuo.commerce.banking.models import DebitBatch, DebitBatchState, ItemState, ReturnLine
from denghuo.commerce.banking.web.common import now, today, visible
from denghuo.commerce.banking.web.forms import BatchForm, ReasonForm, ReturnForm
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require

PREVIEW_ROWS = 20


def visible_batch(request: StaffRequest, pk: int) -> DebitBatch:
    return visible(request, DebitBatch.objects.select_related("unit", "created_by", "run"), pk)


@require("banking.batches")
def new_batch(request: StaffRequest) -> HttpResponse:
    """Bank and day; ``?bank=&debit_date=`` shows what would be debited, posting it makes the batch."""
    chosen = request.POST or (request.GET if "bank" in request.GET else None)
    form = BatchForm(chosen, initial={"debit_date": (today() + timedelta(days=1)).isoformat()})
    found: list[queries.Candidate] | None = None
    if form.is_bound and form.is_valid():
        bank, day = form.cleaned_data["bank"], form.cleaned_data["debit_date"]
        if request.method == "POST":
            try:
                made = operations.create_batch(
                    bank=bank, debit_date=day, unit_id=request.user.scope, at=now(), actor=request.user
                )
            except (operations.NothingToDebit, operations.DebitsOverlap) as error:
                form.add_error(None, str(error))
            else:
                return redirect("banking:batch", made.pk)
        else:
            found = queries.candidates(bank, on=day, scope=request.user.scope)
    context = {
        "form": form,
        "found": found,
        "shown": (found or [])[:PREVIEW_ROWS],
        "total_fen": sum(item.amount_fen for item in found or []),
        "capped": sum(item.capped for item in found or []),
        "page_title": _("New debit batch"),
        "breadcrumbs": [(_("Debit batches"), reverse("banking:batches")), (_("New debit batch"), None)],
    }
    return render(request, "banking/new_batch.html", context, status=422 if form.errors else 200)


@require("banking.view")
@require_GET
def batch_page(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, visible_batch(request, pk), ReturnForm())


def _page(request: StaffRequest, batch: DebitBatch, form: ReturnForm) -> HttpResponse:
    failed = batch.items.filter(state=ItemState.FAILED)
    reasons = list(
        failed.values("code", "reason").annotate(n=Count("id"), fen=Sum("amount_fen")).order_by("-n")
    )
    may = request.user.may("banking.batches")
    working = batch.run is not None and batch.run.finished_at is None
    to_post = batch.items.filter(state=ItemState.TAKEN).aggregate(n=Count("id"), fen=Sum("amount_fen"))
    context = {
        "batch": batch,
        "returns": batch.returns.select_related("uploaded_by"),
        "failed": failed.select_related("account__customer").order_by("id")[:50],
        "reasons": reasons,
        "lines": queries.lines_to_settle(request.user.scope).filter(file__batch=batch)[:50],
        "to_post": to_post,
        "working": working,
        "may_file": may and batch.state != DebitBatchState.CANCELLED,
        "may_send": may and batch.state == DebitBatchState.CREATED,
        "may_return": may and batch.state in (DebitBatchState.SENT, DebitBatchState.RETURNED),
        "may_post": may and batch.state == DebitBatchState.RETURNED and to_post["n"] and not working,
        "may_give_up": may
        and batch.state in (DebitBatchState.SENT, DebitBatchState.RETURNED)
        and batch.open_count,
        "form": form,
        "reason_form": ReasonForm(),
        "items_url": reverse("banking:items", args=[batch.pk]),
        "page_title": _("Debit batch %(number)s") % {"number": batch.number},
        "breadcrumbs": [(_("Debit batches"), reverse("banking:batches")), (batch.number, None)],
    }
    return render(request, "banking/batch.html", context, status=422 if form.errors else 200)


@require("banking.batches")
@require_GET
def batch_file(request: StaffRequest, pk: int) -> HttpResponse:
    """The file for the bank, as its digest says."""
    batch = visible_batch(request, pk)
    response = HttpResponse(queries.out_file(batch), content_type="text/plain")
    response["Content-Disposition"] = f'attachment; filename="{queries.file_name(batch)}"'
    return response


def _step(request: StaffRequest, pk: int, verb: Any, done: str, **how: Any) -> HttpResponse:
    try:
        verb(batch=visible_batch(request, pk), at=now(), actor=request.user, **how)
    except operations.BatchCannotChange as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("banking:batch", pk)


@require("banking.batches")
@require_POST
def send(request: StaffRequest, pk: int) -> HttpResponse:
    return _step(request, pk, operations.mark_sent, _("The batch is marked as sent."))


@require("banking.batches")
@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")[:300]
    return _step(request, pk, operations.withdraw_batch, _("The batch is withdrawn."), reason=reason)


@require("banking.batches")
@require_POST
def give_up(request: StaffRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")[:300]
    return _step(
        request, pk, operations.give_up, _("Debits without an answer are taken back."), reason=reason
    )


@require("banking.batches")
@require_POST
def post(request: StaffRequest, pk: int) -> HttpResponse:
    """Start the posting of what the bank has taken."""
    return _step(request, pk, operations.start_posting, _("The answer is being posted."))


@require("banking.batches")
@require_POST
def take_return(request: StaffRequest, pk: int) -> HttpResponse:
    """The uploaded answer; nothing is posted yet."""
    batch = visible_batch(request, pk)
    form = ReturnForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            file = operations.take_return(
                batch=batch, body=upload.read(), file_name=upload.name, at=now(), actor=request.user
            )
        except (operations.ReturnRefused, operations.BatchCannotChange) as error:
            form.add_error("file", str(error))
        else:
            text = ngettext(
                "%(n)d row of the answer taken in.", "%(n)d rows of the answer taken in.", file.rows
            )
            messages.success(request, text % {"n": file.rows})
            return redirect("banking:batch", pk)
    return _page(request, batch, form)


@require("banking.batches")
@require_POST
def settle_line(request: StaffRequest, pk: int) -> HttpResponse:
    """A row that could not be placed is settled with a note."""
    line = visible(request, ReturnLine.objects.select_related("file"), pk, "file__batch__unit__code")
    try:
        operations.settle_line(
            line=line, note=request.POST.get("reason", "")[:300], at=now(), actor=request.user
        )
    except operations.ReturnRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The row is settled."))
    return redirect("banking:batch", line.file.batch_id)
