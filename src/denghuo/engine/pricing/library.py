"""Price books kept as ``CODE.json`` files in a directory."""

from __future__ import annotations

from pathlib import Path

from denghuo.engine.pricing.book import parse
from denghuo.engine.pricing.rates import CompiledBook, compile


class BookNotFound(LookupError):
    """The directory has no book of that code."""


def codes(directory: Path) -> list[str]:
    """Codes of the books in the directory."""
    return sorted(path.stem for path in directory.glob("*.json"))


def load(directory: Path, code: str) -> CompiledBook:
    """Read, check and compile one book.

    Raises:
        BookNotFound: no such book.
        BookInvalid: the file is not a usable price book.
    """
    if code not in codes(directory):
        known = ", ".join(codes(directory)) or "(none)"
        raise BookNotFound(f"there is no price book {code!r}, expected one of: {known}")
    return compile(parse((directory / f"{code}.json").read_bytes()))
