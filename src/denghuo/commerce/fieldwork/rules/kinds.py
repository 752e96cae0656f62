"""Kinds of field tasks: declared by the rooms that dispatch them, with the form and what happens when one is done.

A room declares the form in its ``rules`` and says the rest in ``web/extensions.register()``::

    SURVEY = fieldwork.declare(Kind("connections.survey", form=(Field("headroom_kw", "number", required=True), …)))
    fieldwork.name_kind(SURVEY.code, _("Survey"), {"headroom_kw": _("Headroom (kW)")})
    fieldwork.on_done(SURVEY.code, record_survey)      # record_survey(task, answers, *, at, actor)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

TYPES = (
    "text", "long_text", "number", "choice", "yes_no", "date", "photo", "signature", "scan", "register_values",
)  # fmt: skip


class Conflict(Exception):
    """Raised by a hook: the answers cannot take effect now, in words for a dispatcher. Nothing is lost by it."""


@dataclass(frozen=True)
class Field:
    """One question of a form.

    ``options`` are the codes of a choice; ``low`` and ``high`` bound a number; ``most`` photos may be taken;
    ``registers`` names what a ``register_values`` field asks for (the total register unless said otherwise).
    """

    name: str
    type: str
    required: bool = False
    options: tuple[str, ...] = ()
    low: Decimal | int | None = None
    high: Decimal | int | None = None
    longest: int = 0
    most: int = 5
    registers: tuple[str, ...] = ("total",)

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise ValueError(f"{self.name}: no type {self.type!r}")
        if (self.type == "choice") != bool(self.options):
            raise ValueError(f"{self.name}: a choice has options, and nothing else has")

    @property
    def length(self) -> int:
        """Characters that a text may have."""
        return self.longest or (2_000 if self.type == "long_text" else 200)


@dataclass(frozen=True)
class Kind:
    """A kind of task. ``by_hand``: a dispatcher may make one on the desk page; ``needs_position``: where it was done is part of it."""

    code: str
    form: tuple[Field, ...] = ()
    needs_position: bool = False
    by_hand: bool = False

    def field(self, name: str) -> Field | None:
        return next((field for field in self.form if field.name == name), None)


DoneHook = Callable[..., Any]
"""``function(task, answers: Mapping[str, Any], *, at, actor)``, inside the transaction that completes the task."""
StepHook = Callable[..., Any]
"""``function(task, step: str, *, at, actor)`` for ``accepted`` and ``arrived``."""

_kinds: dict[str, Kind] = {}
_labels: dict[str, Any] = {}
_done: dict[str, DoneHook] = {}
_steps: dict[str, StepHook] = {}


def declare(kind: Kind) -> Kind:
    """Make a kind known.

    Raises:
        ValueError: another kind has the code, or two fields share a name.
    """
    names = [field.name for field in kind.form]
    if len(set(names)) != len(names):
        raise ValueError(f"{kind.code}: two fields of one name")
    if _kinds.setdefault(kind.code, kind) != kind:
        raise ValueError(f"there is another kind {kind.code}")
    return _kinds[kind.code]


def find(code: str) -> Kind:
    """Raises LookupError when no room declared it."""
    return _kinds[code]


def declared() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: kind.code)


def name_kind(code: str, label: Any, fields: Mapping[str, Any] | None = None) -> None:
    """Say how a kind and its questions are called; ``"field.option"`` names an option of a choice."""
    _labels[code] = label
    _labels.update({f"{code}/{name}": text for name, text in (fields or {}).items()})


def kind_label(code: str) -> Any:
    return _labels.get(code, code)


def field_label(code: str, name: str) -> Any:
    return _labels.get(f"{code}/{name}", name)


def option_label(code: str, name: str, option: str) -> Any:
    return _labels.get(f"{code}/{name}.{option}", option)


def on_done(code: str, function: DoneHook) -> None:
    """Call ``function`` when a task of the kind is completed; it may raise :class:`Conflict`."""
    _done[code] = function


def on_step(code: str, function: StepHook) -> None:
    """Call ``function`` when a task of the kind is accepted and when the crew arrives."""
    _steps[code] = function


def done_hook(code: str) -> DoneHook | None:
    return _done.get(code)


def step_hook(code: str) -> StepHook | None:
    return _steps.get(code)
