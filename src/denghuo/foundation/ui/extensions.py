"""Where a page of a lower room shows things of upper rooms: the page asks, the upper room answers.

Upper rooms register in ``apps.py: ready()``; the pages call :func:`panels`, :func:`timeline_items`, :func:`counters`,
:func:`tiles`, :func:`workbench_panels`, :func:`find` and :func:`actions`. Pages in use: ``customer``, ``account``, ``supply_point``, ``meter``,
``transformer_area``; a room may name more.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from denghuo.foundation.ui.access import may
from denghuo.kernel import identifiers
from denghuo.kernel.identifiers import NumberKind

Text = str | Promise
WIDTHS = ("third", "half", "two_thirds", "full")


class NotFoundHere(Exception):
    """Raised by a panel's provider that has nothing for this subject: the panel is not shown."""


@dataclass(frozen=True)
class TimelineItem:
    """Something that happened. ``tone``: neutral, info, success, warning, danger, accent."""

    at: datetime
    icon: str
    title: Text
    text: Text = ""
    tone: str = "neutral"
    url: str | None = None


@dataclass(frozen=True)
class Counter:
    """A figure in the sticky header of a page. ``value`` is ready to show (format money first)."""

    label: Text
    value: Any
    url: str | None = None
    tone: str = "neutral"
    hint: Text = ""


@dataclass(frozen=True)
class Tile:
    """One tile of the workbench: a figure with its link, or a template with its context."""

    title: Text
    value: Any = None
    unit: Text = ""
    hint: Text = ""
    url: str | None = None
    icon: str = "bulb"
    tone: str = "accent"
    template: str | None = None
    context: dict[str, Any] = field(default_factory=dict)
    wide: bool = False


@dataclass(frozen=True)
class Action:
    """A button in the page header, as shown."""

    label: Text
    url: str
    icon: str
    primary: bool = False


@dataclass(frozen=True)
class Panel:
    """A card or tab of a page: ``template`` rendered with ``context`` (and the request)."""

    key: str
    title: Text
    template: str
    context: dict[str, Any]


@dataclass(frozen=True)
class WorkbenchPanel:
    """A card of the workbench. ``width``: third, half, two_thirds or full of the row on a wide screen."""

    key: str
    title: Text
    template: str
    context: dict[str, Any]
    width: str = "half"

    @property
    def url(self) -> str:
        """Where the link "All" leads: ``more_url`` of the context."""
        return self.context.get("more_url", "")


@dataclass(frozen=True)
class SearchHit:
    """One answer of the global search. ``kind`` is the heading under which it is listed."""

    kind: Text
    title: Text
    subtitle: Text = ""
    url: str = ""
    icon: str = "search"


@dataclass(frozen=True)
class SearchQuery:
    """What was typed into the global search.

    ``number`` says what the digits name (length and check digit agree); ``digits`` holds text that is all digits,
    whether or not it names anything; ``latin`` holds lower-case letters that may be pinyin or its initials.
    """

    text: str
    limit: int = 8

    @property
    def number(self) -> NumberKind | None:
        return identifiers.classify(self.text)

    @property
    def digits(self) -> str:
        return self.text if self.text.isascii() and self.text.isdecimal() else ""

    @property
    def latin(self) -> str:
        letters = self.text.replace(" ", "").replace("'", "").lower()
        return letters if letters.isascii() and letters.isalpha() else ""

    @property
    def phone(self) -> str:
        return self.digits if len(self.digits) == 11 and self.digits.startswith("1") else ""

    @property
    def has_chinese(self) -> bool:
        return any("\u3400" <= character <= "\u9fff" for character in self.text)


class _PanelEntry(NamedTuple):
    order: int
    key: str
    title: Text
    template: str
    provider: Callable[[Any, Any], dict[str, Any] | None]
    permission: str | None


class _ActionEntry(NamedTuple):
    order: int
    label: Text
    url: str | Callable[[Any], str | None]
    icon: str
    permission: str | None
    primary: bool


