"""Examination of an installation: every invariant of the books, and the settings that keep it safe."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable

from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from rich.console import Console

from denghuo.care.appointments import queries as appointments
from denghuo.care.desk import queries as desk
from denghuo.commerce.banking import queries as banking
from denghuo.commerce.billing import queries as billing
from denghuo.commerce.channels import queries as channels
from denghuo.commerce.collection import queries as collection
from denghuo.commerce.corrections import queries as corrections
from denghuo.commerce.disconnection import queries as disconnection
from denghuo.commerce.invoicing import queries as invoicing
from denghuo.commerce.ledger import queries as ledger
from denghuo.commerce.payments import queries as payments
from denghuo.commerce.readings import queries as readings
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.reconciliation import queries as reconciliation
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.files import queries as files
from denghuo.foundation.imports import queries as imports
from denghuo.foundation.jobs import queries as jobs
from denghuo.foundation.workflow import queries as workflow
from denghuo.records.supply import queries as supply

Check = Callable[[], Iterable[str]]


def _tables_are_current() -> Iterable[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"not migrated: {migration}" for migration, _ in plan]


def _audit_chain_holds() -> Iterable[str]:
    verdict = audit.verify()
    return [] if verdict.holds else [f"audit chain: {verdict}"]


def _settings_are_safe() -> Iterable[str]:
    report = io.StringIO()
    try:
        call_command("check", deploy=True, fail_level="ERROR", stdout=report, stderr=report)
    except SystemCheckError as error:
        return [str(error)]
    return []


CHECKS: dict[str, Check] = {
    "tables are current": _tables_are_current,
    "audit chain is unbroken": _audit_chain_holds,
    "terms cover every supply point without gap": supply.inconsistencies,
    "reading chains join up": readings.inconsistencies,
    "import counts add up": imports.inconsistencies,
    "long runs add up": jobs.inconsistencies,
    "bills, lines, runs and ledger agree": billing.inconsistencies,
    "corrections and their bills agree": corrections.inconsistencies,
    "postings balance": ledger.inconsistencies,
    "debts and balances agree with the ledger": receivables.inconsistencies,
    "payments, refunds, deposits and cheques agree with the ledger": payments.inconsistencies,
    "debit batches and receipts add up": banking.inconsistencies,
    "invoices agree with bills": invoicing.inconsistencies,
    "cases, promises and write-offs agree": collection.inconsistencies,
    "whoever has paid is not cut off": disconnection.inconsistencies,
    "channel files equal our totals and the differences": reconciliation.inconsistencies,
    "orders at the channels agree with payments": channels.inconsistencies,
    "no case hangs or outlives its end": workflow.inconsistencies,
    "no time is given away twice": appointments.inconsistencies,
    "tickets and windows agree": desk.inconsistencies,
    "every kept file is there": files.inconsistencies,
    "settings are safe": _settings_are_safe,
}


def examine() -> dict[str, list[str]]:
    """What every check found, by its name; an empty list is good."""
    return {name: list(check()) for name, check in CHECKS.items()}


def run(*, as_json: bool) -> int:
    """Print the findings; 0 where there is none, else 1."""
    findings = examine()
    if as_json:
        print(json.dumps(findings, ensure_ascii=False))
    else:
        console = Console()
        for name, found in findings.items():
            console.print(f"[{'green' if not found else 'red'}]{'✓' if not found else '✗'}[/] {name}")
            for line in found[:20]:
                console.print(f"    {line}", markup=False)
            if len(found) > 20:
                console.print(f"    … and {len(found) - 20} more", markup=False)
    return 1 if any(findings.values()) else 0
