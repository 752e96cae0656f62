"""What every page's template knows: the menu, the languages and whether the page is asked for by htmx."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from denghuo.foundation.ui import extensions, navigation


def interface(request: HttpRequest) -> dict[str, Any]:
    return {
        "navigation_sections": SimpleLazyObject(lambda: navigation.menu(request)),
        "user_entries": SimpleLazyObject(lambda: navigation.own_menu(request)),
        "drafts_url": SimpleLazyObject(extensions.drafts_url),
        "interface_languages": settings.LANGUAGES,
        "interface_language": get_language() or settings.LANGUAGE_CODE,
    }
