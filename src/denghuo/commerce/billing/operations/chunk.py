"""One chunk of accounts: complete? price, judge, and write everything in the caller's one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction

from denghuo.commerce.billing import frames, rules
from denghuo.commerce.billing.frames.rows import FEED_IN, dates
from denghuo.commerce.billing.models import (
    Bill,
    BillingException,
    BillingExceptionState,
    BillingRun,
    BillKind,
    BillLine,
    BillSection,
    BillState,
    CalculationArchive,
    ItemOutcome,
    RunItem,
)
from denghuo.commerce.billing.queries import gate_settings
from denghuo.commerce.billing.rules.gate import ABSENT
from denghuo.engine.tables.pricing import CaseTables, PricedTables
from denghuo.foundation.database import bulk
from denghuo.foundation.database.sql import among, fetch
from denghuo.foundation.numbering import operations as numbering
from denghuo.kernel.periods import Cycle

ALREADY_BILLED = "already_billed"
PRICED_STATES = (BillingExceptionState.OPEN, BillingExceptionState.REREAD, BillingExceptionState.REBILL)


@dataclass
class Outcome:
    """What became of each account of a chunk, before anything is written."""

    run: BillingRun
    cycle: Cycle
    units: dict[int, str]
    at: datetime
    skipped: dict[int, str] = field(default_factory=dict)
    parked: dict[int, list[frames.Problem]] = field(default_factory=dict)
    accounts: list[int] = field(default_factory=list)
    before: dict[int, int] = field(default_factory=dict)
    counters: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Priced:
    """A priced chunk: inputs, the engine's answer, and the bills it makes."""

    given: frames.ChunkInput
    tables: CaseTables
    priced: PricedTables
    rows: frames.BillRows
    books: frames.Books
    findings: list[rules.Finding]


@transaction.atomic
def bill_accounts(
    *,
    run: BillingRun,
    account_ids: Sequence[int],
    at: datetime,
) -> dict[str, int]:
    """Bill these accounts for the run's cycle, or record why not; returns what to add up over the run.

    Every account ends as exactly one run item: billed, skipped (it has a live bill) or parked (incomplete, or the
    engine cannot price it). Running it again changes nothing. A dry run writes run items only. Where a bill of the
    cycle was reversed before, the new one replaces it.
    """
    cycle = Cycle.parse(run.cycle)
    account_ids = _still_open(run, account_ids)
    outcome = Outcome(run, cycle, _lock(account_ids), at)
    live = _live_bills(account_ids, str(cycle))
    if run.dry_run:
        outcome.before = {**_live_bills(account_ids, str(cycle.shifted(-1))), **live}
        open_accounts = list(account_ids)
    else:
        outcome.skipped = dict.fromkeys(live, ALREADY_BILLED)
        open_accounts = [account for account in account_ids if account not in live]
    made = price_accounts(open_accounts, cycle)
    for account, problems in made.given.problems.items():
        if all(problem.code == "nothing_due" for problem in problems):
            outcome.skipped[account] = "nothing_due"
        else:
            outcome.parked[account] = problems
    outcome.accounts = sorted(
        {made.given.case_account[case] for case in _cases(made.tables)} - set(outcome.parked)
    )
    _count(outcome, made)
    if not run.dry_run:
        _write_bills(outcome, made)
        _park(outcome)
    _write_items(outcome, made)
    return dict(outcome.counters)


def price_accounts(account_ids: Sequence[int], cycle: Cycle) -> Priced:
    """Load and price accounts without writing anything; accounts that the engine refuses join the problems."""
    in_force = frames.books_in_force()
    given = frames.load(account_ids, cycle, {code: book for code, (_, book) in in_force.items()})
    periods = given.periods.values()
    start = min((first for first, _ in periods), default=0)
    end = max((last for _, last in periods), default=1)
    first, last = dates(np.array([start, end]))
    books = frames.with_calendars(in_force, first, last)
    priced = frames.price_cases(given.tables, books)
    tables = given.tables
    if priced.exceptions.num_rows:
        for row in priced.exceptions.to_pylist():
            detail = {**dict(row["parameters"]), "path": row["path"]}
            problem = frames.Problem(row["case_id"], row["code"], detail)
            given.problems.setdefault(given.case_account[row["case_id"]], []).append(problem)
        # An account is billed whole: its other supply points wait with the refused one.
        good = [case for case in _cases(tables) if given.case_account[case] not in given.problems]
        tables, priced = tables.filter(good), priced.filter(good)
    rows = frames.bill_rows(priced, given.case_account, given.periods)
    findings = judge(given, priced, cycle)
    return Priced(given, tables, priced, rows, books, findings)


