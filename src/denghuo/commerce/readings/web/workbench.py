"""Readings on the workbench: how far the routes are, what waits, which rules were broken."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.commerce.readings import queries
from denghuo.commerce.readings.models import ReadingRule
from denghuo.commerce.readings.web.common import may, scope_of
from denghuo.foundation.ui import extensions
from denghuo.foundation.ui.extensions import Tile

WORST = 5
KEPT = "_readings_on_the_workbench"


def register() -> None:
    extensions.workbench("readings.resolve", exceptions_tile, order=30)
    extensions.workbench("readings.view", not_read_tile, order=32)
    extensions.workbench_panel(
        "readings.enter",
        "my-routes",
        gettext_lazy("My routes"),
        "readings/parts/bench_coverage.html",
        my_routes,
        order=20,
        width="two_thirds",
    )
    extensions.workbench_panel(
        "readings.view",
        "reading-rules",
        gettext_lazy("Reading exceptions by rule"),
        "readings/parts/bench_rules.html",
        broken_rules,
        order=24,
        width="third",
    )
    extensions.workbench_panel(
        "readings.view",
        "coverage",
        gettext_lazy("Routes furthest behind"),
        "readings/parts/bench_coverage.html",
        worst_routes,
        order=22,
        width="third",
    )


def coverage_of(request: HttpRequest) -> tuple[str, list[queries.Coverage]]:
    """The cycle at work and how far each route in scope is, asked once a request."""
    kept = getattr(request, KEPT, None)
    if kept is None:
        cycle = queries.cycle_at_work(timezone.localdate())
        routes = list(queries.routes_of(scope_of(request)))
        kept = cycle, queries.coverage(cycle=cycle, routes=routes)
        setattr(request, KEPT, kept)
    return kept


def exceptions_tile(request: HttpRequest) -> Tile:
    """Exceptions that wait in the units of this person."""
    rows = queries.open_exceptions(scope_of(request)).order_by().values("owner_id").annotate(n=Count("id"))
    owners = dict(rows.values_list("owner_id", "n"))
    count = sum(owners.values())
    return Tile(
        title=_("Reading exceptions"),
        value=count,
        hint=_("%(count)d in your hands") % {"count": owners.get(request.user.pk or 0, 0)},
        url=reverse("readings:exceptions"),
        icon="alert-triangle",
        tone="warning" if count else "success",
    )


def not_read_tile(request: HttpRequest) -> Tile:
    """How many metering points are not read yet in the present cycle."""
    cycle, coverage = coverage_of(request)
    missing, due = sum(one.missing for one in coverage), sum(one.due for one in coverage)
    return Tile(
        title=_("Not read in %(cycle)s") % {"cycle": cycle},
        value=missing,
        hint=_("of %(due)d due") % {"due": due},
        url=f"{reverse('readings:not-read')}?cycle={cycle}",
        icon="eye-off",
        tone="danger" if missing else "success",
    )


def my_routes(request: HttpRequest) -> dict[str, Any] | None:
    """The routes of a reader with how far each is; each leads to its entry sheet."""
    cycle, coverage = coverage_of(request)
    mine = [one for one in coverage if one.route.reader_id == request.user.pk]
    return _routes(cycle, mine, "readings:entry") if mine else None


def worst_routes(request: HttpRequest) -> dict[str, Any] | None:
    """The routes of the present cycle that are furthest behind."""
    if not any(may(request, name) for name in ("readings.resolve", "readings.routes")):
        return None
    cycle, coverage = coverage_of(request)
    return _routes(cycle, coverage, "readings:route")


def _routes(cycle: str, coverage: list[queries.Coverage], page: str) -> dict[str, Any]:
    worst = sorted(coverage, key=lambda one: (one.percent, -one.missing, one.route.code))[:WORST]
    return {
        "cycle": cycle,
        "rows": [
            (
                one.route.name,
                f"{one.read} / {one.due}",
                one.read,
                one.due,
                f"{reverse(page, args=[one.route.pk])}?cycle={cycle}",
            )
            for one in worst
        ],
        "read": sum(one.read for one in coverage),
        "due": sum(one.due for one in coverage),
        "estimated": sum(one.estimated for one in coverage),
        "more_url": f"{reverse('readings:month')}?cycle={cycle}",
    }


def broken_rules(request: HttpRequest) -> dict[str, Any] | None:
    """What waits, by the rule that was broken."""
    if not any(may(request, name) for name in ("readings.enter", "readings.resolve")):
        return None
    counted = (
        queries.open_exceptions(scope_of(request))
        .order_by()
        .values("rule")
        .annotate(n=Count("id"))
        .order_by("-n", "rule")
        .values_list("rule", "n")
    )
    rows = list(counted)
    most = max((n for _rule, n in rows), default=1)
    address = reverse("readings:exceptions")
    return {
        "rows": [
            (ReadingRule(rule).label, n, n, most, f"{address}?rule={rule}") for rule, n in rows[: WORST + 1]
        ],
        "more_url": address if rows else "",
    }
