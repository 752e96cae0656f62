"""``{% load imports %}{% import_steps 2 %}``: where in the wizard the person stands."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.inclusion_tag("imports/steps.html")
def import_steps(at: int) -> dict[str, Any]:
    """``at``: 0 upload, 1 columns, 2 check, 3 commit, 4 all done."""
    steps = [
        ("upload", _("Upload")),
        ("columns", _("Columns")),
        ("check", _("Check the result")),
        ("commit", _("Commit")),
    ]
    return {"steps": steps, "at": at}


@register.filter
def step_of(state: str) -> int:
    """The step that a batch in this state stands at."""
    return {"staged": 1, "checking": 2, "checked": 2, "committing": 3, "committed": 4}.get(state, 0)


@register.filter
def cell_problem(row: Any, column: int) -> str:
    """What is wrong with one cell of a row, or nothing."""
    return "；".join(problem.text for problem in row.problems if problem.column == column)
