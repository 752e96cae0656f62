"""ECharts options built in Python: plain dicts, coloured by the theme of the page when they are mounted.

A colour is written as a token name (``"@accent"``, ``"@peak"``) that the mounting script replaces by the value of the
CSS variable ``--chart-…`` of the current theme. Figures are floats only here, at the very edge: a picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

TOU_TONES = {"sharp": "@sharp", "peak": "@peak", "flat": "@flat", "valley": "@valley", "deep": "@deep"}


def _number(value: Any) -> float | int | None:
    return None if value is None else float(value)


def lines(
    categories: Sequence[Any],
    series: Mapping[str, Sequence[Any]],
    *,
    unit: str = "",
    area: bool = False,
    dashed: Sequence[str] = (),
    colours: Mapping[str, str] | None = None,
    zoom: bool = False,
) -> dict[str, Any]:
    """Lines over ``categories``; the series named in ``dashed`` are comparisons (last year, forecast)."""
    option = _frame(categories, unit, zoom)
    option["series"] = [
        {
            "name": str(name),
            "type": "line",
            "showSymbol": False,
            "smooth": 0.25,
            "smoothMonotone": "x",
            "data": [_number(value) for value in values],
            "lineStyle": {
                "width": 1.5 if name in dashed else 2.5,
                "type": "dashed" if name in dashed else "solid",
            },
            **({"areaStyle": {"opacity": 0.14}} if area and name not in dashed else {}),
            **({"itemStyle": {"color": colours[name]}} if colours and name in colours else {}),
        }
        for name, values in series.items()
    ]
    return _with_legend(option)


def bars(
    categories: Sequence[Any],
    series: Mapping[str, Sequence[Any]],
    *,
    unit: str = "",
    stacked: bool = False,
    colours: Mapping[str, str] | None = None,
    zoom: bool = False,
) -> dict[str, Any]:
    """Columns over ``categories``, beside each other or stacked."""
    option = _frame(categories, unit, zoom)
    last = len(series) - 1
    option["series"] = [
        {
            "name": str(name),
            "type": "bar",
            "barMaxWidth": 28,
            "data": [_number(value) for value in values],
            "itemStyle": {
                "borderRadius": [4, 4, 0, 0] if not stacked or position == last else 0,
                **({"color": colours[name]} if colours and name in colours else {}),
            },
            **({"stack": "all"} if stacked else {}),
        }
        for position, (name, values) in enumerate(series.items())
    ]
    return _with_legend(option)


def bars_and_line(
    categories: Sequence[Any],
    bar: tuple[str, Sequence[Any], str],
    line: tuple[str, Sequence[Any], str],
) -> dict[str, Any]:
    """Columns on the left axis and a line on the right one: each (name, values, unit)."""
    option = bars(categories, {bar[0]: bar[1]}, unit=bar[2])
    drawn = lines(categories, {line[0]: line[1]}, unit=line[2], colours={line[0]: "@info"})
    option["series"] += [series | {"yAxisIndex": 1} for series in drawn["series"]]
    for series, unit in zip(option["series"], (bar[2], line[2]), strict=True):
        series["tooltip"] = {"valueFormatter": f"@unit {unit}"}
    left, right = option["yAxis"], drawn["yAxis"]
    option["yAxis"] = [left, right | {"splitLine": {"show": False}, "nameTextStyle": {"align": "right"}}]
    option = _with_legend(option)
    option["legend"] |= {"left": "center", "right": "auto"}
    return option


def ring(
    shares: Mapping[str, Any], *, unit: str = "", colours: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A ring of shares with the legend below."""
    return {
        "tooltip": {"trigger": "item", "valueFormatter": f"@unit {unit}"},
        "legend": {"bottom": 0, "icon": "circle", "itemWidth": 8},
        "series": [
            {
                "type": "pie",
                "radius": ["52%", "76%"],
                "center": ["50%", "44%"],
                "padAngle": 1.5,
                "itemStyle": {"borderRadius": 4},
                "label": {"show": False},
                "data": [
                    {
                        "name": str(name),
                        "value": _number(value),
                        **({"itemStyle": {"color": colours[name]}} if colours and name in colours else {}),
                    }
                    for name, value in shares.items()
                ],
            }
        ],
    }


def _frame(categories: Sequence[Any], unit: str, zoom: bool) -> dict[str, Any]:
    option: dict[str, Any] = {
        "tooltip": {"trigger": "axis", "valueFormatter": f"@unit {unit}"},
        "grid": {"left": 8, "right": 12, "top": 36 if unit else 16, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": [str(value) for value in categories]},
        "yAxis": {"type": "value", "name": unit},
    }
    if zoom:
        option["dataZoom"] = [{"type": "inside"}, {"type": "slider", "height": 18, "bottom": 6}]
        option["grid"]["bottom"] = 36
    return option


def _with_legend(option: dict[str, Any]) -> dict[str, Any]:
    if len(option["series"]) > 1:
        option["legend"] = {"top": 0, "right": 0, "icon": "roundRect", "itemWidth": 12, "itemHeight": 8}
        option["grid"]["top"] = 40
    return option
