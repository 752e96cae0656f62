"""The face of a 24-hour clock of time-of-use periods: arcs for SVG and the table beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MINUTES = 24 * 60
PERIODS: dict[str, Promise] = {
    "sharp": _("Sharp peak"),
    "peak": _("Peak"),
    "flat": _("Flat"),
    "valley": _("Valley"),
    "deep": _("Deep valley"),
}
_OUTER, _INNER, _CENTRE = 92.0, 62.0, 110.0


class BadWindow(ValueError):
    """A window whose times or period cannot be drawn, or which overlaps another."""


@dataclass(frozen=True)
class Span:
    """One stretch of the day, minutes since midnight, ``[start, end)``; ``path`` is the arc for SVG."""

    start: int
    end: int
    period: str

    @property
    def times(self) -> str:
        return f"{self.start // 60:02d}:{self.start % 60:02d}\u2013{self.end // 60:02d}:{self.end % 60:02d}"

    @property
    def label(self) -> Any:
        return PERIODS[self.period]

    @property
    def path(self) -> str:
        if self.end - self.start == MINUTES:
            half = Span(0, MINUTES // 2, self.period).path
            return f"{half} {Span(MINUTES // 2, MINUTES, self.period).path}"
        large = 1 if self.end - self.start > MINUTES // 2 else 0
        (ax, ay), (bx, by) = _point(self.start, _OUTER), _point(self.end, _OUTER)
        (cx, cy), (dx, dy) = _point(self.end, _INNER), _point(self.start, _INNER)
        return (
            f"M{ax:.2f} {ay:.2f}A{_OUTER:g} {_OUTER:g} 0 {large} 1 {bx:.2f} {by:.2f}"
            f"L{cx:.2f} {cy:.2f}A{_INNER:g} {_INNER:g} 0 {large} 0 {dx:.2f} {dy:.2f}Z"
        )


@dataclass(frozen=True)
class Face:
    spans: tuple[Span, ...]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row a period, in the order sharp … deep: its stretches and hours."""
        rows = []
        for period, label in PERIODS.items():
            spans = [span for span in self.spans if span.period == period]
            if spans:
                hours = sum(span.end - span.start for span in spans) / 60
                rows.append({"period": period, "label": label, "spans": spans, "hours": f"{hours:g}"})
        return rows

    @property
    def hours(self) -> list[dict[str, Any]]:
        """The figures around the face."""
        marks = []
        for hour in range(0, 24, 3):
            x, y = _point(hour * 60, _OUTER + 11)
            marks.append({"x": f"{x:.1f}", "y": f"{y:.1f}", "text": hour})
        return marks


def clock_face(windows: Iterable[Any], otherwise: str = "flat") -> Face:
    """Lay windows of (start, end, period) on the day; a window may cross midnight; gaps are ``otherwise``.

    Raises:
        BadWindow: times outside 00:00 … 24:00, an unknown period, or windows that overlap.
    """
    day = [""] * MINUTES
    for start, end, period in windows:
        period = str(getattr(period, "value", period))
        if period not in PERIODS:
            raise BadWindow(f"no period {period!r}")
        first, last = _minutes(start), _minutes(end)
        minutes = range(first, last) if last > first else [*range(first, MINUTES), *range(last)]
        for minute in minutes:
            if day[minute]:
                raise BadWindow(f"{start}\u2013{end} {period} overlaps {day[minute]}")
            day[minute] = period
    filled = [period or otherwise for period in day]
    edges = [0, *(minute for minute in range(1, MINUTES) if filled[minute] != filled[minute - 1]), MINUTES]
    return Face(tuple(Span(a, b, filled[a]) for a, b in zip(edges, edges[1:], strict=False)))


def _minutes(text: Any) -> int:
    try:
        hours, minutes = (int(part) for part in str(text).split(":")[:2])
    except ValueError as error:
        raise BadWindow(f"{text!r} is not a time of day") from error
    total = hours * 60 + minutes
    if not (0 <= total <= MINUTES and 0 <= minutes < 60):
        raise BadWindow(f"{text!r} is not a time of day")
    return total


def _point(minute: int, radius: float) -> tuple[float, float]:
    """Midnight is at the top, the day runs clockwise."""
    angle = 2 * math.pi * minute / MINUTES
    return _CENTRE + radius * math.sin(angle), _CENTRE - radius * math.cos(angle)
