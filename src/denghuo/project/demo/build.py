"""Building the town: once per database, with a bar for what takes time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from django.core.management import call_command
from django.db import connection
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from denghuo.commerce.tariffs import operations as tariffs
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.audit.models import Entry
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.outbox import operations as outbox
from denghuo.project.demo import cast, population, service, staff, story
from denghuo.records.customers import operations as customers
from denghuo.records.customers.models import Customer
from denghuo.records.supply import operations as supply

SEED = 20260907
BUILT = "demo.town.built"


class DatabaseInUse(Exception):
    """The database holds customers that are not of the demonstration town, or a town that was left half built."""


def town(*, customers: int, months: int, console: Console | None = None) -> None:
    """Build the town unless it stands, and print who may sign in.

    Raises:
        DatabaseInUse: real customers are there; nothing is written.
    """
    console = console or Console()
    begun = time.monotonic()
    call_command("migrate", interactive=False, verbosity=0)
    if Customer.objects.filter(synthetic=False).exists():
        raise DatabaseInUse(
            "This database holds customers that are not synthetic; the town is not built here."
        )
    if _stands():
        console.print("Denghuo Town stands already; remove the database to build it anew.")
    else:
        if Customer.objects.exists():
            console.print("An earlier build was interrupted; starting afresh.")
            _start_afresh()
        with Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        ) as progress:
            _build(progress, customers, months)
        console.print(f"Denghuo Town stands: {customers:,} customers, {time.monotonic() - begun:.0f} s.")
    _introduce(console)


def _stands() -> bool:
    return Entry.objects.filter(action=BUILT).exists()


def _start_afresh() -> None:
    """Drop a half-built town. Its tables are append-only, so the database file goes; a server database is left alone."""
    if connection.vendor != "sqlite":
        raise DatabaseInUse(
            "An earlier build of the town was interrupted; drop the database and create it again."
        )
    path = Path(connection.settings_dict["NAME"])
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    call_command("migrate", interactive=False, verbosity=0)


def _build(progress: Progress, total: int, months: int) -> None:
    span = story.cycles(months)
    takeover = span[0].first
    at = datetime(takeover.year, takeover.month, takeover.day, 1, tzinfo=UTC) - timedelta(days=1)
    random = np.random.default_rng(SEED)
    people = staff.hire_everyone(at)
    tariffs.load_shipped_books(at=at, drafted_by=people["tangjing"], approved_by=people["luoqiang"])

    ground = population.found(random=random, at=at, reader=people["machao"], takeover=takeover)
    seats = cast.settle(
        substation=ground.substations[0],
        reader=people["machao"],
        takeover=takeover,
        at=at,
        actor=people["linxiaoyu"],
    )
    bar = progress.add_task("Customers and meters", total=total)
    progress.advance(bar, len(seats))
    meters = population.settle(ground, total - len(seats), lambda done: progress.advance(bar, done))

    bar = progress.add_task("Search index", total=2)
    customers.rebuild_name_index()
    progress.advance(bar)
    supply.rebuild_address_index()
    progress.advance(bar)

    life = story.wind_up(random, people, meters, seats, span)
    story.take_over(life, meters, takeover, at)
    cast.agree_contracts(seats, at=at, actor=people["mengfan"])
    bar = progress.add_task("Months read and billed", total=len(span))
    story.live(life, lambda _: progress.advance(bar))
    bar = progress.add_task("Service", total=len(service.STORIES))
    service.tell(people, today=story.TODAY, done=lambda: progress.advance(bar))
    outbox.deliver(at=story.morning_after(story.LAST, 18))
    audit.record(
        BUILT,
        subject=OrganisationUnit.objects.get(code=population.BUREAU),
        at=story.morning_after(story.LAST, 18),
        changes={"customers": [None, total], "months": [None, months], "seed": [None, SEED]},
    )


def _introduce(console: Console) -> None:
    table = Table(title=f"Sign in with the password {staff.PASSWORD}", title_justify="left")
    for heading in ("user name", "name", "role", "unit"):
        table.add_column(heading)
    for person in staff.PEOPLE:
        table.add_row(person.username, person.name, person.role, person.unit)
    console.print(table)
