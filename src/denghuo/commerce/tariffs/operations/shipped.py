"""The price books that come with the software."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files

from denghuo.commerce.tariffs.models import PriceBookVersion
from denghuo.commerce.tariffs.operations.versions import approve, draft_version, put_in_force
from denghuo.engine.pricing.book import parse
from denghuo.foundation.identity.models import Staff

NOTE = "随软件发布的电价表 / shipped with the software"


def shipped_documents() -> dict[str, str]:
    """Code → JSON text of every shipped price book."""
    folder = files("denghuo.commerce.tariffs").joinpath("books")
    return {
        entry.name.removesuffix(".json"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".json")
    }


class NoSuchBook(Exception):
    """No shipped price book has this code."""


def draft_shipped_book(*, code: str, drafted_by: Staff, at: datetime) -> PriceBookVersion:
    """Draft a shipped book for a new installation; a second person approves it and puts it in force.

    Raises:
        NoSuchBook: the code is none of the shipped ones.
        NothingChanged: it is in force with exactly this text.
    """
    documents = shipped_documents()
    if code not in documents:
        raise NoSuchBook(f"there is no shipped price book {code!r}; there are {', '.join(documents)}")
    return draft_version(book=parse(documents[code]), note=NOTE, drafted_by=drafted_by, at=at)


def load_shipped_books(
    *, at: datetime, drafted_by: Staff, approved_by: Staff, codes: set[str] | None = None
) -> list[PriceBookVersion]:
    """Put every shipped book (or those of ``codes``) in force where no version of it exists yet.

    Run again, it changes nothing: a bureau's own versions are never replaced.

    Raises:
        SamePerson: drafter and approver are one person.
    """
    made = []
    for code, text in shipped_documents().items():
        if codes is not None and code not in codes:
            continue
        if PriceBookVersion.objects.filter(book=code).exists():
            continue
        version = draft_version(book=parse(text), note=NOTE, drafted_by=drafted_by, at=at)
        approve(version=version, digest=version.digest, approved_by=approved_by, note=NOTE, at=at)
        made.append(put_in_force(version=version, actor=approved_by, at=at))
    return made