def _cases(tables: CaseTables) -> list[int]:
    return tables.case_ids


def judge(given: frames.ChunkInput, priced: PricedTables, cycle: Cycle) -> list[rules.Finding]:
    """The plausibility gate over the priced supply points; rows are positions in ``priced.sections``."""
    return rules.evaluate(_facts(given, priced, cycle), gate_settings())


def _facts(given: frames.ChunkInput, priced: PricedTables, cycle: Cycle) -> rules.Facts:
    sections = priced.sections
    cases = frames.ints(sections, "case_id").tolist()
    last, year_ago = str(cycle.shifted(-1)), str(cycle.shifted(-12))
    past = frames.history(cases, [last, year_ago])

    def column(cycle_name: str, index: int) -> Any:
        return np.array(
            [
                ABSENT if (row := past.get((case, cycle_name))) is None else _known(row[index])
                for case in cases
            ],
            np.int64,
        )

    def day_count(cycle_name: str) -> Any:
        found = [past.get((case, cycle_name)) for case in cases]
        starts = np.array([row[1] if row else "1970-01-01" for row in found], dtype="datetime64[D]")
        ends = np.array([row[2] if row else "1970-01-01" for row in found], dtype="datetime64[D]")
        return (ends - starts).astype(np.int64)

    terms = [given.terms[case] for case in cases]
    _, reached = frames.tier_columns(sections)
    usual = column(last, 5)
    periods = np.array([given.periods[case] for case in cases], np.int64).reshape(-1, 2)
    return rules.Facts(
        energy=frames.ints(sections, "energy"),
        days=periods[:, 1] - periods[:, 0],
        total_fen=frames.ints(sections, "purchase_fen"),
        average_price=frames.ints(sections, "average_price", ABSENT),
        last_energy=column(last, 0),
        last_days=day_count(last),
        last_total_fen=column(last, 3),
        year_ago_energy=column(year_ago, 0),
        year_ago_days=day_count(year_ago),
        power_factor=frames.ints(sections, "power_factor", ABSENT),
        pf_standard=frames.ints(sections, "pf_standard"),
        pf_fen=frames.ints(sections, "pf_fen"),
        capacity=np.array([term.capacity for term in terms], np.int64),
        demand=frames.ints(sections, "metered_demand", ABSENT),
        tier=np.where(reached > 0, reached, ABSENT),
        usual_tier=usual,
        two_part=np.array([term.two_part or term.kept_single_part for term in terms], bool),
        residential=np.array([term.customer_class == "residential" for term in terms], bool),
        estimated=np.array(sections["estimated"].to_pylist(), bool),
        last_estimated=column(last, 4) == 1,
    )


def _known(value: Any) -> int:
    return ABSENT if value is None else int(value)


def _still_open(run: BillingRun, account_ids: Sequence[int]) -> list[int]:
    """Accounts that the run has not settled yet (a chunk that was done before its worker died is not done twice)."""
    scope, params = among("account_id", account_ids)
    done = {
        row[0]
        for row in fetch(
            f"SELECT account_id FROM billing_runitem WHERE run_id = %s AND {scope}",  # noqa: S608
            [run.pk, *params],
        )
    }
    return sorted(account for account in account_ids if account not in done)


