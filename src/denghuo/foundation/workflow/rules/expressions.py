"""Conditions of a diagram: a small grammar, read into a tree and walked. Nothing of a diagram is ever executed.

``name`` · ``name == 'text'`` · ``name >= 3`` · ``and`` ``or`` ``not`` and parentheses; ``true`` and ``false`` in either
case. Names are task data: bool, int or short str.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

Value = bool | int | str
LONGEST = 500

_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_WORDS = {"true": True, "false": False}


class NotACondition(ValueError):
    """The text is outside the grammar; the message says where."""


class NameMissing(LookupError):
    """The data has no such name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@lru_cache(maxsize=4096)
def parsed(text: str) -> ast.expr:
    """The tree of a condition.

    Raises:
        NotACondition: see there.
    """
    if len(text) > LONGEST:
        raise NotACondition(f"longer than {LONGEST} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotACondition(str(error)) from error
    _check(tree)
    return tree


def _check(node: ast.expr) -> None:
    match node:
        case ast.BoolOp(values=values):
            for value in values:
                _check(value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _check(operand)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            _check_term(left)
            _check_term(right)
        case _:
            _check_term(node)


def _check_term(node: ast.expr) -> None:
    match node:
        case ast.Name():
            return
        case ast.Constant(value=bool() | int() | str()):
            return
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int())):
            return
    raise NotACondition(f"not allowed here: {ast.unparse(node)[:60]}")


def holds(text: str, data: Mapping[str, Any]) -> bool:
    """Whether a condition is true of ``data``.

    Raises:
        NotACondition: see there; also for a comparison of things that have no order.
        NameMissing: see there.
    """
    return bool(_value(parsed(text), data))


def _value(node: ast.expr, data: Mapping[str, Any]) -> Any:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_value(value, data) for value in values)
        case ast.BoolOp(values=values):
            return any(_value(value, data) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, data)
        case ast.UnaryOp(operand=ast.Constant(value=int() as number)):
            return -number
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            one, other = _value(left, data), _value(right, data)
            try:
                return _COMPARE[type(op)](one, other)
            except TypeError as error:
                raise NotACondition(str(error)) from error
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            if name in data:
                return data[name]
            if name in _WORDS:
                return _WORDS[name]
            raise NameMissing(name)
    raise NotACondition(ast.dump(node)[:60])  # pragma: no cover - ``parsed`` lets nothing else through


def offered(text: str) -> Iterator[tuple[str, Value]]:
    """Every name of a condition with a value that the condition speaks of: ``level == 'high'`` gives level, high."""
    for node in ast.walk(parsed(text)):
        match node:
            case ast.Compare(left=ast.Name(id=name), comparators=[ast.Constant(value=value)]):
                if isinstance(value, bool | int | str):
                    yield name, value
            case ast.Compare(left=ast.Name(id=name), comparators=[ast.Name(id=word)]) if word in _WORDS:
                yield name, _WORDS[word]
    for name in _bare(parsed(text)):
        yield name, True
        yield name, False


def _bare(node: ast.expr) -> Iterator[str]:
    """Names used as a truth by themselves."""
    match node:
        case ast.Name(id=name) if name not in _WORDS:
            yield name
        case ast.BoolOp(values=values):
            for value in values:
                yield from _bare(value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _bare(operand)
