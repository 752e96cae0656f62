"""What the pages of this room share: the clock, what is visible, refusals as messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from denghuo.commerce.connections import operations, queries
from denghuo.commerce.connections.models import Application
from denghuo.commerce.fieldwork.operations import CrewNotSuitable
from denghuo.foundation.files.operations import FileRefused
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.workflow import operations as workflow

REFUSALS = (
    operations.ActRefused,
    operations.NotInThisStep,
    operations.ApplicationInvalid,
    operations.PlanInvalid,
    CrewNotSuitable,
    FileRefused,
    workflow.NotNow,
    workflow.CaseEnded,
    ValidationError,
)


def now() -> datetime:
    return timezone.now()


def visible(request: StaffRequest, pk: int) -> Application:
    """The application, or 404 outside the data scope."""
    found = queries.visible(request.user.scope).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def words_of(error: Exception) -> Iterator[str]:
    """The sentences of a refusal."""
    if isinstance(error, ValidationError):
        yield from error.messages
    else:
        yield str(error)


def show_form_errors(request: StaffRequest, form: forms.Form) -> None:
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {' '.join(str(error) for error in errors)}".removeprefix(": "))


def put_errors(form: forms.Form, error: ValidationError) -> None:
    """The errors of a domain verb on the fields of a form; those without a field on the form as a whole."""
    if hasattr(error, "error_dict"):
        for name, texts in error.message_dict.items():
            form.add_error(name if name in form.fields else None, texts)
    else:
        form.add_error(None, error.messages)
