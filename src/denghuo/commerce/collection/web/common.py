"""What the pages of collection share."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from denghuo.commerce.collection import operations
from denghuo.commerce.collection.models import DunningCase
from denghuo.commerce.ledger.operations import PeriodClosed
from denghuo.commerce.payments.operations import PaymentDiffers
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.records.customers.models import Account

REFUSALS = (
    operations.ActionCannotBeRecorded,
    operations.AssessmentCannotChange,
    operations.CannotBeRecovered,
    operations.CaseCannotChange,
    operations.DutyCannotBeGiven,
    operations.NoticeCannotChange,
    operations.PlanCannotBeSaved,
    operations.ProtectionCannotBeDecided,
    operations.TargetCannotBeSet,
    operations.WriteOffCannotBeAsked,
    operations.WriteOffCannotBeDecided,
    PaymentDiffers,
    PeriodClosed,
)


def now() -> datetime:
    return timezone.now()


def today() -> date:
    return timezone.localdate()


def form_key() -> str:
    """A key for a form, so that sending it twice has one effect."""
    return uuid.uuid4().hex


def visible(rows: QuerySet[Any], pk: int, scope: str, unit_path: str = "unit") -> Any:
    """The row, or 404 outside the data scope."""
    found = rows.filter(**{"pk": pk, f"{unit_path}__code__startswith": scope}).first()
    if found is None:
        raise Http404
    return found


def visible_case(request: StaffRequest, pk: int) -> DunningCase:
    rows = DunningCase.objects.select_related("account__customer", "plan", "owner", "unit")
    return visible(rows, pk, request.user.scope)


def visible_account(request: StaffRequest, number: str) -> Account | None:
    """The account of this number, if the user may see it."""
    return (
        Account.objects.filter(number=number.strip(), unit__code__startswith=request.user.scope)
        .select_related("customer", "unit")
        .first()
    )


def act(request: HttpRequest, do: Callable[[], object], done: str, *, back: str) -> HttpResponse:
    """Do one thing and go ``back``, saying that it is done or why not."""
    try:
        do()
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(back)


def form_page(
    request: HttpRequest, form: forms.Form, *, title: str, save: str, back: str, **more: Any
) -> HttpResponse:
    """A page with one form; 422 where it was refused."""
    context = {"form": form, "page_title": title, "save_label": save, "back": back, **more}
    return render(
        request,
        more.pop("template", "collection/form.html"),
        context,
        status=422 if form.is_bound and form.errors else 200,
    )


def submitted(form: forms.Form, do: Callable[[dict[str, Any]], Any]) -> Any:
    """What ``do`` gives for a valid form; None, with the reason on the form, where it is refused."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return do(form.cleaned_data)
    except REFUSALS as error:
        form.add_error(None, str(error))
        return None
