"""Works through a day of money and of cases, is killed again and again while it does, and tells how the books stand at the end.

``python -m tests.journeys.money_driver --seed 7 --kills 8 [--backends]``: the parent forks a worker, kills it (or its
PostgreSQL backend) at a random instant, looks at the books and forks the next one, until everything is done.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

import django

DAY = datetime(2026, 4, 10, 4, tzinfo=UTC)
ACCOUNTS, FILE_ROWS = 60, 12


def prepare() -> None:
    """Every account owes a bill that is overdue or not, and one that is not due yet."""
    from django.core.management import call_command

    from tests.cast import customers, processes
    from tests.cast.money import owing

    call_command("migrate", interactive=False, verbosity=0)
    customer = customers.person()
    for number in range(ACCOUNTS):
        account = customers.account(customer)
        owing(account, 10_000 + 37 * number, due=date(2026, 3, 20) if number % 3 else date(2026, 4, 20))
        owing(account, 5_000 + 11 * number, due=date(2026, 4, 25))
    processes.in_force()


def acts() -> list[Callable[[], object]]:
    """What is to be done; each may be done again and then changes nothing."""
    from denghuo.commerce.payments import operations as payments
    from denghuo.commerce.payments.models import Payment
    from denghuo.records.customers.models import Account
    from tests.cast import processes

    accounts = list(Account.objects.order_by("id"))
    unit = accounts[0].unit_id

    def pay(n: int) -> object:
        return payments.receive(
            account=accounts[n], amount_fen=9_000 + 113 * n, channel="transfer", external_id=f"T{n}", at=DAY
        )

    def bounce(n: int) -> object:
        payment = Payment.objects.get(external_id=f"T{n}")
        return payment.state == "reversed" or payments.reverse(payment=payment, at=DAY, reason="退票")

    def file(first: int) -> object:
        rows = [payments.Row(accounts[n].pk, 3_000 + n, f"F{n}") for n in range(first, first + FILE_ROWS)]
        return payments.receive_file(rows=rows, channel="bank_debit", at=DAY, unit_id=unit)

    def serve(n: int) -> object:
        case = processes.case_of(accounts[n]) or processes.begin(accounts[n], at=DAY)
        return [processes.go_on(case, at=DAY) for _step in range(2)]

    processes.handlers()
    day: list[Callable[[], object]] = []
    for n in range(ACCOUNTS):
        day.append(lambda n=n: pay(n))
        if n % 3 == 2:
            day.append(lambda n=n: serve(n))
        if n % 7 == 6:
            day.append(lambda n=n: bounce(n))
        if n % FILE_ROWS == FILE_ROWS - 1:
            day.append(lambda n=n: file(n + 1 - FILE_ROWS))
    return day


def books() -> dict[str, Any]:
    """How everything stands, without keys that depend on the order of work."""
    from django.db.models import Count, Sum

    from denghuo.commerce.ledger import queries as ledger
    from denghuo.commerce.ledger.models import Entry
    from denghuo.commerce.payments.models import Payment
    from denghuo.commerce.receivables import queries as receivables
    from denghuo.commerce.receivables.models import AccountBalance, Receivable
    from denghuo.foundation.audit import queries as audit
    from tests.cast import processes

    return {
        "inconsistencies": [*receivables.inconsistencies(), *ledger.inconsistencies()],
        "audit": audit.verify().holds,
        "cases": processes.books(),
        "payments": sorted(Payment.objects.values_list("external_id", "amount_fen", "state")),
        "balances": list(AccountBalance.objects.order_by("account").values_list("prepaid_fen", "open_fen")),
        "debts": list(
            Receivable.objects.order_by("account", "due_date", "amount_fen").values_list(
                "kind", "amount_fen", "open_fen"
            )
        ),
        "ledger": list(
            Entry.objects.values_list("ledger_account")
            .annotate(n=Count("id"), fen=Sum("amount_fen"))
            .order_by("ledger_account")
        ),
    }


def work(pipe: int) -> None:
    """Do the day from the start, telling the parent who serves us; what is done already passes at once."""
    from django.db import OperationalError, connection

    with connection.cursor() as cursor:
        backend = 0
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_backend_pid()")
            backend = cursor.fetchone()[0]
    os.write(pipe, f"{backend}\n".encode())
    try:
        for act in acts():
            act()
    except OperationalError:
        os._exit(3)  # the database went away under us
    os._exit(0)


def fork() -> tuple[int, int]:
    """A worker and the PostgreSQL backend that serves it (0 on SQLite)."""
    from django.db import connection

    connection.close()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            work(writer)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(4)
    os.close(writer)
    backend = int(os.read(reader, 20) or b"0")
    os.close(reader)
    return child, backend


def ended(child: int, seconds: float) -> int | None:
    """The exit code of the child if it ends in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    return None


def back_again(seconds: float = 60.0) -> None:
    """Wait for the database after a backend was killed: the server recovers by itself."""
    from django.db import OperationalError, connection

    until = time.monotonic() + seconds
    while True:
        try:
            connection.close()
            connection.ensure_connection()
            return
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--backends", action="store_true")
    options = parser.parse_args()
    django.setup()
    prepare()
    dice = random.Random(options.seed)
    killed, wrong = 0, []
    for _ in range(options.kills):
        child, backend = fork()
        code = ended(child, dice.uniform(0.0, 0.5))
        if code == 0:
            break
        if code is None:
            os.kill(backend if options.backends and backend else child, signal.SIGKILL)
            killed += 1
            if options.backends and backend and ended(child, 15) == 4:
                wrong.append("a worker failed by something else than the lost database")
            elif not (options.backends and backend):
                os.waitpid(child, 0)
            back_again()
        wrong += books()["inconsistencies"]
    child, _backend = fork()
    code = ended(child, 120)
    print(json.dumps({"killed": killed, "exit": code, "wrong": wrong, "books": books()}, default=str))


def expected() -> dict[str, Any]:
    """The books of a day that nobody disturbed, in the database of the test that asks."""
    for act in islice(acts(), None):
        act()
    return books()


if __name__ == "__main__":
    main()