def _lock(account_ids: Sequence[int]) -> dict[int, str]:
    """Units of the accounts; runs that overlap wait here for each other (SQLite has one writer anyway)."""
    scope, params = among("id", account_ids)
    suffix = " FOR NO KEY UPDATE" if connection.vendor == "postgresql" else ""
    return dict(
        fetch(f"SELECT id, unit_id FROM customers_account WHERE {scope} ORDER BY id{suffix}", params)  # noqa: S608
    )


def _live_bills(account_ids: Iterable[int], cycle: str) -> dict[int, int]:
    """What the live bills of the cycle add up to (consumption and feed-in), by account."""
    scope, params = among("account_id", account_ids)
    return {
        account: int(total)
        for account, total in fetch(
            f"SELECT account_id, SUM(total_fen) FROM billing_bill WHERE {scope} AND cycle = %s "  # noqa: S608
            "AND kind <> 'reversal' AND state <> 'cancelled' GROUP BY account_id",
            [*params, cycle],
        )
    }


def _reversed_bills(account_ids: Iterable[int], cycle: str) -> dict[int, int]:
    """The last reversed consumption bill of the cycle, by account."""
    scope, params = among("b.account_id", account_ids)
    return dict(
        fetch(
            f"SELECT b.account_id, MAX(b.id) FROM billing_bill b WHERE {scope} AND b.cycle = %s "  # noqa: S608
            "AND b.kind IN ('ordinary', 'final') AND b.state = 'cancelled' "
            "AND EXISTS (SELECT 1 FROM billing_bill r WHERE r.reverses_id = b.id) GROUP BY b.account_id",
            [*params, cycle],
        )
    )


def _count(outcome: Outcome, made: Priced) -> None:
    counters, rows, given = outcome.counters, made.rows, made.given
    counters["billed"] = len(outcome.accounts)
    counters["skipped"] = len(outcome.skipped)
    counters["parked"] = len(outcome.parked)
    counters["bills"] = len(rows)
    counters["lines"] = len(rows.line_bill)
    counters["total_fen"] = int(rows.total_fen.sum())
    counters["energy"] = int(rows.energy[rows.kind != FEED_IN].sum())
    counters["feed_in_energy"] = int(rows.energy[rows.kind == FEED_IN].sum())
    energy = frames.ints(made.priced.sections, "energy").tolist()
    money = frames.ints(made.priced.sections, "total_fen").tolist()
    for case, kwh, fen in zip(made.priced.sections["case_id"].to_pylist(), energy, money, strict=True):
        key = f"class.{given.terms[case].customer_class}"
        counters[f"{key}.supply_points"] += 1
        counters[f"{key}.energy"] += kwh
        counters[f"{key}.total_fen"] += fen


def _kinds(made: Priced) -> list[str]:
    """A bill is final when every supply point on it was closed by the end of its period."""
    rows, final = made.rows, made.given.final
    closed = np.ones(len(rows), bool)
    if len(rows):
        cases = frames.ints(made.priced.sections, "case_id")[rows.section_case]
        np.logical_and.at(
            closed, rows.section_bill, np.array([case in final for case in cases.tolist()], bool)
        )
    names = np.where(
        rows.kind == FEED_IN,
        BillKind.FEED_IN.value,
        np.where(closed, BillKind.FINAL.value, BillKind.ORDINARY.value),
    )
    return names.tolist()


def _write_bills(outcome: Outcome, made: Priced) -> None:
    rows = made.rows
    if not len(rows):
        return
    ids = np.array(bulk.reserve_ids(Bill, len(rows)), np.int64)
    bill_of_section = {
        int(case): int(bill)
        for case, bill in zip(rows.section_case.tolist(), rows.section_bill.tolist(), strict=True)
        if rows.kind[bill] != FEED_IN
    }
    held = {
        bill_of_section[row]
        for finding in made.findings
        if finding.severity == "hold"
        for row in finding.rows.tolist()
        if row in bill_of_section
    }
    bulk.insert_columns(Bill, {"id": ids.tolist(), **_bill_columns(outcome, made, held)})
    _write_parts(made, ids)
    outcome.counters["held"] = len(held)
    _record_findings(outcome, made, ids, bill_of_section)
    _resolve(outcome)


