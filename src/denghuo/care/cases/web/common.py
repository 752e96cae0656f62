"""What the pages of this room share: the clock, what is visible, how a verb becomes a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from denghuo.care.cases import operations, queries
from denghuo.care.cases.models import Case
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require

Verb = Callable[[StaffRequest, Case, Mapping[str, Any]], object]


def now() -> datetime:
    return timezone.now()


def visible_case(request: StaffRequest, pk: int) -> Case:
    """The matter, or 404 outside the data scope."""
    found = queries.visible(request.user.scope).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def next_url(request: HttpRequest, default: str) -> str:
    """Where the form asked to go back to, if that is one of our own pages."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and safe else default


def complain(request: HttpRequest, form: forms.Form) -> None:
    """The errors of a form as messages, with the labels of their fields."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {' '.join(str(error) for error in errors)}")


def acting(
    *permissions: str,
    verb: Verb,
    done: Any,
    form: type[forms.Form] | None = None,
) -> Callable[..., HttpResponse]:
    """A view that does one verb to a matter with a valid form; a refusal is shown on the page of the matter (422)."""

    @require(*permissions)
    @require_POST
    def view(request: StaffRequest, pk: int) -> HttpResponse:
        from denghuo.care.cases.web.case import show

        case = visible_case(request, pk)
        data: Mapping[str, Any] = {}
        if form is not None:
            given = make(form, request, request.POST)
            if not given.is_valid():
                complain(request, given)
                return show(request, case, status=422)
            data = given.cleaned_data
        try:
            verb(request, case, data)
        except operations.CaseRefused as error:
            messages.error(request, str(error))
            return show(request, visible_case(request, pk), status=422)
        messages.success(request, str(done))
        return redirect(next_url(request, reverse("cases:case", args=[pk])))

    return view


def make(form: type[forms.Form], request: StaffRequest, data: Any = None, **how: Any) -> forms.Form:
    """A form of this room; those that choose among people or units are told the scope."""
    if getattr(form, "scoped", False):
        how["scope"] = request.user.scope
    return form(data, **how)
