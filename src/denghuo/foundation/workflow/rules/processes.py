"""Which processes the rooms ship, what their steps are called, where their pages are, and what their automatic steps do.

Rooms declare at import; a process uploaded by a bureau needs no declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

UNITS = ("minutes", "hours", "working_hours", "days", "working_days")


@dataclass(frozen=True)
class Limit:
    """How long a step (``step`` empty: the whole process) may take, as shipped; a bureau sets its own on a page.

    ``confidence`` is K (known from the rules), V (read in a source) or U (a local figure, to be confirmed).
    """

    step: str
    amount: int
    unit: str
    basis: str = ""
    confidence: str = ""
    warn_percent: int = 80
    escalation: tuple[str, ...] = ("supervisor", "decision_maker")

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"no unit {self.unit!r}; choose one of {', '.join(UNITS)}")


@dataclass(frozen=True)
class Process:
    """A diagram that ships with a room: ``<package>/processes/<file>``. ``lanes``: name of a lane → code of a role."""

    key: str
    package: str
    file: str
    limits: tuple[Limit, ...] = ()
    lanes: Mapping[str, str] = field(default_factory=dict)

    def xml(self) -> bytes:
        return files(self.package).joinpath("processes", self.file).read_bytes()


Handler = Callable[..., Mapping[str, Any] | None]
"""``handler(instance, *, at, actor)``: an automatic step, inside the transaction that reached it."""

_processes: dict[str, Process] = {}
_names: dict[tuple[str, str], Any] = {}
_handlers: dict[str, Handler] = {}
_step_pages: dict[tuple[str, str], str] = {}
_subject_pages: dict[str, str] = {}


def declare(process: Process) -> Process:
    """Make a shipped process known.

    Raises:
        ValueError: another process has this key.
    """
    if _processes.setdefault(process.key, process) != process:
        raise ValueError(f"there are two processes {process.key!r}")
    return process


def declared() -> Mapping[str, Process]:
    return _processes


def name(key: str, label: Any) -> None:
    """What a process is called on pages (a lazy translation)."""
    _names[key, ""] = label


def name_step(key: str, step: str, label: Any) -> None:
    """What a step is called on pages, where the diagram's own text will not do in every language."""
    _names[key, step] = label


def label(key: str, step: str = "", otherwise: str = "") -> Any:
    """The name of a process or step, or ``otherwise`` (the text of the diagram)."""
    return _names.get((key, step)) or otherwise or step or key


def named() -> Mapping[tuple[str, str], Any]:
    return _names


def handler(code: str, function: Handler) -> None:
    """Register what a service task with ``denghuo:handler="code"`` does.

    Raises:
        ValueError: another function has this code.
    """
    if _handlers.setdefault(code, function) is not function:
        raise ValueError(f"there are two handlers {code!r}")


def handler_of(code: str) -> Handler | None:
    return _handlers.get(code)


def handlers() -> frozenset[str]:
    return frozenset(_handlers)


def step_page(key: str, step: str, url_name: str) -> None:
    """The page where a step is done; it takes the primary key of the subject."""
    _step_pages[key, step] = url_name


def page_of_step(key: str, step: str) -> str | None:
    return _step_pages.get((key, step))


def subject_page(subject_type: str, url_name: str) -> None:
    """The page of a kind of subject (``app.model``); it takes the primary key."""
    _subject_pages[subject_type] = url_name


def page_of_subject(subject_type: str) -> str | None:
    return _subject_pages.get(subject_type)