def _archive(outcome: Outcome, made: Priced) -> CalculationArchive:
    books, days = made.books.notes()
    return CalculationArchive.objects.create(
        run=outcome.run,
        tables=made.tables.to_ipc(),
        books=books,
        day_triggers=days,
        cases=made.tables.cases.num_rows,
        created_at=outcome.at,
    )


def _bill_columns(outcome: Outcome, made: Priced, held: set[int]) -> dict[str, Sequence[Any]]:
    rows, run = made.rows, outcome.run
    count = len(rows)
    archive = _archive(outcome, made)
    accounts = rows.account.tolist()
    replaces = _reversed_bills(accounts, run.cycle)
    return {
        "number": frames.bill_numbers(run.cycle, numbering.allocate(f"billing.bill.{run.cycle}", count)),
        "account_id": accounts,
        "unit_id": [outcome.units[account] for account in accounts],
        "cycle": [run.cycle] * count,
        "kind": _kinds(made),
        "state": [BillState.HELD.value if n in held else BillState.DRAFT.value for n in range(count)],
        "period_start": dates(rows.period_start),
        "period_end": dates(rows.period_end),
        "energy_kwh": rows.energy.tolist(),
        "total_fen": rows.total_fen.tolist(),
        "estimated": rows.estimated.tolist(),
        "run_id": [run.pk] * count,
        "archive_id": [archive.pk] * count,
        "replaces_id": [
            replaces.get(account) if kind != FEED_IN else None
            for account, kind in zip(accounts, rows.kind.tolist(), strict=True)
        ],
        "reason": [""] * count,
        "created_at": [outcome.at] * count,
    }


def _write_parts(made: Priced, ids: Any) -> None:
    rows, given, priced = made.rows, made.given, made.priced
    cases = priced.sections["case_id"].to_pylist()
    terms = [given.terms[case] for case in cases]
    periods = np.array([given.periods[case] for case in cases], np.int64).reshape(-1, 2)
    bulk.insert_columns(
        BillSection,
        {
            "bill_id": ids[rows.section_bill],
            **frames.section_columns(
                priced,
                rows,
                tariff=[term.tariff for term in terms],
                book_version=[made.books.versions[term.book] for term in terms],
                days=(periods[:, 0], periods[:, 1]),
            ),
        },
    )
    bulk.insert_columns(BillLine, {"bill_id": ids[rows.line_bill], **frames.line_columns(priced, rows)})


def _record_findings(outcome: Outcome, made: Priced, ids: Any, bill_of_section: Mapping[int, int]) -> None:
    cases = made.priced.sections["case_id"].to_pylist()
    found = [
        (finding, cases[row], row, fen, detail)
        for finding in made.findings
        for row, fen, detail in zip(
            finding.rows.tolist(), finding.money_at_risk_fen.tolist(), finding.detail, strict=True
        )
        if row in bill_of_section
    ]
    accounts = [made.given.case_account[case] for _, case, *_ in found]
    holds = [finding.severity == "hold" for finding, *_ in found]
    _insert_exceptions(
        outcome,
        accounts=accounts,
        supply_points=[case for _, case, *_ in found],
        bills=[int(ids[bill_of_section[row]]) for _, _, row, _, _ in found],
        codes=[finding.rule for finding, *_ in found],
        severities=[finding.severity for finding, *_ in found],
        details=[detail for *_, detail in found],
        money=[fen for *_, fen, _ in found],
        states=[
            BillingExceptionState.OPEN.value if hold else BillingExceptionState.NOTED.value for hold in holds
        ],
    )
    outcome.counters["exceptions"] += len(found)


