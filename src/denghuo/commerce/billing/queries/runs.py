"""Runs: what a scope holds, how far a run is, what it found."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from denghuo.commerce.billing.models import (
    Bill,
    BillingException,
    BillingExceptionState,
    BillingRun,
    BillState,
    GateRule,
    ItemOutcome,
    RunItem,
)
from denghuo.commerce.billing.rules import DEFAULT_GATE, LIVE, GateSetting, Scope, ScopeInvalid
from denghuo.commerce.metering.models import MeteringPoint
from denghuo.commerce.readings.models import Reading, ReadingRoute, ReadingState, RouteRhythm
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.jobs import queries as jobs
from denghuo.kernel.periods import Cycle
from denghuo.records.customers.models import Account
from denghuo.records.supply.models import SupplyPoint

WAITING_STATES = (BillingExceptionState.OPEN, BillingExceptionState.REREAD)


def due_supply_points(cycle: Cycle) -> QuerySet[SupplyPoint]:
    """Supply points that are billed in ``cycle``: supplied at some time in it, on a route read in such months.

    A supply point without a route is due every month, so that it is missed by nobody; one whose meters are temporarily
    removed (暂拆) has nothing to bill.
    """
    other = RouteRhythm.ODD if cycle.month % 2 == 0 else RouteRhythm.EVEN
    period = cycle.period
    measured = MeteringPoint.objects.filter(
        Q(closed_date__isnull=True) | Q(closed_date__gt=period.start), supply_point=OuterRef("pk")
    )
    return (
        SupplyPoint.objects.filter(energised_date__lt=period.end)
        .filter(Q(closed_date__isnull=True) | Q(closed_date__gt=period.start))
        .exclude(metering_points__route_stop__route__rhythm=other)
        .filter(~Q(state="suspended") | Exists(measured))
    )


def accounts_in_scope(cycle: Cycle, scope: Scope, *, visible: str) -> QuerySet[Account]:
    """Accounts with a supply point due in ``cycle``, inside ``scope`` and below the unit ``visible``.

    Raises:
        ScopeInvalid: it names a unit, route or account that does not exist there.
    """
    points = due_supply_points(cycle).filter(unit__code__startswith=visible)
    if scope.codes:
        points = points.filter(_inside(scope, visible))
    return Account.objects.filter(id__in=points.values("account_id")).order_by("id")


def _inside(scope: Scope, visible: str) -> Q:
    known: set[str]
    if scope.kind == "unit":
        known = set(
            OrganisationUnit.objects.filter(code__in=scope.codes, code__startswith=visible).values_list(
                "code", flat=True
            )
        )
        condition = Q(pk__in=[])
        for code in known:
            condition |= Q(unit__code__startswith=code)
    elif scope.kind == "route":
        known = set(
            ReadingRoute.objects.filter(code__in=scope.codes, unit__code__startswith=visible).values_list(
                "code", flat=True
            )
        )
        condition = Q(metering_points__route_stop__route__code__in=known)
    else:
        known = set(
            Account.objects.filter(number__in=scope.codes, unit__code__startswith=visible).values_list(
                "number", flat=True
            )
        )
        condition = Q(account__number__in=known)
    if missing := sorted(set(scope.codes) - known):
        raise ScopeInvalid(f"there is no {scope.kind} {', '.join(missing)}")
    return condition


@dataclass(frozen=True)
class Completeness:
    """What a run of this scope would meet, counted in accounts and metering points."""

    accounts: int
    already_billed: int
    metering_points: int
    read: int
    held: int

    @property
    def to_bill(self) -> int:
        return self.accounts - self.already_billed

    @property
    def missing(self) -> int:
        return self.metering_points - self.read - self.held


def completeness(cycle: Cycle, scope: Scope, *, visible: str) -> Completeness:
    """Counts for the page that starts a run; three statements, whatever the size."""
    accounts = accounts_in_scope(cycle, scope, visible=visible)
    supply_points = due_supply_points(cycle).filter(account_id__in=accounts.values("id"))
    points = supply_points.filter(
        metering_points__measure="metered", metering_points__closed_date__isnull=True
    ).aggregate(points=Count("metering_points", distinct=True))["points"]
    readings = (
        Reading.objects.filter(
            cycle=str(cycle), metering_point__supply_point__in=supply_points, kind__in=("regular", "final")
        )
        .values("state")
        .annotate(points=Count("metering_point", distinct=True))
    )
    by_state = {row["state"]: row["points"] for row in readings}
    return Completeness(
        accounts=accounts.count(),
        already_billed=Bill.objects.filter(
            account_id__in=accounts.values("id"),
            cycle=str(cycle),
            kind__in=("ordinary", "final"),
            state__in=LIVE,
        ).count(),
        metering_points=points,
        read=by_state.get(ReadingState.ACCEPTED, 0),
        held=by_state.get(ReadingState.HELD, 0),
    )


@dataclass(frozen=True)
class ClassTotal:
    customer_class: str
    supply_points: int
    energy_kwh: Decimal
    total_fen: int


@dataclass(frozen=True)
class RunTotals:
    """How a run stands. ``billed + skipped + parked + waiting == in_scope`` always."""

    in_scope: int
    outcomes: dict[str, int]
    reasons: list[tuple[str, str, int]]
    states: dict[str, int]
    amounts: dict[str, int]
    classes: list[ClassTotal]
    exceptions: dict[str, int]
    money_at_risk_fen: int
    counters: dict[str, int] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return self.in_scope - sum(self.outcomes.values())

    @property
    def total_fen(self) -> int:
        return self.counters.get("total_fen", 0)

    @property
    def energy_kwh(self) -> Decimal:
        return Decimal(self.counters.get("energy", 0)).scaleb(-2)


def run_totals(run: BillingRun) -> RunTotals:
    """Counts and sums of a run for its page and for the command line."""
    reasons = list(
        RunItem.objects.filter(run=run)
        .values("outcome", "reason")
        .annotate(accounts=Count("id"))
        .order_by("outcome", "-accounts")
    )
    outcomes = {outcome.value: 0 for outcome in ItemOutcome}
    for row in reasons:
        outcomes[row["outcome"]] += row["accounts"]
    bills = list(
        Bill.objects.filter(run=run).values("state").annotate(bills=Count("id"), amount=Sum("total_fen"))
    )
    exceptions = list(
        BillingException.objects.filter(run=run)
        .values("state")
        .annotate(rows=Count("id"), money=Sum("money_at_risk_fen"))
    )
    counters = jobs.counters(run.long_run) if run.long_run is not None else {}
    return RunTotals(
        in_scope=run.accounts,
        outcomes=outcomes,
        reasons=[(row["outcome"], row["reason"], row["accounts"]) for row in reasons if row["reason"]],
        states={row["state"]: row["bills"] for row in bills},
        amounts={row["state"]: row["amount"] for row in bills},
        classes=_classes(counters),
        exceptions={row["state"]: row["rows"] for row in exceptions},
        money_at_risk_fen=sum(row["money"] for row in exceptions if row["state"] in WAITING_STATES),
        counters=counters,
    )


def _classes(counters: dict[str, int]) -> list[ClassTotal]:
    names = sorted({key.split(".")[1] for key in counters if key.startswith("class.")})
    return [
        ClassTotal(
            customer_class=name,
            supply_points=counters.get(f"class.{name}.supply_points", 0),
            energy_kwh=Decimal(counters.get(f"class.{name}.energy", 0)).scaleb(-2),
            total_fen=counters.get(f"class.{name}.total_fen", 0),
        )
        for name in names
    ]


def differences(run: BillingRun, *, limit: int = 50) -> list[RunItem]:
    """The accounts of a dry run whose amount differs most from what it is compared with."""
    from django.db.models.functions import Abs, Coalesce

    return list(
        RunItem.objects.filter(run=run, outcome=ItemOutcome.BILLED)
        .annotate(difference=Coalesce(F("total_fen"), 0) - Coalesce(F("before_fen"), 0))
        .exclude(difference=0)
        .annotate(size=Abs("difference"))
        .select_related("account__customer")
        .order_by("-size", "id")[:limit]
    )


def open_exceptions(visible: str) -> QuerySet[BillingException]:
    """What waits for a person, most money first."""
    return BillingException.objects.filter(unit_id__startswith=visible, state__in=WAITING_STATES)


def gate_settings() -> dict[str, GateSetting]:
    """The rules of the plausibility gate as this utility has set them."""
    settings = dict(DEFAULT_GATE)
    for row in GateRule.objects.filter(rule__in=DEFAULT_GATE):
        thresholds = {name: Decimal(value) for name, value in json.loads(row.thresholds).items()}
        settings[row.rule] = GateSetting(row.severity, thresholds, row.enabled)
    return settings


def issuable(run: BillingRun) -> tuple[int, int]:
    """How many approved bills the run has, and their sum in fen."""
    row = Bill.objects.filter(run=run, state=BillState.APPROVED).aggregate(
        n=Count("id"), fen=Sum("total_fen")
    )
    return row["n"], row["fen"] or 0


def approvable(run: BillingRun) -> tuple[int, int]:
    """How many drafted bills the run has, and their sum in fen."""
    row = Bill.objects.filter(run=run, state=BillState.DRAFT).aggregate(n=Count("id"), fen=Sum("total_fen"))
    return row["n"], row["fen"] or 0


def scope_text(run: BillingRun) -> str:
    """The scope of a run as people write it; empty for everything."""
    return str(Scope.from_json(run.scope))
