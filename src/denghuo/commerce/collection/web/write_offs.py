"""Bad debts: asked for, decided, recovered."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.collection import operations
from denghuo.commerce.collection.models import WriteOffRequest, WriteOffState
from denghuo.commerce.collection.web.common import (
    act,
    form_page,
    now,
    submitted,
    today,
    visible,
    visible_account,
)
from denghuo.commerce.collection.web.forms import RecoverForm, WriteOffForm
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.identity.models import UnitKind
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.formats import money
from denghuo.kernel.money import fen


def _visible(request: StaffRequest, pk: int) -> WriteOffRequest:
    rows = WriteOffRequest.objects.select_related("account__customer", "requested_by", "decided_by")
    return visible(rows, pk, request.user.scope)


@require("collection.write_off")
def ask_write_off(request: StaffRequest, number: str) -> HttpResponse:
    """Choose the debts of an account and say why."""
    account = visible_account(request, number)
    if account is None:
        raise Http404
    on = today()
    items = [i for i in receivables.open_items(account.pk) if i.due_date < on and not i.disputed]
    choices = [
        (str(i.pk), f"{i.document_number} · {i.get_kind_display()} · {i.due_date} · {money(i.open_fen)}")
        for i in items
    ]
    form = WriteOffForm(choices, request.POST or None, initial={"receivables": [c for c, _label in choices]})
    made = submitted(
        form,
        lambda data: operations.ask_write_off(
            account=account,
            receivable_ids=[int(pk) for pk in data["receivables"]],
            reason=data["reason"],
            evidence=data["evidence"],
            actor=request.user,
            at=now(),
        ),
    )
    if made is not None:
        messages.success(request, _("Another person must now approve the write-off."))
        return redirect("collection:write-off", made.pk)
    return form_page(
        request,
        form,
        title=_("Ask for a write-off of %(account)s") % {"account": account.number},
        save=_("Ask for approval"),
        back=reverse("collection:candidates"),
        note=_("%(name)s owes %(amount)s yuan overdue. Written-off debts stay on file and may still be paid.")
        % {"name": account.customer.masked_name, "amount": money(sum(i.open_fen for i in items))},
    )


@require("collection.view")
@require_GET
def write_off_page(request: StaffRequest, pk: int) -> HttpResponse:
    return render(request, "collection/write_off.html", _context(request, _visible(request, pk)))


def _context(request: StaffRequest, found: WriteOffRequest, form: RecoverForm | None = None) -> dict:
    debts = list(found.debts.select_related("receivable"))
    left = sum(debt.remaining_fen for debt in debts)
    limit = operations.station_limit_fen(now())
    bureau = request.user.unit.kind == UnitKind.BUREAU
    return {
        "write_off": found,
        "page_title": found.account.number,
        "debts": debts,
        "recoveries": [
            recovery
            for debt in debts
            for recovery in debt.recoveries.select_related("payment", "debt__receivable")
        ],
        "left_fen": left,
        "waiting": found.state == WriteOffState.REQUESTED,
        "own": found.requested_by_id == request.user.pk,
        "limit_fen": limit,
        "above_limit": found.total_fen > limit and not bureau,
        "may_decide": request.user.may("collection.approve"),
        "may_recover": request.user.may("payments.take") and found.state == WriteOffState.DONE and left > 0,
        "recover_form": form or RecoverForm(initial={"amount_yuan": f"{left / 100:.2f}"}),
        "breadcrumbs": [(_("Write-offs"), reverse("collection:write-offs")), (found.account.number, None)],
    }


@require("collection.approve")
@require_POST
def decide_write_off(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    note = request.POST.get("reason", "")
    if request.POST.get("decision") == "approve":
        return act(
            request,
            lambda: operations.approve_write_off(request=found, actor=request.user, at=now(), note=note),
            _("Written off. The debt stays on file."),
            back=reverse("collection:write-off", args=[pk]),
        )
    return act(
        request,
        lambda: operations.reject_write_off(request=found, actor=request.user, at=now(), note=note),
        _("The debts stay open."),
        back=reverse("collection:write-off", args=[pk]),
    )


@require("payments.take")
@require_POST
def recover(request: StaffRequest, pk: int) -> HttpResponse:
    """Money for a written-off debt has come in."""
    found = _visible(request, pk)
    form = RecoverForm(request.POST)
    done = submitted(
        form,
        lambda data: operations.recover(
            request=found,
            amount_fen=fen(data["amount_yuan"]),
            channel=data["channel"],
            external_id=data["external_id"],
            actor=request.user,
            at=now(),
        ),
    )
    if done is not None:
        messages.success(
            request, _("%(amount)s yuan recovered.") % {"amount": money(sum(f for _d, f in done.parts))}
        )
        return redirect("collection:write-off", pk)
    return render(request, "collection/write_off.html", _context(request, found, form), status=422)