class _TileEntry(NamedTuple):
    order: int
    permission: str | None
    provider: Callable[[Any], Tile | None]


class _WorkbenchPanelEntry(NamedTuple):
    order: int
    permission: str | None
    key: str
    title: Text
    template: str
    provider: Callable[[Any], dict[str, Any] | None]
    width: str


class _SearchEntry(NamedTuple):
    order: int
    permission: str | None
    provider: Callable[[SearchQuery, str], Iterable[SearchHit]]


TimelineProvider = Callable[[Any, datetime | None, int], Iterable[TimelineItem]]
CounterProvider = Callable[[Any], Iterable[Counter]]


@dataclass
class _Registry:
    panels: dict[str, list[_PanelEntry]] = field(default_factory=dict)
    actions: dict[str, list[_ActionEntry]] = field(default_factory=dict)
    timelines: dict[str, list[TimelineProvider]] = field(default_factory=dict)
    counters: dict[str, list[tuple[int, CounterProvider]]] = field(default_factory=dict)
    tiles: list[_TileEntry] = field(default_factory=list)
    workbench_panels: list[_WorkbenchPanelEntry] = field(default_factory=list)
    searches: list[_SearchEntry] = field(default_factory=list)


_registry = _Registry()


@contextmanager
def empty_registry() -> Iterator[None]:
    """For tests: start with nothing registered, put everything back afterwards."""
    global _registry
    kept, _registry = _registry, _Registry()
    try:
        yield
    finally:
        _registry = kept


def panel(
    page: str,
    key: str,
    title: Text,
    template: str,
    provider: Callable[[Any, Any], dict[str, Any] | None],
    *,
    permission: str | None = None,
    order: int = 100,
) -> None:
    """Add a card to ``page``. ``provider(request, subject)`` gives the template's context; None leaves it out."""
    entries = _registry.panels.setdefault(page, [])
    entries[:] = [entry for entry in entries if entry.key != key]
    entries.append(_PanelEntry(order, key, title, template, provider, permission))


def timeline(page: str, provider: TimelineProvider) -> None:
    """Add happenings to the timeline of ``page``: ``provider(subject_id, before, limit)``, newest first."""
    _registry.timelines.setdefault(page, []).append(provider)


def counter(page: str, provider: CounterProvider, *, order: int = 100) -> None:
    """Add figures to the sticky header of ``page``: ``provider(subject)`` gives counters."""
    _registry.counters.setdefault(page, []).append((order, provider))


def workbench(permission: str | None, provider: Callable[[Any], Tile | None], *, order: int = 100) -> None:
    """Add a tile to the workbench of everyone who holds ``permission``; the provider may answer None."""
    _registry.tiles.append(_TileEntry(order, permission, provider))


def workbench_panel(
    permission: str | None,
    key: str,
    title: Text,
    template: str,
    provider: Callable[[Any], dict[str, Any] | None],
    *,
    order: int = 100,
    width: str = "half",
) -> None:
    """Add a card to the workbench of everyone who holds ``permission``.

    ``provider(request)`` gives the template's context; None leaves the card out. ``more_url`` in the context becomes
    the link at the head of the card. A provider asks few and small questions: the whole workbench has a budget of
    20 statements.

    Raises:
        ValueError: ``width`` is none of ``WIDTHS``.
    """
    if width not in WIDTHS:
        raise ValueError(f"no width {width!r}; choose one of {', '.join(WIDTHS)}")
    entries = _registry.workbench_panels
    entries[:] = [entry for entry in entries if entry.key != key]
    entries.append(_WorkbenchPanelEntry(order, permission, key, title, template, provider, width))


def search(
    provider: Callable[[SearchQuery, str], Iterable[SearchHit]],
    *,
    permission: str | None = None,
    order: int = 100,
) -> None:
    """Answer the global search: ``provider(query, scope)``; ``scope`` is the prefix of the units one may see."""
    _registry.searches.append(_SearchEntry(order, permission, provider))


