"""The worked examples of ``docs/domain`` are executed: what follows ``# →`` is the value of the statement before it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[2] / "docs" / "domain").glob("*.md"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXPECTED = "# → "


def blocks(page: Path) -> list[str]:
    """The page's examples with a checked value; pages may hold other blocks, which have their own tests."""
    found = BLOCK.findall(page.read_text("utf-8"))
    return found if any(EXPECTED in block for block in found) else []


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: page.stem)
def test_the_worked_examples_of_a_page_are_true(page):
    names: dict[str, object] = {}
    checked = 0
    for block in blocks(page):
        statements: list[str] = []
        for line in [*block.splitlines(), ""]:
            if not line.startswith(EXPECTED):
                statements.append(line)
                continue
            *before, last = ast.parse("\n".join(statements)).body
            assert isinstance(last, ast.Expr), f"{page.name}: {EXPECTED} must follow an expression"
            exec(compile(ast.Module(before, []), page.name, "exec"), names)
            found = eval(compile(ast.Expression(last.value), page.name, "eval"), names)
            assert repr(found) == line.removeprefix(EXPECTED), ast.unparse(last)
            statements, checked = [], checked + 1
        exec(compile("\n".join(statements), page.name, "exec"), names)
    assert checked
