"""What a parameter is worth on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from denghuo.foundation.parameters import rules
from denghuo.foundation.parameters.models import ParameterValue
from denghuo.foundation.parameters.rules import Parameter


def value(parameter: Parameter, *, on: date) -> Any:
    """The value that holds on ``on``: what the bureau set last, else what the regulation says."""
    return values([parameter], on=on)[parameter.code]


def values(parameters: list[Parameter], *, on: date) -> dict[str, Any]:
    """Values of several parameters by code, in one query."""
    codes = [parameter.code for parameter in parameters]
    found = {
        row.code: row.value
        for row in ParameterValue.objects.filter(code__in=codes, valid_from__lte=on).order_by(
            "valid_from", "id"
        )
    }
    return {
        parameter.code: rules.parse(parameter, found.get(parameter.code, rules.regulated(parameter, on)))
        for parameter in parameters
    }


def courses(parameters: list[Parameter]) -> dict[str, list[tuple[date, Any]]]:
    """Every value each parameter ever has, with the day from which it holds (``date.min`` for the first)."""
    rows = ParameterValue.objects.filter(code__in=[parameter.code for parameter in parameters])
    found = list(rows.order_by("valid_from", "id"))
    return {parameter.code: _course(parameter, found) for parameter in parameters}


def _course(parameter: Parameter, rows: list[ParameterValue]) -> list[tuple[date, Any]]:
    steps: dict[date, str] = {date.min: parameter.default, **dict(parameter.history)}
    for row in rows:
        if row.code == parameter.code:
            steps = {day: text for day, text in steps.items() if day < row.valid_from}
            steps[row.valid_from] = row.value
    return [(day, rules.parse(parameter, text)) for day, text in sorted(steps.items())]
