"""The menu on the left: every room registers its entries in ``apps.py: ready()``.

navigation.register(NavItem("commerce", _("Bills"), "billing:bills", icon="receipt", permission="billing.bill.view"))
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.foundation.ui.access import may

Text = str | Promise


@dataclass(frozen=True)
class NavItem:
    """One entry. ``url_name`` is a view without parameters; ``permission`` None shows it to all staff."""

    section: str
    label: Text
    url_name: str
    icon: str = "point"
    permission: str | None = None
    order: int = 100


@dataclass(frozen=True)
class VisibleItem:
    label: Text
    url: str
    icon: str
    active: bool


@dataclass(frozen=True)
class VisibleSection:
    code: str
    label: Text
    items: tuple[VisibleItem, ...]


SECTIONS: dict[str, Text] = {
    "overview": pgettext_lazy("interface", "Overview"),
    "care": pgettext_lazy("interface", "Customer service"),
    "field": pgettext_lazy("interface", "Connections and field"),
    "commerce": _("Meter to cash"),
    "money": pgettext_lazy("interface", "Money"),
    "arrears": pgettext_lazy("interface", "Arrears"),
    "records": pgettext_lazy("interface", "Records"),
    "supervision": _("Supervision"),
    "decision": _("Decision support"),
    "administration": _("Administration"),
}

_items: dict[str, NavItem] = {}
_own: dict[str, NavItem] = {}


def register(item: NavItem) -> None:
    """Add an entry; registering the same ``url_name`` again replaces it.

    Raises:
        ValueError: the section does not exist.
    """
    if item.section not in SECTIONS:
        raise ValueError(f"no section {item.section!r}; choose one of {', '.join(SECTIONS)}")
    _items[item.url_name] = item


def register_own(item: NavItem) -> None:
    """Add an entry to the menu below the user's name (own password, own sessions); the section is not looked at."""
    _own[item.url_name] = item


def own_menu(request: HttpRequest) -> list[VisibleItem]:
    """The entries below the user's name."""
    items = sorted(_own.values(), key=lambda item: item.order)
    return [
        VisibleItem(item.label, url, item.icon, False)
        for item in items
        if may(request.user, item.permission) and (url := _url(item))
    ]


def entries() -> tuple[NavItem, ...]:
    """Every registered entry in the order of the menu."""
    sections = list(SECTIONS)
    return tuple(sorted(_items.values(), key=lambda item: (sections.index(item.section), item.order)))


def menu(request: HttpRequest) -> list[VisibleSection]:
    """The sections with the entries this user may open; the entry of the current page is active."""
    visible = [
        (item, url) for item in entries() if may(request.user, item.permission) and (url := _url(item))
    ]
    current = _longest_prefix(request.path, (url for _item, url in visible))
    sections: dict[str, list[VisibleItem]] = {}
    for item, url in visible:
        shown = VisibleItem(item.label, url, item.icon, url == current)
        sections.setdefault(item.section, []).append(shown)
    return [VisibleSection(code, SECTIONS[code], tuple(items)) for code, items in sections.items()]


def _url(item: NavItem) -> str | None:
    try:
        return reverse(item.url_name)
    except (
        NoReverseMatch
    ):  # a room that is not installed here; tests/database/foundation/ui finds misspelt names
        return None


def _longest_prefix(path: str, urls: Iterable[str]) -> str | None:
    fitting = [url for url in urls if path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))]
    return max(fitting, key=len, default=None)


def crumb(label: Any, url: str | None = None) -> dict[str, Any]:
    """One step of the breadcrumb that a page passes to its template as ``breadcrumbs``."""
    return {"label": label, "url": url}
