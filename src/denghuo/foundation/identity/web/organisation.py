"""The organisation tree, and the machines that may call the API."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from denghuo.foundation.identity import operations, queries
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.identity.web.forms import ClientForm, ReasonForm, RenameForm, UnitForm
from denghuo.foundation.ui.access import require


@require("staff.view")
def units(request: HttpRequest) -> HttpResponse:
    """The tree in the reader's scope, with the number of people in each unit."""
    rows = list(queries.units_with_head_counts(request.user))
    depth: dict[str, int] = {}
    for unit in rows:
        depth[unit.code] = depth.get(unit.parent_id or "", -1) + 1
    return render(
        request,
        "identity/units.html",
        {
            "page_title": _("Organisation units"),
            "units": [(unit, depth[unit.code]) for unit in rows],
            "may_edit": request.user.may("staff.edit"),  # type: ignore[union-attr]
        },
    )


@require("staff.edit")
def new_unit(request: HttpRequest) -> HttpResponse:
    actor = request.user
    assert isinstance(actor, Staff)
    form = UnitForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            operations.open_unit(**form.cleaned_data, at=timezone.now(), actor=actor)
        except operations.UnitCannotBeOpened:
            form.add_error("code", _("The code must be new and continue the code of the unit it belongs to."))
        else:
            return redirect("identity:units")
    return render(
        request,
        "identity/form.html",
        {"form": form, "page_title": _("New unit"), "back": reverse("identity:units")},
        status=422 if form.errors else 200,
    )


@require("staff.edit")
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """Rename a unit; its code stays, records hang on it."""
    actor = request.user
    assert isinstance(actor, Staff)
    row = get_object_or_404(queries.units(actor), code=code)
    form = RenameForm(request.POST or None, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        operations.rename_unit(unit=row, name=form.cleaned_data["name"], at=timezone.now(), actor=actor)
        return redirect("identity:units")
    return render(
        request,
        "identity/form.html",
        {"form": form, "page_title": row.name, "back": reverse("identity:units"), "subject": row},
        status=422 if form.errors else 200,
    )


@require("api.clients")
@never_cache
def clients(request: HttpRequest) -> HttpResponse:
    """The machines, and a form for one more; its token is shown in the answer and never again."""
    actor = request.user
    assert isinstance(actor, Staff)
    form = ClientForm(request.POST or None, actor=actor)
    token = ""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                _client, token = operations.register_client(
                    **form.cleaned_data, at=timezone.now(), actor=actor
                )
        except IntegrityError:
            form.add_error("name", _("There is a client of this name."))
        else:
            form = ClientForm(actor=actor)
    rows = [
        (client, [queries.PERMISSION_LABELS.get(scope, scope) for scope in client.scopes.split()])
        for client in queries.api_clients(actor)
    ]
    return render(
        request,
        "identity/clients.html",
        {"page_title": _("API clients"), "clients": rows, "form": form, "token": token},
        status=422 if form.errors else 200,
    )


@require("api.clients")
@require_POST
def revoke_client(request: HttpRequest, pk: int) -> HttpResponse:
    actor = request.user
    assert isinstance(actor, Staff)
    client = get_object_or_404(queries.api_clients(actor), pk=pk, revoked_at__isnull=True)
    form = ReasonForm(request.POST)
    if form.is_valid():
        operations.revoke_client(
            client=client, at=timezone.now(), actor=actor, reason=form.cleaned_data["reason"]
        )
        messages.success(request, _("The token no longer works."))
    else:
        messages.error(request, _("Please give a reason."))
    return redirect("identity:clients")
