"""What the pages of this room share: the clock, what is visible, the errors of a form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from denghuo.care.cases import queries
from denghuo.care.cases.models import Case
from denghuo.foundation.identity.web.requests import StaffRequest


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


def make(form: type[forms.Form], request: StaffRequest, data: Any = None, **how: Any) -> forms.Form:
    """A form of this room; those that choose among people or units are told the scope."""
    if getattr(form, "scoped", False):
        how["scope"] = request.user.scope
    return form(data, **how)
