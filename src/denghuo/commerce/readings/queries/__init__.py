"""Readings as people ask about them."""

from denghuo.commerce.readings.queries.consistency import inconsistencies
from denghuo.commerce.readings.queries.progress import (
    Coverage,
    Quality,
    Unread,
    coverage,
    current_cycle,
    cycle_at_work,
    not_read,
    notice_list,
    quality,
    route_calendar,
)
from denghuo.commerce.readings.queries.worklist import (
    Grid,
    GridRow,
    MeterSeries,
    chain_of,
    entry_grid,
    meter_series,
    open_exceptions,
    routes_of,
    shown_registers,
)

__all__ = [
    "Coverage",
    "Grid",
    "GridRow",
    "MeterSeries",
    "Quality",
    "Unread",
    "chain_of",
    "coverage",
    "current_cycle",
    "cycle_at_work",
    "entry_grid",
    "inconsistencies",
    "meter_series",
    "not_read",
    "notice_list",
    "open_exceptions",
    "quality",
    "route_calendar",
    "routes_of",
    "shown_registers",
]
