"""What is wrong with answers, in words for whoever typed them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from denghuo.commerce.fieldwork import rules
from denghuo.commerce.fieldwork.models import FieldTask
from denghuo.commerce.fieldwork.rules import AnswersInvalid, Problem
from denghuo.commerce.metering.models import RegisterValues

PROBLEMS: Mapping[str, Any] = {
    "missing": gettext_lazy("is missing"),
    "unknown": gettext_lazy("is not asked for"),
    "not_text": gettext_lazy("is no text"),
    "too_long": gettext_lazy("is longer than %(most)s characters"),
    "not_number": gettext_lazy("is no number"),
    "too_low": gettext_lazy("must be at least %(low)s"),
    "too_high": gettext_lazy("must be at most %(high)s"),
    "not_a_choice": gettext_lazy("is none of the choices"),
    "not_a_date": gettext_lazy("is no date"),
    "not_a_photo": gettext_lazy("is no photo that was sent"),
    "too_many": gettext_lazy("at most %(most)s photos"),
    "unknown_register": gettext_lazy("has no register %(register)s"),
    "not_a_reading": gettext_lazy("is no meter reading (four decimals at most)"),
}


def register_label(name: str) -> str:
    """A register as people call it."""
    return str(RegisterValues._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def sentence(problem: Problem) -> str:
    return str(PROBLEMS[problem.code]) % dict(problem.facts)


def sentences(task: FieldTask | None, invalid: AnswersInvalid) -> str:
    """Every problem with the name of its question."""
    code = task.kind if task else ""
    return _("; ").join(
        f"{rules.field_label(code, name)} {sentence(problem)}".strip()
        for name, problem in invalid.problems.items()
    )
