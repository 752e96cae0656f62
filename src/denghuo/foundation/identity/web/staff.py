"""The people: list, page, and what administrators do to an account."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from denghuo.foundation.identity import operations, queries, rules
from denghuo.foundation.identity.models import Role, RoleAssignment, Staff
from denghuo.foundation.identity.web.forms import EmployForm, GrantForm, ReasonForm, StaffForm
from denghuo.foundation.ui.access import require
from denghuo.foundation.ui.lists import ChoiceFilter, Column, FlagFilter, ListPage, TextFilter


def _roles_text(staff: Staff) -> str:
    labels = queries.role_labels()
    return "、".join(str(labels[row.role]) for row in staff.shown_roles)  # type: ignore[attr-defined]


def _state(staff: Staff) -> str:
    return "active" if staff.is_active else "closed"


@require("staff.view")
class StaffList(ListPage):
    model = Staff
    title = gettext_lazy("Staff")
    pretitle = gettext_lazy("Administration")
    scope_field = "unit__code"
    keyset = ("username",)
    export_name = "staff"
    export_permission = "staff.view"
    create_permission = "staff.edit"
    create_label = gettext_lazy("Open an account")
    create_url = reverse_lazy("identity:staff-new")
    columns: ClassVar[list[Column]] = [
        Column(
            "username",
            gettext_lazy("User name"),
            url=lambda row: reverse("identity:staff-page", args=[row.pk]),
            sort=True,
        ),
        Column(
            "name",
            gettext_lazy("Name"),
            url=lambda row: reverse("identity:staff-page", args=[row.pk]),
            sort=True,
        ),
        Column("unit__name", gettext_lazy("Unit")),
        Column("roles", gettext_lazy("Roles"), value=_roles_text),
        Column(
            "state",
            gettext_lazy("User account"),
            kind="template",
            value=_state,
            template="identity/state_cell.html",
        ),
        Column("last_login", gettext_lazy("Last sign-in"), kind="moment"),
        Column("phone", gettext_lazy("Phone"), kind="masked", mask="phone", hidden=True),
    ]
    filters: ClassVar[list[Any]] = [
        TextFilter(
            "q", gettext_lazy("Name or user name"), lookups=("username__startswith", "name__startswith")
        ),
        ChoiceFilter(
            "unit",
            gettext_lazy("Unit"),
            field="unit_id",
            choices=lambda request: [(unit.code, unit.name) for unit in queries.units(request.user)],
        ),
        ChoiceFilter(
            "role",
            gettext_lazy("Role of a person"),
            choices=Role.choices,
            apply=lambda rows, role: rows.filter(
                role_assignments__role=role, role_assignments__revoked_at__isnull=True
            ),
        ),
        FlagFilter("is_active", gettext_lazy("Account open")),
    ]
    empty_title = gettext_lazy("No staff found")
    empty_text = gettext_lazy(
        "The system administrator opens accounts; the security administrator gives roles."
    )

    def queryset(self, request: HttpRequest) -> QuerySet[Staff]:
        live = RoleAssignment.objects.filter(revoked_at__isnull=True).order_by("granted_at")
        return Staff.objects.select_related("unit").prefetch_related(
            Prefetch("role_assignments", live, to_attr="shown_roles")
        )


def _person(request: HttpRequest, pk: int) -> Staff:
    return get_object_or_404(queries.colleagues(request.user), pk=pk)


def _render(
    request: HttpRequest, staff: Staff, *, grant: Any = None, status: int = 200, **extra: Any
) -> HttpResponse:
    user = request.user
    assert isinstance(user, Staff)
    own = user.pk == staff.pk
    return render(
        request,
        "identity/staff_page.html",
        {
            "staff": staff,
            "page_title": staff.name,
            "breadcrumbs": [(_("Staff"), reverse("identity:staff-list")), (staff.name, None)],
            "facts": [
                (_("User name"), staff.username),
                (_("Unit"), f"{staff.unit.name} ({staff.unit_id})"),
                (_("Sees the records of"), f"{staff.scope}*"),
                (_("Phone"), staff.phone),
                (_("Account opened"), timezone.localtime(staff.created_at).strftime("%Y-%m-%d")),
                (
                    _("Last sign-in"),
                    timezone.localtime(staff.last_login).strftime("%Y-%m-%d %H:%M")
                    if staff.last_login
                    else None,
                ),
            ],
            "roles": queries.live_roles(staff),
            "past_roles": queries.past_roles(staff)[:20],
            "areas": queries.permissions_by_area(staff.roles),
            "grantable": queries.grantable_roles(staff),
            "grant": grant or GrantForm(),
            "sign_ins": queries.sign_ins(staff.username)[:10],
            "own": own,
            "may_edit": user.may("staff.edit") and not own,
            "may_grant": user.may("staff.grant") and not own,
            **extra,
        },
        status=status,
    )


@require("staff.view")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    return _render(request, _person(request, pk))


@require("staff.edit")
@sensitive_post_parameters("password")
def new(request: HttpRequest) -> HttpResponse:
    actor = request.user
    assert isinstance(actor, Staff)
    form = EmployForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            staff = operations.employ(**form.cleaned_data, at=timezone.now(), actor=actor)
        except ValidationError as error:
            form.add_error("password", error)
        else:
            messages.success(
                request, _("The account is open; the security administrator can now give roles.")
            )
            return redirect("identity:staff-page", staff.pk)
    return _form_page(request, form, _("Open an account"), reverse("identity:staff-list"))


@require("staff.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor, staff = request.user, _person(request, pk)
    assert isinstance(actor, Staff)
    form = StaffForm(
        request.POST or None,
        initial={"name": staff.name, "phone": staff.phone, "unit": staff.unit},
        actor=actor,
    )
    back = reverse("identity:staff-page", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            operations.edit_staff(staff=staff, **form.cleaned_data, at=timezone.now(), actor=actor)
        except operations.OwnAccount:
            form.add_error(None, _("Nobody changes their own account."))
        else:
            return redirect(back)
    return _form_page(request, form, staff.name, back)


def _form_page(request: HttpRequest, form: Any, title: str, back: str) -> HttpResponse:
    return render(
        request,
        "identity/form.html",
        {"form": form, "page_title": title, "back": back},
        status=422 if form.errors else 200,
    )


@require("staff.grant")
@require_POST
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    actor, staff = request.user, _person(request, pk)
    assert isinstance(actor, Staff)
    form = GrantForm(request.POST)
    if form.is_valid():
        try:
            operations.grant(
                staff=staff,
                role=form.cleaned_data["role"],
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
                actor=actor,
            )
        except operations.RoleRefused as error:
            form.add_error("role", refusal_text(error))
        else:
            messages.success(request, _("The role is given and works from the next click."))
            return redirect("identity:staff-page", pk)
    return _render(request, staff, grant=form, status=422)


def refusal_text(error: operations.RoleRefused) -> str:
    """Why a role is refused, in words."""
    text = str(queries.CONFLICT_LABELS[error.reason])
    if error.other_role and error.reason != "held":
        return _("Not together with %(role)s. %(why)s") % {
            "role": queries.role_labels()[error.other_role],
            "why": text,
        }
    return text


@require("staff.grant")
@require_POST
def revoke(request: HttpRequest, pk: int, assignment: int) -> HttpResponse:
    actor, staff = request.user, _person(request, pk)
    assert isinstance(actor, Staff)
    row = get_object_or_404(queries.live_roles(staff), pk=assignment)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A role is taken back only with a reason."))
        return redirect("identity:staff-page", pk)
    try:
        operations.revoke(assignment=row, at=timezone.now(), actor=actor, reason=form.cleaned_data["reason"])
    except operations.RoleRefused as error:
        messages.error(request, refusal_text(error))
    else:
        messages.success(request, _("The role is taken back."))
    return redirect("identity:staff-page", pk)


@require("staff.edit")
@require_POST
def disable(request: HttpRequest, pk: int) -> HttpResponse:
    return _account_act(
        request, pk, operations.disable, _("The account is closed and signed out everywhere.")
    )


@require("staff.edit")
@require_POST
def enable(request: HttpRequest, pk: int) -> HttpResponse:
    return _account_act(request, pk, operations.enable, _("The account is open again."))


def _account_act(request: HttpRequest, pk: int, act: Any, done: str) -> HttpResponse:
    staff = _person(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please give a reason."))
        return redirect("identity:staff-page", pk)
    try:
        act(staff=staff, at=timezone.now(), actor=request.user, reason=form.cleaned_data["reason"])
    except operations.OwnAccount:
        messages.error(request, _("Nobody changes their own account."))
    except operations.AdministratorAccount:
        messages.error(request, _administrator_text())
    else:
        messages.success(request, done)
    return redirect("identity:staff-page", pk)


def _administrator_text() -> str:
    return _(
        "One administrator does not close or take over the account of another. "
        "The security administrator takes the role back first; a lost password is reset on the server."
    )


@require("staff.edit")
@never_cache
@require_POST
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a one-time password and show it once."""
    actor, staff = request.user, _person(request, pk)
    assert isinstance(actor, Staff)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please give a reason."))
        return redirect("identity:staff-page", pk)
    try:
        password = operations.reset_password(
            staff=staff, at=timezone.now(), actor=actor, reason=form.cleaned_data["reason"]
        )
    except operations.OwnAccount:
        messages.error(request, _("Nobody changes their own account."))
        return redirect("identity:staff-page", pk)
    except operations.AdministratorAccount:
        messages.error(request, _administrator_text())
        return redirect("identity:staff-page", pk)
    return _render(request, staff, one_time_password=password)


@require("staff.view")
def roles(request: HttpRequest) -> HttpResponse:
    """Who may do what, and what never meets in one person, as people read it."""
    labels = queries.role_labels()
    return render(
        request,
        "identity/roles.html",
        {
            "page_title": _("Roles"),
            "roles": [(role, labels[role]) for role in rules.ROLES],
            "areas": queries.permission_matrix(),
            "conflicts": [
                (
                    [labels[role] for role in rules.ROLES if role in conflict.roles],
                    queries.CONFLICT_LABELS[conflict.reason],
                )
                for conflict in rules.CONFLICTS
                if not conflict.roles & rules.ADMINISTRATORS
            ],
            "administrators": [labels[role] for role in rules.ROLES if role in rules.ADMINISTRATORS],
            "two_person_acts": [
                (
                    queries.PERMISSION_LABELS[first],
                    [labels[role] for role in rules.holders(first)],
                    queries.PERMISSION_LABELS[second],
                    [labels[role] for role in rules.holders(second)],
                )
                for first, second in rules.TWO_PERSON_ACTS.values()
            ],
        },
    )
