"""The entry sheet of a route: one line a meter, checked while typing, stored line by line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from denghuo.commerce.metering.rules import REGISTERS
from denghuo.commerce.readings import operations, queries
from denghuo.commerce.readings.frames.situations import ReadingBatch
from denghuo.commerce.readings.models import ReadingRule, ReadingSource, RouteStop
from denghuo.commerce.readings.queries import Grid, GridRow
from denghuo.commerce.readings.web.common import (
    asked_cycle,
    cycle_choices,
    route_or_404,
    route_trail,
    scope_of,
)
from denghuo.commerce.readings.web.forms import cycle_or, register_label
from denghuo.engine.readings import ABSENT
from denghuo.foundation.ui.access import require
from denghuo.kernel.quantities import READING_SCALE, InexactQuantity, scaled, unscaled


@require("readings.enter")
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole sheet."""
    route, cycle = route_or_404(request, pk), asked_cycle(request)
    grid = queries.entry_grid(route=route, cycle=cycle)
    context = {
        "page_title": _("Enter readings"),
        "breadcrumbs": route_trail(route, (_("Enter readings"), None)),
        "grid": grid,
        "rows": [_shown(row, grid) for row in grid.rows],
        "route": route,
        "cycle": cycle,
        **cycle_choices(cycle),
    }
    return render(request, "readings/entry.html", context)


def _shown(row: GridRow, grid: Grid, **more: Any) -> dict[str, Any]:
    """One line for the template: what is asked, what stood there, what was entered."""
    reading = row.entered
    typed = more.pop("typed", {})
    return {
        "row": row,
        "date": reading.read_date if reading else more.pop("date", None) or grid.scheduled,
        "cells": [
            {
                "name": name,
                "label": register_label(name),
                "previous": getattr(row.previous, name) if row.previous else None,
                "value": getattr(reading, name) if reading else typed.get(name, ""),
            }
            for name in row.registers
        ],
        "held": reading is not None and reading.state == "held",
        "problems": [one.get_rule_display() for one in reading.exceptions.all()]
        if reading is not None and reading.state == "held"
        else [],
        "cycle": grid.cycle,
        **more,
    }


def _stop_or_404(request: HttpRequest, pk: int) -> RouteStop:
    rows = RouteStop.objects.filter(route__unit__code__startswith=scope_of(request)).select_related("route")
    return get_object_or_404(rows, pk=pk)


def _line(stop: RouteStop, cycle: str) -> tuple[Grid, GridRow | None]:
    grid = queries.entry_grid(route=stop.route, cycle=cycle, stop_id=stop.pk)
    return grid, next(iter(grid.rows), None)


def _typed(request: HttpRequest, row: GridRow) -> tuple[dict[str, str], dict[str, int], date | None, str]:
    """What was typed, the scaled registers, the day, and what is wrong with the form of it."""
    typed = {name: request.POST.get(name, "").strip()[:30] for name in row.registers}
    values: dict[str, int] = {}
    try:
        day = date.fromisoformat(request.POST.get("read_date", ""))
        for name, text in typed.items():
            if text:
                values[name] = scaled(Decimal(text.replace(",", "")), READING_SCALE)
    except (InexactQuantity, InvalidOperation):
        return typed, values, None, _("Give a number with at most four decimals.")
    except ValueError:
        return typed, values, None, _("Give the reading date.")
    if any(abs(value) >= 2**62 for value in values.values()):
        return typed, values, None, _("Give a number with at most four decimals.")
    return typed, values, day, "" if "total" in values else _("Give the total register.")


def _batch(row: GridRow, values: dict[str, int], day: date) -> ReadingBatch:
    return ReadingBatch(
        metering_point_ids=np.array([row.point.pk], np.int64),
        read_date=np.array([day], "datetime64[D]"),
        registers={name: np.array([values.get(name, ABSENT)], np.int64) for name in REGISTERS},
    )


@require("readings.enter")
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What the rules would say about a line, while it is typed; nothing is stored."""
    stop = _stop_or_404(request, pk)
    cycle = cycle_or(request.POST.get("cycle"), queries.current_cycle(timezone.localdate()))
    grid, row = _line(stop, cycle)
    context: dict[str, Any] = {"total": request.POST.get("total", "").strip()}
    if row is not None and context["total"]:
        _typed_text, values, day, error = _typed(request, row)
        context["error"] = error
        if not error and day:
            found = operations.assess(batch=_batch(row, values, day), cycle=cycle, at=timezone.now())
            context |= _verdict(found)
    return render(request, "readings/parts/verdict.html", context)


def _verdict(found: operations.Assessment) -> dict[str, Any]:
    recorded = found.recorded()
    energy, expected = int(found.findings.energy[0]), int(found.findings.expected[0])
    return {
        "outcome": recorded.outcomes[0],
        "problems": [ReadingRule(code).label for code in recorded.rules.get(0, ())],
        "advance_kwh": None if energy == ABSENT else unscaled(energy, 2),
        "expected_kwh": None if expected == ABSENT else unscaled(expected, 2),
        "rolled_over": bool(found.findings.rolled_over[0]),
    }


@require("readings.enter")
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Store one line and answer with the line as it stands now."""
    stop = _stop_or_404(request, pk)
    cycle = cycle_or(request.POST.get("cycle"), queries.current_cycle(timezone.localdate()))
    grid, row = _line(stop, cycle)
    if row is None:
        return HttpResponse(status=404)
    typed, values, day, error = _typed(request, row)
    if not error and day:
        recorded = operations.record_many(
            batch=_batch(row, values, day),
            cycle=cycle,
            source=ReadingSource.MANUAL,
            at=timezone.now(),
            actor=request.user,  # type: ignore[arg-type]
        )
        if recorded.outcomes[0] == "refused":
            error = "; ".join(str(ReadingRule(code).label) for code in recorded.rules[0])
        else:
            grid, row = _line(stop, cycle)
            assert row is not None
    context = {"line": _shown(row, grid, typed=typed, date=day, error=error), "answered": True}
    return render(request, "readings/parts/line.html", context, status=422 if error else 200)
