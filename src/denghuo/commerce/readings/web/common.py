"""What the pages of readings share: who may see what, the present cycle, breadcrumbs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from denghuo.commerce.readings import queries
from denghuo.commerce.readings.models import Reading, ReadingException, ReadingRoute
from denghuo.commerce.readings.web.forms import cycle_or
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.ui.navigation import crumb
from denghuo.kernel.periods import Cycle


def scope_of(request: HttpRequest) -> str:
    return request.user.scope  # type: ignore[union-attr]


def may(request: HttpRequest, permission: str) -> bool:
    return bool(request.user.may(permission))  # type: ignore[union-attr]


def trail(*steps: tuple[Any, str | None]) -> list[dict[str, Any]]:
    return [crumb(_("Reading month"), reverse("readings:month")), *(crumb(*step) for step in steps)]


def route_trail(route: ReadingRoute, *steps: tuple[Any, str | None]) -> list[dict[str, Any]]:
    return trail((str(route), reverse("readings:route", args=[route.pk])), *steps)


def asked_cycle(request: HttpRequest) -> str:
    """The cycle of the address, or the one that people work on."""
    return cycle_or(request.GET.get("cycle"), queries.cycle_at_work(timezone.localdate()))


def cycle_choices(cycle: str) -> dict[str, str]:
    """The neighbours of a cycle for the buttons beside it."""
    parsed = Cycle.parse(cycle)
    return {"previous": str(parsed.shifted(-1)), "next": str(parsed.shifted(1))}


def route_or_404(request: HttpRequest, pk: int) -> ReadingRoute:
    return get_object_or_404(queries.routes_of(scope_of(request)), pk=pk)


def problem_or_404(request: HttpRequest, pk: int) -> ReadingException:
    rows = ReadingException.objects.filter(unit_id__startswith=scope_of(request)).select_related(
        "metering_point__supply_point__customer",
        "reading__previous",
        "reading__installation__meter",
        "owner",
        "resolved_by",
    )
    return get_object_or_404(rows, pk=pk)


def reading_or_404(request: HttpRequest, pk: int) -> Reading:
    rows = Reading.objects.filter(
        metering_point__supply_point__unit__code__startswith=scope_of(request)
    ).select_related("metering_point__supply_point__customer", "installation__meter", "previous")
    return get_object_or_404(rows, pk=pk)


def meter_readers(request: HttpRequest) -> QuerySet[Staff]:
    """Active meter readers of the units in scope."""
    return (
        Staff.objects.filter(
            unit__code__startswith=scope_of(request),
            is_active=True,
            role_assignments__role="meter_reader",
            role_assignments__revoked_at__isnull=True,
        )
        .distinct()
        .order_by("username")
    )


def small_form(request: HttpRequest, form: Any, **context: Any) -> HttpResponse:
    """A page with one form; answered with 422 when it was posted and did not hold."""
    status = 422 if request.method == "POST" else 200
    return render(request, "readings/form.html", {"form": form, **context}, status=status)
