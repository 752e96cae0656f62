"""``denghuo quote CASE.json``: what would this cost, and why. Works without a database and without Django.

Exit codes: 0 priced, 1 cannot be priced (with the reasons), 2 bad input (with path, found, expected).
"""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from denghuo.engine.pricing import Case, CompiledBook, Problem, Trace, compile, explain, parse, price
from denghuo.engine.pricing.book import BookInvalid, problems_of
from denghuo.engine.pricing.library import BookNotFound, load
from denghuo.engine.pricing.strict_json import MAX_BYTES, NotReadable, loads
from denghuo.project import quote_report

SHIPPED_BOOKS = Path(__file__).parent.parent / "commerce" / "tariffs" / "books"
CANNOT_BE_PRICED = 1
BAD_INPUT = 2


class Lang(StrEnum):
    ZH = "zh"
    EN = "en"


class BadInput(Exception):
    """The input cannot be used; ``problems`` say why."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        super().__init__(f"{source}: {len(problems)} problems")
        self.source, self.problems = source, problems


def schema() -> dict[str, Any]:
    """The JSON Schema of a case."""
    out = Case.model_json_schema()
    out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    out["title"] = "denghuo quote CASE.json"
    return out


def quote(
    case: Annotated[
        str | None, typer.Argument(metavar="CASE.json", help="The case to price; - reads standard input.")
    ] = None,
    book: Annotated[
        Path | None, typer.Option("--book", help="A price book file, instead of the shipped books.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole calculation trace as JSON.")
    ] = False,
    lang: Annotated[Lang, typer.Option(help="Language of the table.")] = Lang.ZH,
    show_schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of a case and stop.")
    ] = False,
) -> None:
    """Price one case from a file and explain every line; needs no database."""
    if show_schema:
        typer.echo(json.dumps(schema(), ensure_ascii=False, indent=2))
        return
    try:
        if case is None:
            raise BadInput("CASE.json", [Problem("", "missing", "name a case file, or - for standard input")])
        trace, compiled = priced(case, book)
    except BadInput as refusal:
        _refuse(refusal, as_json=as_json, lang=lang)
        raise typer.Exit(BAD_INPUT) from refusal
    if as_json:
        typer.echo(trace.model_dump_json(indent=2))
    elif trace.priced:
        quote_report.show(trace, compiled.book, lang.value)
    else:
        quote_report.show_exceptions(trace, lang.value)
    if not trace.priced:
        raise typer.Exit(CANNOT_BE_PRICED)


def priced(source: str, book_file: Path | None) -> tuple[Trace, CompiledBook]:
    """Read the case, find its book, price and explain it.

    Raises:
        BadInput: the case or the book cannot be read or does not fit its form.
    """
    document = _document(source)
    if not isinstance(document, dict):
        found = type(document).__name__
        raise BadInput(source, [Problem("", "type", f"expected an object with the case, found {found}")])
    compiled = _book(document, source, book_file)
    try:
        case = Case.model_validate({**document, "book": compiled.book.code})
    except ValidationError as error:
        raise BadInput(source, problems_of(error)) from error
    points = [point.id for point in case.points]
    twice = sorted({number for number in points if points.count(number) > 1})
    if twice:
        message = f"a point's id is given once, found {', '.join(map(str, twice))} more often"
        raise BadInput(source, [Problem("points", "duplicate", message)])
    tables = case.to_tables()
    answer = price(tables, {compiled.book.code: compiled}, case.days.calendar())
    return explain(tables, answer, 1), compiled


def _document(source: str) -> Any:
    try:
        if source == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with open(source, "rb") as file:
                data = file.read(MAX_BYTES + 1)
        return loads(data)
    except (OSError, ValueError) as error:
        message = str(error) if isinstance(error, NotReadable) else f"cannot be read: {_reason(error)}"
        raise BadInput(source, [Problem("", "unreadable", message)]) from error


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def _book(document: dict[str, Any], source: str, book_file: Path | None) -> CompiledBook:
    """The book of ``--book``, the case's own, or the shipped one of its code."""
    given = document.get("book")
    try:
        if book_file is not None:
            source = str(book_file)
            book = compile(parse(_object(_document(source), source)))
            if isinstance(given, str) and given != book.book.code:
                message = f"the case names {given!r} but {book_file} holds {book.book.code!r}"
                raise BadInput(source, [Problem("book", "mismatch", message)])
            return book
        if isinstance(given, dict):
            return compile(parse(given))
        if not isinstance(given, str):
            message = f"expected the code of a price book or the book itself, found {given!r:.60}"
            raise BadInput(source, [Problem("book", "type" if given is not None else "missing", message)])
        return load(SHIPPED_BOOKS, given)
    except BookNotFound as error:
        raise BadInput(source, [Problem("book", "unknown_code", str(error))]) from error
    except BookInvalid as error:
        inside = isinstance(given, dict) and book_file is None
        problems = [
            Problem(f"book.{p.path}".rstrip(".") if inside else p.path, p.code, p.message)
            for p in error.problems
        ]
        raise BadInput(source, problems) from error


def _object(document: Any, source: str) -> dict[str, Any]:
    if isinstance(document, dict):
        return document
    message = f"expected an object with the price book, found {type(document).__name__}"
    raise BadInput(source, [Problem("", "type", message)])


def _refuse(refusal: BadInput, *, as_json: bool, lang: Lang) -> None:
    if as_json:
        problems = [{"path": p.path, "code": p.code, "message": p.message} for p in refusal.problems]
        typer.echo(json.dumps({"source": refusal.source, "problems": problems}, ensure_ascii=False, indent=2))
        return
    typer.echo(quote_report.words(lang.value)["bad_input"].format(source=refusal.source), err=True)
    for problem in refusal.problems[:20]:
        typer.echo(f"  {problem}", err=True)
    if len(refusal.problems) > 20:
        typer.echo(f"  … {len(refusal.problems) - 20}", err=True)
