"""What the components of bills are called, as the price books in force say it."""

from __future__ import annotations

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language

from denghuo.commerce.tariffs import queries as tariffs
from denghuo.commerce.tariffs.models import BookState, PriceBookVersion


def _local(zh: str, en: str) -> str:
    return zh if (get_language() or "").startswith("zh") else en


_in_the_readers_language = lazy(_local, str)


def component_names() -> dict[str, Any]:
    """Code → name of every component of the books in force, in the language of whoever reads it."""
    books = [
        tariffs.book_of(version) for version in PriceBookVersion.objects.filter(state=BookState.IN_FORCE)
    ]
    return {
        component.code: _in_the_readers_language(component.name.zh, component.name.en)
        for book in books
        for component in book.components
    }