def action(
    page: str,
    label: Text,
    url: str | Callable[[Any], str | None],
    icon: str = "plus",
    *,
    permission: str | None = None,
    order: int = 100,
    primary: bool = False,
) -> None:
    """Add a button to the header of ``page``. ``url`` is an address or a function of the subject (None hides it)."""
    _registry.actions.setdefault(page, []).append(_ActionEntry(order, label, url, icon, permission, primary))


def panels(request: HttpRequest, page: str, subject: Any) -> list[Panel]:
    """The panels of ``page`` for this user and subject, ready to render."""
    shown = []
    for entry in sorted(_registry.panels.get(page, ()), key=lambda entry: entry.order):
        if not may(request.user, entry.permission):
            continue
        try:
            context = entry.provider(request, subject)
        except NotFoundHere:
            continue
        if context is not None:
            shown.append(Panel(entry.key, entry.title, entry.template, context))
    return shown


def timeline_items(
    page: str, subject_id: Any, *, before: datetime | None = None, limit: int = 50
) -> list[TimelineItem]:
    """The newest ``limit`` happenings before ``before`` from all rooms, newest first."""
    streams = [
        sorted(provider(subject_id, before, limit), key=lambda item: item.at, reverse=True)
        for provider in _registry.timelines.get(page, ())
    ]
    merged = heapq.merge(*streams, key=lambda item: item.at, reverse=True)
    return list(itertools.islice(merged, limit))


def counters(page: str, subject: Any) -> list[Counter]:
    """The figures for the sticky header of ``page``."""
    providers = sorted(_registry.counters.get(page, ()), key=lambda entry: entry[0])
    return [item for _order, provider in providers for item in provider(subject)]


def actions(request: HttpRequest, page: str, subject: Any = None) -> list[Action]:
    """The buttons of ``page`` this user may press."""
    shown = []
    for entry in sorted(_registry.actions.get(page, ()), key=lambda entry: entry.order):
        if not may(request.user, entry.permission):
            continue
        url = entry.url(subject) if callable(entry.url) else entry.url
        if url:
            shown.append(Action(entry.label, url, entry.icon, entry.primary))
    return shown


def tiles(request: HttpRequest) -> list[Tile]:
    """The workbench of this user."""
    entries = sorted(_registry.tiles, key=lambda entry: entry.order)
    offered = (entry.provider(request) for entry in entries if may(request.user, entry.permission))
    return [tile for tile in offered if tile is not None]


def workbench_panels(request: HttpRequest) -> list[WorkbenchPanel]:
    """The cards on the workbench of this user, in order."""
    shown = []
    for entry in sorted(_registry.workbench_panels, key=lambda entry: entry.order):
        if not may(request.user, entry.permission):
            continue
        context = entry.provider(request)
        if context is not None:
            shown.append(WorkbenchPanel(entry.key, entry.title, entry.template, context, entry.width))
    return shown


def find(request: HttpRequest, query: SearchQuery) -> list[tuple[Text, Sequence[SearchHit]]]:
    """Hits for ``query`` inside the user's data scope, grouped under their kinds; none for an empty query."""
    if not query.text:
        return []
    scope = getattr(request.user, "scope", "")
    groups: dict[str, tuple[Text, list[SearchHit]]] = {}
    for entry in sorted(_registry.searches, key=lambda entry: entry.order):
        if not may(request.user, entry.permission):
            continue
        for hit in itertools.islice(entry.provider(query, scope), query.limit):
            groups.setdefault(str(hit.kind), (hit.kind, []))[1].append(hit)
    return list(groups.values())


_drafts_at = ""


def keep_drafts_at(url_name: str) -> None:
    """The view that keeps what is typed in forms marked ``data-draft``; without one they are kept in the browser only."""
    global _drafts_at
    _drafts_at = url_name


def drafts_url() -> str:
    return reverse(_drafts_at) if _drafts_at else ""
