"""A day at the counter in figures: by clerk, by kind of business, by hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from denghuo.care.desk.models import Business, Evaluation, Item, Ticket, TicketState
from denghuo.kernel.periods import BEIJING


@dataclass
class Row:
    """One line of the statistics. Waiting runs from the ticket to the first call, service over the items."""

    key: str
    label: object
    tickets: int = 0
    served: int = 0
    absent: int = 0
    left: int = 0
    green: int = 0
    items: int = 0
    exceeded: int = 0
    waits: list[float] = field(default_factory=list)
    services: list[float] = field(default_factory=list)
    scores: list[int] = field(default_factory=list)

    @property
    def wait_average(self) -> Decimal | None:
        return _average(self.waits)

    @property
    def wait_longest(self) -> Decimal | None:
        return _tenths(max(self.waits)) if self.waits else None

    @property
    def service_average(self) -> Decimal | None:
        return _average(self.services)

    @property
    def service_longest(self) -> Decimal | None:
        return _tenths(max(self.services)) if self.services else None

    @property
    def on_time_percent(self) -> Decimal | None:
        return _tenths(100 * (self.items - self.exceeded) / self.items) if self.items else None

    @property
    def evaluated(self) -> int:
        return len(self.scores)

    @property
    def score_average(self) -> Decimal | None:
        return _tenths(sum(self.scores) / len(self.scores)) if self.scores else None

    @property
    def satisfied_percent(self) -> Decimal | None:
        return _tenths(100 * sum(s >= 4 for s in self.scores) / len(self.scores)) if self.scores else None


def _average(minutes: list[float]) -> Decimal | None:
    return _tenths(sum(minutes) / len(minutes)) if minutes else None


def _tenths(value: float) -> Decimal:
    return Decimal(f"{value:.1f}")


@dataclass(frozen=True)
class Day:
    total: Row
    clerks: list[Row]
    businesses: list[Row]
    hours: list[Row]


def day_figures(unit_id: str, start: date, end: date) -> Day:
    """The figures of a hall over the days in ``[start, end)``."""
    tickets = list(
        Ticket.objects.filter(unit_id=unit_id, day__gte=start, day__lt=end)
        .select_related("clerk")
        .order_by("id")
    )
    found = {ticket.pk: ticket for ticket in tickets}
    items: dict[int, list[Item]] = defaultdict(list)
    for item in (
        Item.objects.filter(ticket__unit_id=unit_id, ticket__day__gte=start, ticket__day__lt=end)
        .select_related("clerk")
        .order_by("id")
    ):
        items[item.ticket_id].append(item)
    scores = dict(
        Evaluation.objects.filter(
            ticket__unit_id=unit_id, ticket__day__gte=start, ticket__day__lt=end
        ).values_list("ticket_id", "score")
    )

    def grouped(
        ticket_key: Callable[[Ticket], tuple[str, object] | None],
        item_key: Callable[[Item], tuple[str, object]],
    ) -> list[Row]:
        rows: dict[str, Row] = {}
        for ticket in tickets:
            if (key := ticket_key(ticket)) is not None:
                _count(rows.setdefault(key[0], Row(*key)), ticket, scores.get(ticket.pk))
        for own in items.values():
            for item in own:
                key = item_key(item)
                _count_item(rows.setdefault(key[0], Row(*key)), item)
        return [rows[name] for name in sorted(rows)]

    total = Row("", "")
    for ticket in tickets:
        _count(total, ticket, scores.get(ticket.pk))
    for own in items.values():
        for item in own:
            _count_item(total, item)
    return Day(
        total,
        grouped(
            lambda ticket: (ticket.clerk.username, ticket.clerk.name) if ticket.clerk else None,
            lambda item: (item.clerk.username, item.clerk.name),
        ),
        _in_menu_order(
            grouped(
                lambda ticket: (ticket.business, Business(ticket.business).label),
                lambda item: (item.business, Business(item.business).label),
            )
        ),
        grouped(lambda ticket: _hour(ticket.taken_at), lambda item: _hour(found[item.ticket_id].taken_at)),
    )


def _in_menu_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: Business.values.index(row.key))


def _hour(at: datetime) -> tuple[str, str]:
    hour = f"{at.astimezone(BEIJING):%H}"
    return hour, f"{hour}:00"


def _count(row: Row, ticket: Ticket, score: int | None) -> None:
    row.tickets += 1
    row.served += ticket.state == TicketState.DONE
    row.absent += ticket.state == TicketState.ABSENT
    row.left += ticket.state == TicketState.LEFT
    row.green += ticket.rank == 2
    if ticket.first_called_at is not None:
        row.waits.append((ticket.first_called_at - ticket.taken_at).total_seconds() / 60)
    if score is not None:
        row.scores.append(score)


def _count_item(row: Row, item: Item) -> None:
    if item.ended_at is not None:
        row.items += 1
        row.exceeded += item.exceeded
        row.services.append((item.ended_at - item.started_at).total_seconds() / 60)
