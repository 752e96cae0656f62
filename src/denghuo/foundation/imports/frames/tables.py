"""What reading a file gives, what it may not exceed, and how it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from denghuo.foundation.imports.rules import _

HEADER_WITHIN = 20
"""The heading row is looked for in so many first rows."""


class UnreadableFile(Exception):
    """The file as a whole cannot be taken. ``message`` is English with ``%(name)s`` places for ``values``."""

    def __init__(self, message: str, **values: str | int) -> None:
        super().__init__(message % values if values else message)
        self.message, self.values = message, values


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may be at most."""

    size_bytes: int = 50_000_000
    rows: int = 300_000
    columns: int = 200
    cells: int = 6_000_000
    unpacked_bytes: int = 400_000_000
    packing_ratio: int = 250
    cell_characters: int = 4_000


@dataclass
class Sheet:
    """A table with its heading; ``rows`` is read once and yields (number as Excel numbers it, cells)."""

    columns: list[str]
    header_number: int
    encoding: str
    rows: Iterator[tuple[int, list[str]]]


Score = Callable[[Sequence[str]], int]
"""How many headings of a row are known."""


def with_header(rows: Iterable[tuple[int, list[str]]], score: Score, encoding: str, limits: Limits) -> Sheet:
    """Find the heading row (the best of the first rows) and give the rows below it, without empty ones.

    Raises:
        UnreadableFile: nothing there, no known heading, one heading twice, or nothing below it.
    """
    iterator = iter(rows)
    first: list[tuple[int, list[str]]] = []
    for number, cells in iterator:
        if any(cells):
            first.append((number, cells))
        if len(first) == HEADER_WITHIN or number > 5 * HEADER_WITHIN:
            break
    if not first:
        raise UnreadableFile(_("The file is empty."))
    best = max(range(len(first)), key=lambda index: (score(first[index][1]), -index))
    header_number, columns = first[best]
    while columns and not columns[-1]:
        columns = columns[:-1]
    if not score(columns):
        found = "、".join(cell for cell in first[0][1] if cell)[:200]
        raise UnreadableFile(
            _("None of the expected headings was found; the first row reads: %(found)s"), found=found
        )
    if len(columns) > limits.columns:
        raise UnreadableFile(_("The file has more than %(limit)s columns."), limit=limits.columns)
    _refuse_twins(columns)
    below = _below(first[best + 1 :], iterator, len(columns), limits)
    try:
        start = next(below)
    except StopIteration:
        raise UnreadableFile(_("There is no row below the headings.")) from None
    return Sheet(columns, header_number, encoding, _chained(start, below))


def _refuse_twins(columns: Sequence[str]) -> None:
    seen: dict[str, int] = {}
    for index, heading in enumerate(columns):
        if heading and heading in seen:
            raise UnreadableFile(
                _("The heading “%(heading)s” stands over two columns, %(first)s and %(second)s."),
                heading=heading[:60],
                first=column_letters(seen[heading]),
                second=column_letters(index),
            )
        seen[heading] = index


def _below(
    buffered: Iterable[tuple[int, list[str]]],
    rest: Iterator[tuple[int, list[str]]],
    width: int,
    limits: Limits,
) -> Iterator[tuple[int, list[str]]]:
    count = 0
    for part in (buffered, rest):
        for number, cells in part:
            if not any(cells):
                continue
            count += 1
            if count > limits.rows:
                raise UnreadableFile(
                    _("The file has more than %(limit)s rows; split it and send the parts."),
                    limit=limits.rows,
                )
            for index, cell in enumerate(cells):
                if len(cell) > limits.cell_characters:
                    raise UnreadableFile(
                        _("Cell %(cell)s holds more than %(limit)s characters."),
                        cell=f"{column_letters(index)}{number}",
                        limit=limits.cell_characters,
                    )
            while len(cells) > width and not cells[-1]:
                cells = cells[:-1]
            yield number, cells + [""] * (width - len(cells))


def _chained(
    first: tuple[int, list[str]], rest: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    yield first
    yield from rest


def column_letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
