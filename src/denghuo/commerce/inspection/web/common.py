"""What the pages of this room share: the clock, what is visible, acts with their forms, files that come along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_POST

from denghuo.commerce.inspection import operations
from denghuo.foundation.files import operations as files
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.records.supply.models import SupplyPoint

REFUSED = (
    operations.PlanRefused,
    operations.ProfileRefused,
    operations.VisitRefused,
    operations.RectificationRefused,
    operations.CaseRefused,
    files.FileRefused,
)
Bound = Mapping[str, forms.Form]


def now() -> datetime:
    return timezone.now()


class Show(Protocol):
    def __call__(
        self, request: StaffRequest, subject: Any, /, *, bound: Bound | None = None, status: int = 200
    ) -> HttpResponse: ...


@dataclass(frozen=True)
class Act:
    """Something that can be done on a page: its form and where it is sent. ``folded`` acts are opened by a click."""

    key: str
    title: str | Promise
    url: str
    form: forms.Form
    icon: str = "check"
    danger: bool = False
    folded: bool = False
    note: str | Promise = ""


def found(queryset: models.QuerySet[Any], **which: Any) -> Any:
    """The one row, or 404 where it does not exist or lies outside the data scope."""
    row = queryset.filter(**which).first()
    if row is None:
        raise Http404
    return row


def visible_point(request: StaffRequest, pk: int) -> SupplyPoint:
    points = SupplyPoint.objects.filter(unit__code__startswith=request.user.scope)
    point: SupplyPoint = found(points.select_related("customer", "account", "unit"), pk=pk)
    return point


def kept(request: StaffRequest, sent: UploadedFile | None, unit_id: str) -> StoredFile | None:
    """The file that came with a form, kept; None where there was none."""
    if sent is None:
        return None
    return files.keep(
        name=sent.name or "photo", content=sent.read(), unit_id=unit_id, at=now(), actor=request.user
    )


def complain(request: StaffRequest, form: forms.Form) -> None:
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {' '.join(str(error) for error in errors)}")


def verb(
    *permissions: str,
    key: str,
    form: Callable[..., forms.Form],
    find: Callable[[StaffRequest, int], Any],
    show: Show,
    act: Callable[[StaffRequest, Any, dict[str, Any]], object],
    done: str | Promise,
    page: str,
) -> Callable[..., HttpResponseBase]:
    """A view that does one act with a valid form; what is refused is shown on the same page, typed text kept (422)."""

    @require(*permissions)
    @require_POST
    def view(request: StaffRequest, pk: int) -> HttpResponseBase:
        subject = find(request, pk)
        filled = form(request.POST, request.FILES)
        if not filled.is_valid():
            complain(request, filled)
            return show(request, subject, bound={key: filled}, status=422)
        try:
            act(request, subject, filled.cleaned_data)
        except REFUSED as error:
            messages.error(request, str(error))
            return show(request, find(request, pk), bound={key: filled}, status=422)
        messages.success(request, str(done))
        return redirect(page, subject.pk)

    return view
