"""Who works here, what they may do and what they may see."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from denghuo.foundation.identity.models import OrganisationUnit, RoleAssignment, Staff

M = TypeVar("M", bound=Model)


def in_scope(queryset: QuerySet[M], staff: Any, field: str = "unit_id") -> QuerySet[M]:
    """The rows whose unit lies in the person's part of the organisation tree.

    ``field`` is the path to a unit code (``"unit_id"``, ``"account__unit_id"``). ``staff`` is anything with a
    ``scope``: a person or an API client. Use ``get_object_or_404`` on the result: what lies outside does not exist.
    """
    return queryset.filter(**{f"{field}__startswith": staff.scope})


def units(staff: Any) -> QuerySet[OrganisationUnit]:
    """The units in a person's scope, parents before children."""
    return OrganisationUnit.objects.filter(code__startswith=staff.scope)


def colleagues(staff: Any) -> QuerySet[Staff]:
    """The people in a person's scope."""
    return in_scope(Staff.objects.select_related("unit"), staff)


def live_roles(staff: Staff) -> QuerySet[RoleAssignment]:
    return (
        staff.role_assignments.filter(revoked_at__isnull=True)
        .select_related("granted_by")
        .order_by("granted_at")
    )
