"""What a phone takes along for a shift: forms, tasks and reading lists, and no more personal data than the work needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from denghuo.commerce.fieldwork import rules
from denghuo.commerce.fieldwork.models import FieldSubmission, FieldTask, Outcome
from denghuo.commerce.fieldwork.queries.shown import both_rows
from denghuo.commerce.fieldwork.queries.tasks import mine
from denghuo.commerce.fieldwork.queries.words import register_label
from denghuo.commerce.fieldwork.rules import Field, Kind, parameters
from denghuo.commerce.metering.rules import REGISTERS
from denghuo.commerce.readings import queries as readings
from denghuo.commerce.readings.models import Reading, ReadingRoute, RouteStop
from denghuo.commerce.readings.queries import Grid, GridRow
from denghuo.commerce.readings.rules import CLOSING_KINDS
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.parameters import queries as figures
from denghuo.records.supply.models import SupplyTerms

MOST_TASKS = 200
MOST_ROUTES = 12


def parcel(*, staff: Staff, on: date) -> dict[str, Any]:
    """Everything that is put on the phone of ``staff``, ready for JSON."""
    tasks = list(mine(staff)[:MOST_TASKS])
    worth = figures.values(parameters.ALL, on=on)
    return {
        "kinds": {code: shown_kind(rules.find(code)) for code in sorted({task.kind for task in tasks})},
        "tasks": shown_tasks(tasks, staff),
        "routes": reading_lists(staff, on) if staff.may("readings.enter") else [],
        "conflicts": conflicts_of(staff),
        "parameters": {
            "jump_percent": worth[parameters.JUMP_PERCENT.code],
            "jump_floor_kwh": worth[parameters.JUMP_FLOOR_KWH.code],
            "photo_pixels": worth[parameters.PHOTO_PIXELS.code],
            "odd_needs_photo": worth[parameters.ODD_NEEDS_PHOTO.code],
        },
    }


def shown_kind(kind: Kind) -> dict[str, Any]:
    """A form with its words in the language of the request."""
    return {
        "label": str(rules.kind_label(kind.code)),
        "needs_position": kind.needs_position,
        "form": [_field(kind, asked) for asked in kind.form],
    }


def _field(kind: Kind, asked: Field) -> dict[str, Any]:
    return {
        "name": asked.name,
        "type": asked.type,
        "label": str(rules.field_label(kind.code, asked.name)),
        "required": asked.required,
        "options": [
            {"code": option, "label": str(rules.option_label(kind.code, asked.name, option))}
            for option in asked.options
        ],
        "low": None if asked.low is None else str(asked.low),
        "high": None if asked.high is None else str(asked.high),
        "length": asked.length,
        "most": asked.most if asked.type == "photo" else 1,
        "registers": [{"name": name, "label": register_label(name)} for name in asked.registers]
        if asked.type == "register_values"
        else [],
    }


def shown_tasks(tasks: Sequence[FieldTask], staff: Staff) -> list[dict[str, Any]]:
    """Tasks as a phone keeps them; without the customer's name or telephone unless the dispatcher put it in the details."""
    areas = _areas([task.supply_point_id for task in tasks if task.supply_point_id])
    return [
        {
            "id": task.pk,
            "kind": task.kind,
            "title": task.title,
            "state": task.state,
            "mine": task.crew_id == staff.pk,
            "due_at": moment(task.due_at),
            "address": task.address,
            "area": areas.get(task.supply_point_id or 0, ""),
            "longitude": _float(task.longitude),
            "latitude": _float(task.latitude),
            "supply_point": task.supply_point.number if task.supply_point else "",
            "details": task.facts,
            "version": task.version,
        }
        for task in tasks
    ]


def _areas(points: Sequence[int]) -> dict[int, str]:
    rows = SupplyTerms.objects.filter(
        supply_point_id__in=points, valid_to__isnull=True, area__isnull=False
    ).values_list("supply_point_id", "area__name")
    return dict(rows)


def moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def reading_lists(staff: Staff, on: date) -> list[dict[str, Any]]:
    """The routes of a reader with every stop of the cycle at work; those with something left to read come first."""
    cycle = readings.cycle_at_work(on)
    read = Reading.objects.filter(
        metering_point=OuterRef("metering_point"),
        cycle=cycle,
        state__in=["held", "accepted"],
        kind__in=CLOSING_KINDS,
    )
    to_read = RouteStop.objects.filter(route=OuterRef("pk"), metering_point__measure="metered").exclude(
        Exists(read)
    )
    routes = (
        ReadingRoute.objects.filter(reader=staff)
        .annotate(to_read=Exists(to_read))
        .order_by("-to_read", "code")[:MOST_ROUTES]
    )
    return [_route(readings.entry_grid(route=route, cycle=cycle), on) for route in routes]


def _route(grid: Grid, on: date) -> dict[str, Any]:
    return {
        "id": grid.route.pk,
        "code": grid.route.code,
        "name": grid.route.name,
        "cycle": grid.cycle,
        "read_date": min(grid.scheduled, on).isoformat(),
        "stops": [_stop(row) for row in grid.rows],
    }


def _stop(row: GridRow) -> dict[str, Any]:
    meter, previous, entered = row.installation.meter, row.previous, row.entered
    return {
        "point": row.point.pk,
        "position": row.stop.position,
        "number": row.point.supply_point.number,
        "address": row.point.supply_point.address,
        "name": row.point.supply_point.customer.masked_name,
        "asset_number": meter.asset_number,
        "digits": meter.integer_digits,
        "multiplier": row.installation.multiplier,
        "registers": [{"name": name, "label": register_label(name)} for name in row.registers],
        "previous": _values(previous) if previous else {},
        "previous_date": previous.read_date.isoformat() if previous else None,
        "daily_kwh": _daily(previous),
        "entered": _values(entered) if entered else None,
        "state": entered.state if entered else "",
    }


def _values(reading: Reading) -> dict[str, str]:
    return {
        name: plain_number(getattr(reading, name)) for name in REGISTERS if getattr(reading, name) is not None
    }


def plain_number(value: Decimal) -> str:
    """12.5 for 12.5000: as it is typed."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _daily(previous: Reading | None) -> float | None:
    if previous is None or previous.advance_kwh is None or not previous.advance_days:
        return None
    return round(float(previous.advance_kwh) / previous.advance_days, 4)


def conflicts_of(staff: Staff) -> list[dict[str, Any]]:
    """What this person sent and others must decide, and the newest decisions."""
    rows = (
        FieldSubmission.objects.filter(staff=staff, outcome=Outcome.CONFLICT)
        .select_related("task")
        .order_by("-id")[:30]
    )
    return [shown_conflict(row) for row in rows]


def shown_conflict(row: FieldSubmission) -> dict[str, Any]:
    sent = row.sent
    return {
        "id": row.client_id,
        "act": row.act,
        "title": row.task.title if row.task else str(sent.get("title", "")),
        "words": row.words,
        "first": str(row.first.get("who", "")),
        "rows": [
            {"label": both.label, "first": both.first, "mine": both.second}
            for both in both_rows(row)
            if both.differs
        ],
        "proposal": row.proposal,
        "decision": row.resolution,
        "made_at": moment(row.made_at),
    }
