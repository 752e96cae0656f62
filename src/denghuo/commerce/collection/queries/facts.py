"""What the daily run must know of many accounts: set-based, a few queries however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from denghuo.commerce.collection.models import DunningAction, DunningCase, DunningPlan, DunningStep
from denghuo.commerce.collection.rules import plans
from denghuo.commerce.receivables import queries as receivables
from denghuo.commerce.receivables.models import Allocation, AllocationSource, Receivable, ReceivableKind
from denghuo.commerce.receivables.queries.late_fees import accrued_on
from denghuo.kernel import masking
from denghuo.kernel.money import yuan
from denghuo.records.customers.models import Account, Contact, ContactRole
from denghuo.records.supply.models import Importance, SupplyTerms


def plan_scopes(on: date) -> list[plans.Scope]:
    """The plans in force on ``on``."""
    rows = DunningPlan.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)
    return [
        plans.Scope(
            plan.pk, plan.priority, plan.code, plan.valid_from, plan.valid_to, plan.payer_class,
            plan.tariff_class, plan.grade, plan.for_protected, plan.from_fen, plan.below_fen,
        )
        for plan in rows
    ]  # fmt: skip


def debtors(
    rows: Mapping[int, receivables.Overdue], protections: Mapping[int, list[str]], on: date
) -> dict[int, plans.Debtor]:
    """What decides the plan of each account."""
    ids = list(rows)
    payer = dict(
        Receivable.objects.filter(account_id__in=ids, open_fen__gt=0, due_date__lt=on)
        .order_by("account_id", "-due_date", "-id")
        .values_list("account_id", "payer_class")
    )
    classes: dict[int, set[str]] = defaultdict(set)
    important: set[int] = set()
    terms = SupplyTerms.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        supply_point__account_id__in=ids,
        valid_from__lte=on,
    )
    for account, tariff_class, importance in terms.order_by().values_list(
        "supply_point__account_id", "tariff_class", "importance"
    ):
        classes[account].add(tariff_class)
        if importance != Importance.ORDINARY:
            important.add(account)
    return {
        account: plans.Debtor(
            payer_class=payer[account],
            tariff_classes=frozenset(classes[account]),
            important=account in important,
            protected=account in protections,
            overdue_fen=row.overdue_fen,
        )
        for account, row in rows.items()
    }


def steps_of(plan_ids: Iterable[int]) -> dict[int, dict[int, DunningStep]]:
    """Steps by plan and number."""
    found: dict[int, dict[int, DunningStep]] = defaultdict(dict)
    for step in DunningStep.objects.filter(plan__in=list(plan_ids)):
        found[step.plan_id][step.number] = step
    return found


def taken_steps(cases: Sequence[DunningCase]) -> dict[int, dict[int, date]]:
    """The steps taken for the present debt of each case: number → day."""
    found: dict[int, dict[int, date]] = {case.pk: {} for case in cases}
    debt = {case.pk: case.due_date for case in cases}
    rows = DunningAction.objects.filter(case__in=list(debt), number__isnull=False).order_by()
    for case, number, debt_date, day in rows.values_list("case_id", "number", "debt_date", "due_date"):
        if number is not None and debt_date == debt[case]:
            found[case][number] = day
    return found


def paid_since(made_at: Mapping[int, datetime]) -> dict[int, int]:
    """What was paid on each account after an instant of its own, in fen, less what was undone."""
    found: dict[int, int] = defaultdict(int)
    rows = Allocation.objects.filter(
        receivable__account_id__in=list(made_at),
        source__in=[AllocationSource.PAYMENT, AllocationSource.PREPAYMENT],
    )
    if made_at:
        rows = rows.filter(posting__posted_at__gt=min(made_at.values()))
    for account, at, fen in rows.values_list("receivable__account_id", "posting__posted_at", "amount_fen"):
        if at > made_at[account]:
            found[account] += fen
    return dict(found)


@dataclass
class AccountDemand:
    """What an account is told: the sum with its late fee, the words for the placeholders, and debt by debt."""

    owed_fen: int = 0
    late_fee_fen: int = 0
    phone: str = ""
    values: dict[str, str] = field(default_factory=dict)
    debts: list[dict[str, Any]] = field(default_factory=list)


def demands_of(account_ids: Sequence[int], *, on: date) -> dict[int, AccountDemand]:
    """What each account owes on ``on``, overdue and not disputed, with the late fee up to that day."""
    found = {account: AccountDemand() for account in account_ids}
    items = list(
        Receivable.objects.filter(
            account_id__in=list(account_ids), open_fen__gt=0, due_date__lt=on, disputed=False
        ).order_by("account_id", "due_date", "id")
    )
    fees = {
        fee.receivable.pk: max(fee.due_fen, 0)
        for fee in accrued_on([i for i in items if i.kind == ReceivableKind.ENERGY], on=on)
    }
    oldest: dict[int, date] = {}
    for item in items:
        demand = found[item.account_id]
        fee = fees.get(item.pk, 0)
        demand.owed_fen += item.open_fen + fee
        demand.late_fee_fen += fee + (item.open_fen if item.kind == ReceivableKind.LATE_FEE else 0)
        oldest.setdefault(item.account_id, item.due_date)
        demand.debts.append(
            {
                "document": item.document_number,
                "kind": item.kind,
                "cycle": item.cycle,
                "due": item.due_date.isoformat(),
                "open_fen": item.open_fen,
                "late_fee_fen": fee,
            }
        )
    phones = _billing_phones(account_ids)
    for account in Account.objects.filter(pk__in=list(account_ids)).select_related("customer", "unit"):
        demand = found[account.pk]
        due = oldest.get(account.pk, on)
        demand.phone = phones.get(account.customer_id) or account.customer.phone
        demand.values = {
            "name": account.customer.masked_name,
            "account": masking.number(account.number),
            "amount": _money(demand.owed_fen),
            "late_fee": _money(demand.late_fee_fen),
            "due_date": due.isoformat(),
            "days": str((on - due).days),
            "unit": account.unit.name,
            "today": on.isoformat(),
        }
    return found


def _billing_phones(account_ids: Sequence[int]) -> dict[int, str]:
    """The phone for billing matters of each customer, where there is one."""
    rows = Contact.objects.filter(
        customer__accounts__in=list(account_ids), role=ContactRole.BILLING, valid_to__isnull=True
    ).exclude(phone="")
    return dict(rows.order_by("-id").values_list("customer_id", "phone"))


def _money(fen: int) -> str:
    return f"{yuan(fen):,f}"
