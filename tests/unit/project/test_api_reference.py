"""The API's reference names every problem code and every scope."""

from __future__ import annotations

from pathlib import Path

from denghuo.foundation.identity import rules
from denghuo.foundation.identity.api import PROBLEMS

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")


def test_every_problem_and_every_scope_is_described():
    assert [code for code in PROBLEMS if f"| `{code}` |" not in PAGE] == []
    assert [scope for scope in rules.API_SCOPES if f"`{scope}`" not in PAGE] == []
