"""The public list of penalties."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from denghuo.commerce.collection import operations, queries
from denghuo.commerce.collection.models import LegalReview, PenaltyNotice
from denghuo.commerce.collection.web.common import (
    act,
    form_page,
    now,
    submitted,
    today,
    visible,
    visible_account,
)
from denghuo.commerce.collection.web.forms import NoticeForm
from denghuo.foundation.documents import pdf
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.kernel.money import fen


def _visible(request: StaffRequest, pk: int) -> PenaltyNotice:
    return visible(
        PenaltyNotice.objects.select_related("customer", "created_by", "reviewed_by"), pk, request.user.scope
    )


@require("collection.plans")
def new_notice(request: StaffRequest) -> HttpResponse:
    form = NoticeForm(request.POST or None, initial={"publish_from": today()})

    def save(data: dict) -> PenaltyNotice | None:
        account = visible_account(request, data.pop("account"))
        if account is None:
            form.add_error("account", _("There is no such account."))
            return None
        amount = fen(data.pop("amount_yuan"))
        return operations.draft_notice(
            customer=account.customer, amount_fen=amount, actor=request.user, at=now(), **data
        )

    made = submitted(form, save)
    if made is not None:
        return redirect("collection:notice", made.pk)
    return form_page(
        request, form, title=_("New entry"), save=_("Save the draft"), back=reverse("collection:notices"),
        note=_("Nobody sees it before the legal review has approved it; names of persons are masked."),
    )  # fmt: skip


@require("collection.view")
@require_GET
def notice_page(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    shown = queries.published_notices(on=today()).filter(pk=pk).exists()
    return render(
        request,
        "collection/notice.html",
        {
            "notice": found,
            "page_title": found.decision_number,
            "shown": shown,
            "may_edit": request.user.may("collection.plans") and not found.withdrawn_at,
            "may_review": request.user.may("collection.targets")
            and found.legal_review == LegalReview.PENDING
            and not found.withdrawn_at,
            "own": found.created_by_id == request.user.pk,
            "breadcrumbs": [
                (_("Public notices of penalties"), reverse("collection:notices")),
                (found.decision_number, None),
            ],
        },
    )


@require("collection.plans")
@require_POST
def ask_review(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    return act(
        request,
        lambda: operations.ask_review(notice=found, actor=request.user, at=now()),
        _("Given to the legal review."),
        back=reverse("collection:notice", args=[pk]),
    )


@require("collection.targets")
@require_POST
def review(request: StaffRequest, pk: int) -> HttpResponse:
    """The named person of the legal review decides."""
    found = _visible(request, pk)
    return act(
        request,
        lambda: operations.review(
            notice=found,
            approve=request.POST.get("decision") == "approve",
            note=request.POST.get("reason", ""),
            actor=request.user,
            at=now(),
        ),
        _("Decided."),
        back=reverse("collection:notice", args=[pk]),
    )


@require("collection.plans")
@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    return act(
        request,
        lambda: operations.withdraw(
            notice=found, reason=request.POST.get("reason", ""), actor=request.user, at=now()
        ),
        _("The entry has been taken down."),
        back=reverse("collection:notice", args=[pk]),
    )


@require("collection.view")
@require_GET
def published_pdf(request: StaffRequest) -> HttpResponse:
    """What may hang in public today, to print; nothing unapproved can get onto it."""
    on = today()
    rows = queries.published_notices(on=on, scope=request.user.scope).select_related("customer", "unit")
    data = {
        "unit": request.user.unit.name,
        "date": on.isoformat(),
        "entries": [
            {
                "number": row.decision_number,
                "name": row.customer.masked_name,
                "kind": str(row.get_kind_display()),
                "facts": row.facts,
                "decision": row.decision,
                "amount_fen": row.amount_fen,
                "until": row.publish_to.isoformat(),
            }
            for row in rows
        ],
    }
    if not data["entries"]:
        messages.info(request, _("No entry may be shown today."))
        return redirect("collection:notices")
    response = HttpResponse(
        pdf.render("collection/notices.typ", data, created_at=now()), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="notices-{on}.pdf"'
    return response