def _insert_exceptions(
    outcome: Outcome,
    *,
    accounts: list[int],
    supply_points: list[int | None],
    bills: list[int | None],
    codes: list[str],
    severities: list[str],
    details: Sequence[Mapping[str, str]],
    money: list[int],
    states: list[str],
) -> None:
    count = len(accounts)
    bulk.insert_columns(
        BillingException,
        {
            "run_id": [outcome.run.pk] * count,
            "account_id": accounts,
            "supply_point_id": supply_points,
            "bill_id": bills,
            "cycle": [outcome.run.cycle] * count,
            "rule": codes,
            "severity": severities,
            "detail": [json.dumps(dict(detail), ensure_ascii=False) for detail in details],
            "money_at_risk_fen": money,
            "state": states,
            "reason": [""] * count,
            "unit_id": [outcome.units[account] for account in accounts],
            "raised_at": [outcome.at] * count,
        },
    )


def _park(outcome: Outcome) -> None:
    """One exception a parked account, supply point and reason; those that still stand from an earlier run remain."""
    scope, params = among("account_id", outcome.parked)
    standing = {
        (account, case, code): key
        for key, account, case, code in fetch(
            f"SELECT id, account_id, supply_point_id, rule FROM billing_billingexception "  # noqa: S608
            f"WHERE {scope} AND cycle = %s AND bill_id IS NULL AND state IN ('open', 'reread')",
            [*params, outcome.run.cycle],
        )
    }
    wanted: dict[tuple[int, int | None, str], frames.Problem] = {}
    for account, problems in outcome.parked.items():
        for problem in problems:
            wanted.setdefault((account, problem.case_id, problem.code), problem)
    fresh = [(key, problem) for key, problem in wanted.items() if key not in standing]
    last = _live_bills(outcome.parked, str(outcome.cycle.shifted(-1)))
    _insert_exceptions(
        outcome,
        accounts=[key[0] for key, _ in fresh],
        supply_points=[key[1] for key, _ in fresh],
        bills=[None] * len(fresh),
        codes=[key[2] for key, _ in fresh],
        severities=["hold"] * len(fresh),
        details=[problem.detail for _, problem in fresh],
        money=[abs(last.get(key[0], 0)) for key, _ in fresh],
        states=[BillingExceptionState.OPEN.value] * len(fresh),
    )
    outcome.counters["exceptions"] += len(fresh)
    gone = [key for wanted_key, key in standing.items() if wanted_key not in wanted]
    BillingException.objects.filter(pk__in=gone).update(
        state=BillingExceptionState.RESOLVED, resolved_at=outcome.at
    )


def _resolve(outcome: Outcome) -> None:
    """Accounts that are billed now have no reason to wait any more."""
    BillingException.objects.filter(
        account_id__in=outcome.accounts, cycle=outcome.run.cycle, state__in=PRICED_STATES
    ).exclude(run=outcome.run).update(state=BillingExceptionState.RESOLVED, resolved_at=outcome.at)


def _write_items(outcome: Outcome, made: Priced) -> None:
    rows = made.rows
    energy: Counter[int] = Counter()
    money: Counter[int] = Counter()
    for account, kind, kwh, fen in zip(
        rows.account.tolist(), rows.kind.tolist(), rows.energy.tolist(), rows.total_fen.tolist(), strict=True
    ):
        money[account] += fen
        if kind != FEED_IN:
            energy[account] += kwh
    billed = outcome.accounts
    skipped, parked = sorted(outcome.skipped), sorted(outcome.parked)
    everyone = [*billed, *skipped, *parked]
    bulk.insert_columns(
        RunItem,
        {
            "run_id": [outcome.run.pk] * len(everyone),
            "account_id": everyone,
            "outcome": [ItemOutcome.BILLED.value] * len(billed)
            + [ItemOutcome.SKIPPED.value] * len(skipped)
            + [ItemOutcome.PARKED.value] * len(parked),
            "reason": [""] * len(billed)
            + [outcome.skipped[account] for account in skipped]
            + [outcome.parked[account][0].code[:60] for account in parked],
            "energy_kwh": [energy[account] for account in billed] + [None] * (len(skipped) + len(parked)),
            "total_fen": [money[account] for account in billed] + [None] * (len(skipped) + len(parked)),
            "before_fen": [outcome.before.get(account) for account in everyone],
        },
    )


__all__ = ["ALREADY_BILLED", "Priced", "bill_accounts", "judge", "price_accounts"]
