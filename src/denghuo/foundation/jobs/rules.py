"""Long runs and schedules as plain declarations: what a chunk is, who works on it, when a schedule is due.

A room declares its work once, in ``tasks.py``, and ``project/wiring.py`` imports it so that every process knows it::

    @rules.chunk_worker("billing.price")
    def price_accounts(run: LongRun, payload: dict, at: datetime) -> dict[str, int]: ...

    @rules.on_finished("billing.price")
    def close(run: LongRun, at: datetime) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

LEASE_SECONDS = 120
FAILURE_LIMIT = 3
"""A chunk or task whose work raised this often goes to the dead letters."""
LEASE_LIMIT = 25
"""A chunk or task that was started this often (its worker died each time) goes to the dead letters."""
TASK_LEASE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class ChunkSpec:
    """One slice of a run: ``payload`` is JSON-able and says what to do, ``rows`` is its share of the progress."""

    payload: Mapping[str, Any] = field(default_factory=dict)
    rows: int = 1


ChunkWorker = Callable[[Any, dict[str, Any], datetime], Mapping[str, int] | None]
"""``(run: LongRun, payload, at) -> counters``; called inside the transaction that also marks the chunk done."""
FinishedHook = Callable[[Any, datetime], None]
"""``(run: LongRun, at) -> None``; called once, inside the transaction that ends the run; look at ``run.state``."""

_workers: dict[str, ChunkWorker] = {}
_labels: dict[str, Any] = {}
_finished_hooks: dict[str, FinishedHook] = {}
Function = TypeVar("Function", bound=Callable[..., Any])


def chunk_worker(
    kind: str, *, label: Any = "", counters: Mapping[str, Any] | None = None
) -> Callable[[Function], Function]:
    """Register the function that does one chunk of a run of this ``kind``.

    It is called as ``worker(run, payload, at)`` inside ONE transaction together with the chunk's ``done``: after a
    kill the chunk has happened whole or not at all. It must keep every effect in the database (no mail, no files),
    must not commit, and returns counters (``{"billed": 4980, "parked": 20}``) that are summed over the run.
    An exception rolls the chunk back; it is tried again with growing pauses and goes to the dead letters after
    ``FAILURE_LIMIT`` tries, while the other chunks go on.
    ``label`` names the kind and ``counters`` the counters on the pages of the runs.

    Raises:
        ValueError: the kind has another worker already.
    """

    def register(function: Function) -> Function:
        if _workers.setdefault(kind, function) is not function:
            raise ValueError(f"{kind} has a chunk worker already")
        _labels[kind] = label or kind
        _labels.update({f"{kind}/{name}": text for name, text in (counters or {}).items()})
        return function

    return register


def on_finished(kind: str) -> Callable[[Function], Function]:
    """Register ``hook(run, at)``, called once when a run of ``kind`` is done, failed or cancelled and no chunk is
    in flight any more, inside the transaction that ends the run; ``run.state`` says which."""

    def register(function: Function) -> Function:
        if _finished_hooks.setdefault(kind, function) is not function:
            raise ValueError(f"{kind} has a finished hook already")
        return function

    return register


class UnknownKind(LookupError):
    """Nobody registered a worker for this kind of run."""


def worker_of(kind: str) -> ChunkWorker:
    """Raises UnknownKind when no worker is registered."""
    try:
        return _workers[kind]
    except KeyError:
        raise UnknownKind(f"no worker is registered for runs of kind {kind!r}") from None


def label_of(kind: str, counter: str = "") -> Any:
    """How a kind, or one of its counters, is called on pages; its code if nobody said."""
    return _labels.get(f"{kind}/{counter}" if counter else kind, counter or kind)


def known_kinds() -> list[str]:
    return sorted(_workers)


def finished_hook_of(kind: str) -> FinishedHook | None:
    return _finished_hooks.get(kind)


def back_off(failures: int) -> timedelta:
    """The pause before the next try: 5 s, 30 s, 3 min, then 15 min."""
    return timedelta(seconds=(5, 30, 180, 900)[min(max(failures, 1), 4) - 1])


# Schedules


class Enqueueable(Protocol):
    """A task of Django's task framework."""

    def enqueue(self, *args: Any, **kwargs: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many minutes since midnight UTC of the epoch."""

    minutes: int

    def latest(self, at: datetime) -> datetime:
        """The last slot at or before ``at``."""
        step = self.minutes * 60
        return datetime.fromtimestamp(at.timestamp() // step * step, tz=UTC)


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day at a local time; optionally only on one day of the month."""

    hour: int
    minute: int = 0
    day_of_month: int | None = None
    zone: str = "Asia/Shanghai"

    def latest(self, at: datetime) -> datetime:
        """The last slot at or before ``at``."""
        local = at.astimezone(ZoneInfo(self.zone))
        day = local.date()
        if datetime.combine(day, time(self.hour, self.minute), local.tzinfo) > local:
            day -= timedelta(days=1)
        while self.day_of_month is not None and day.day != self.day_of_month:
            day -= timedelta(days=1)
        return datetime.combine(day, time(self.hour, self.minute), ZoneInfo(self.zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A task started once per slot, however many workers race; a worker that slept starts only the last slot."""

    name: str
    when: Every | Daily
    task: Enqueueable


_schedules: dict[str, Schedule] = {}


def schedule(name: str, when: Every | Daily, task: Enqueueable) -> None:
    """Start ``task`` (no arguments) at ``when``; the name identifies its slots and must never change meaning.

    Raises:
        ValueError: another schedule has the name.
    """
    new = Schedule(name, when, task)
    if _schedules.setdefault(name, new) != new:
        raise ValueError(f"there is another schedule named {name}")


def schedules() -> list[Schedule]:
    return list(_schedules.values())
