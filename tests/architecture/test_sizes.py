"""Functions over 60 lines and modules over 500 are a ledger that may only shrink."""

from __future__ import annotations

import ast
import json
from pathlib import Path

SOURCE = Path("src/denghuo")
LEDGER = Path(__file__).with_name("sizes.json")
LONGEST_FUNCTION_LINES = 60
LONGEST_MODULE_LINES = 500


def modules():
    return [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]


def large() -> dict[str, int]:
    found = {}
    for path in modules():
        text = path.read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > LONGEST_MODULE_LINES:
            found[str(path.relative_to(SOURCE))] = lines
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION_LINES:
                    found[f"{path.relative_to(SOURCE)}:{node.name}"] = length
    return found


def test_nothing_grows_past_the_limits_or_past_its_entry():
    ledger = json.loads(LEDGER.read_text())
    grown = {name: length for name, length in large().items() if length > ledger.get(name, 0)}
    assert not grown, f"split these by noun, then verb: {grown}"


def test_the_ledger_keeps_no_entry_that_has_shrunk():
    ledger = json.loads(LEDGER.read_text())
    stale = {name: length for name, length in ledger.items() if large().get(name, 0) < length}
    assert not stale, f"lower or remove these entries of {LEDGER.name}: {stale}"
