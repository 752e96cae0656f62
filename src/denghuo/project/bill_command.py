"""``denghuo bill run``: a billing run from the shell."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone, translation
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from denghuo.commerce.billing import operations, queries
from denghuo.commerce.billing.models import BillingException, BillingRun
from denghuo.commerce.billing.queries import words
from denghuo.commerce.billing.rules import Scope, ScopeInvalid
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.jobs import operations as jobs
from denghuo.foundation.jobs.models import LongRun, RunState
from denghuo.kernel.money import yuan
from denghuo.kernel.periods import Cycle

OK, FAILED, BAD_INPUT = 0, 1, 2
LEASE_PATIENCE = timedelta(minutes=5)


def run(*, cycle: str, scope: Sequence[str] = (), dry_run: bool = False, as_json: bool = False) -> int:
    """Bill ``cycle`` here and now and print what came of it.

    An interrupted run of the same cycle, scope and kind is taken up where it stopped; an ended one is not repeated:
    a new run starts and skips what is billed. Returns 0 when every account was billed or skipped, 1 when accounts
    were parked, bills are held or a chunk failed, 2 for bad input.
    """
    try:
        month = Cycle.parse(cycle)
        wanted = _scope(scope)
        billing = _unfinished(month, wanted, dry_run) or _started(month, wanted, dry_run)
    except (ValueError, operations.NothingInScope) as error:
        return _refuse(str(error), as_json)
    long_run = _drive(billing, quiet=as_json)
    billing.refresh_from_db()
    result = _result(billing, long_run)
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    else:
        _print(result)
    clean = long_run.state == RunState.DONE and not result["parked"] and not result["held"]
    return OK if clean else FAILED


def _scope(texts: Sequence[str]) -> Scope:
    parsed = [Scope.parse(text) for text in texts]
    kinds = {item.kind for item in parsed}
    if len(kinds) > 1:
        raise ScopeInvalid("give units, routes or accounts, not several of them")
    return Scope(parsed[0].kind, tuple(code for item in parsed for code in item.codes)) if parsed else Scope()


def _unfinished(cycle: Cycle, scope: Scope, dry_run: bool) -> BillingRun | None:
    return (
        BillingRun.objects.filter(
            cycle=str(cycle),
            scope=scope.to_json(),
            dry_run=dry_run,
            created_by__isnull=True,
            long_run__state__in=(RunState.QUEUED, RunState.RUNNING),
        )
        .order_by("-id")
        .first()
    )


def _started(cycle: Cycle, scope: Scope, dry_run: bool) -> BillingRun:
    top = OrganisationUnit.objects.filter(parent__isnull=True).order_by("code").first()
    if top is None:
        raise ScopeInvalid("there is no organisation unit yet; run: denghuo setup")
    return operations.start_run(
        cycle=cycle, scope=scope, dry_run=dry_run, actor=None, unit_id=top.code, at=timezone.now()
    )


def _drive(billing: BillingRun, *, quiet: bool) -> LongRun:
    """Do every chunk in the foreground. Chunks left behind by a killed process are taken over at once."""
    long_run = billing.long_run
    assert long_run is not None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:
        task = progress.add_task(f"{billing.cycle}", total=long_run.total_rows, completed=long_run.done_rows)
        while chunk := jobs.lease_chunk(at=_clock(long_run), run_id=long_run.pk, patient=False):
            try:
                jobs.perform(chunk=chunk, clock=timezone.now)
            except jobs.LeaseLost:
                continue  # a worker has finished it meanwhile
            progress.advance(task, chunk.rows)
    jobs.settle(run_id=long_run.pk, at=timezone.now())
    long_run.refresh_from_db()
    return long_run


def _clock(long_run: LongRun) -> Any:
    """Now; for a run taken up again, late enough that the leases of its dead worker have run out."""
    waiting = long_run.chunks.filter(state="waiting").exists()
    return timezone.now() if waiting else timezone.now() + LEASE_PATIENCE


def _result(billing: BillingRun, long_run: LongRun) -> dict[str, Any]:
    totals = queries.run_totals(billing)
    rules = (
        BillingException.objects.filter(run=billing)
        .values("rule", "severity", "state")
        .annotate(money=Sum("money_at_risk_fen"))
        .order_by("-money")
    )
    counts: dict[str, dict[str, Any]] = {}
    for row in rules:
        entry = counts.setdefault(row["rule"], {"rule": row["rule"], "count": 0, "money_at_risk": 0})
        entry["money_at_risk"] += row["money"]
    for rule, entry in counts.items():
        entry["count"] = BillingException.objects.filter(run=billing, rule=rule).count()
        entry["money_at_risk"] = str(yuan(entry["money_at_risk"]))
    return {
        "run": billing.pk,
        "cycle": billing.cycle,
        "scope": queries.scope_text(billing),
        "dry_run": billing.dry_run,
        "state": long_run.state,
        "error": long_run.error,
        "in_scope": totals.in_scope,
        **totals.outcomes,
        "not_done": totals.waiting,
        "bills": totals.counters.get("bills", 0),
        "held": totals.states.get("held", 0),
        "energy_kwh": str(totals.energy_kwh),
        "total_yuan": str(yuan(totals.total_fen)),
        "reasons": [
            {"outcome": outcome, "reason": reason, "accounts": count}
            for outcome, reason, count in totals.reasons
        ],
        "exceptions": list(counts.values()),
    }


def _print(result: dict[str, Any]) -> None:
    console = Console()
    kind = "trial run" if result["dry_run"] else "billing run"
    console.print(f"{kind} {result['run']}, cycle {result['cycle']}: {result['state']}")
    table = Table(show_header=False, box=None, padding=(0, 2))
    for name in ("in_scope", "billed", "skipped", "parked", "not_done", "bills", "held"):
        table.add_row(name.replace("_", " "), f"{result[name]:,}")
    table.add_row("energy", f"{result['energy_kwh']} kWh")
    table.add_row("amount", f"{result['total_yuan']} yuan")
    console.print(table)
    with translation.override("en"):
        for row in result["reasons"]:
            console.print(f"  {row['outcome']}: {words.reason(row['reason'])} – {row['accounts']:,} accounts")
        for row in result["exceptions"]:
            console.print(
                f"  exception: {words.reason(row['rule'])} – {row['count']:,}, {row['money_at_risk']} yuan at risk"
            )
    if result["error"]:
        console.print(f"failed: {result['error']}")


def _refuse(message: str, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json.dumps({"error": message}, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"denghuo bill run: {message}\n")
    return BAD_INPUT
