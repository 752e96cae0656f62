"""Where the documents behind postings are shown; the rooms that make them say so in ``apps.py: ready()``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from denghuo.commerce.ledger.models import Posting

PostingUrl = Callable[[Posting], str | None]
NumberUrl = Callable[[str], str | None]

_documents: dict[str, PostingUrl] = {}
_numbers: list[NumberUrl] = []


def link_documents(urls: Mapping[str, PostingUrl]) -> None:
    """Say where the document of a posting is shown, by its ``document_type``."""
    _documents.update(urls)


def link_numbers(url: NumberUrl) -> None:
    """Say where the document of an entry is shown: ``url`` gets its number and answers None for a foreign one."""
    if url not in _numbers:
        _numbers.append(url)


def document_url(posting: Posting) -> str | None:
    """The page of what made the posting, if a room said where it is."""
    found = _documents.get(posting.document_type)
    return found(posting) if found and posting.document_id is not None else None


def number_url(number: str) -> str | None:
    """The page of the document with this number."""
    if not number:
        return None
    return next((url for linked in _numbers if (url := linked(number))), None)
