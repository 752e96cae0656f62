"""Money that waits for its owner, and whose it may be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet, Sum

from denghuo.commerce.banking import rules
from denghuo.commerce.banking.models import BankReceipt, Mandate, MandateState, ReceiptMatch, ReceiptState
from denghuo.commerce.banking.rules import Evidence, Proposal, parameters
from denghuo.commerce.billing.models import Bill
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.parameters import queries as parameter_queries
from denghuo.kernel.identifiers import NumberKind
from denghuo.records.customers.models import Account
from denghuo.records.supply.models import SupplyPoint

AGES = ((3, "3"), (7, "7"), (30, "30"), (90, "90"))


def receipts(scope: str) -> QuerySet[BankReceipt]:
    return BankReceipt.objects.filter(unit__code__startswith=scope)


@dataclass(frozen=True)
class AgeBand:
    """Receipts that have waited from ``from_days`` up to, not including, ``to_days``."""

    from_days: int
    to_days: int | None
    count: int
    open_fen: int


def ages(scope: str, *, on: date) -> list[AgeBand]:
    """Open receipts by how long they have waited: up to 3, 7, 30, 90 days, and longer."""
    edges = [0, 4, 8, 31, 91]
    found = []
    for start, end in zip(edges, [*edges[1:], None], strict=True):
        rows = receipts(scope).filter(
            state=ReceiptState.OPEN, value_date__lte=on - timedelta(days=start) if start else date.max
        )
        if end is not None:
            rows = rows.filter(value_date__gt=on - timedelta(days=end))
        total = rows.aggregate(n=Count("id"), fen=Sum("open_fen"))
        found.append(AgeBand(start, end, total["n"], total["fen"] or 0))
    return found


def trusted_rules(on: date) -> tuple[str, ...]:
    """Rules that may match without a clerk on ``on`` (parameters)."""
    flags = [parameters.AUTO_NUMBER, parameters.AUTO_PAYER_ACCOUNT, parameters.AUTO_NAME_AMOUNT]
    values = parameter_queries.values(flags, on=on)
    return tuple(name for flag in flags if values[flag.code] for name in parameters.AUTOMATIC[flag.code])


def owed_of(account_ids: Iterable[int], *, on: date) -> dict[int, int]:
    """Fen that settle each account on ``on``, the running late fee included; a few queries for any number."""
    open_items = receivables.open_items_of(account_ids)
    totals = {account: sum(item.open_fen for item in items) for account, items in open_items.items()}
    late = [
        item
        for items in open_items.values()
        for item in items
        if item.kind == "energy" and item.due_date < on
    ]
    for fee in receivables.accrued_on(late, on=on):
        totals[fee.receivable.account_id] += max(0, fee.due_fen)
    return totals


def proposals(receipt: BankReceipt, *, on: date) -> list[Proposal]:
    """Accounts that this receipt may be for, the likeliest first."""
    return proposals_of([receipt], on=on)[receipt.pk]


def proposals_of(found: Sequence[BankReceipt], *, on: date) -> dict[int, list[Proposal]]:
    """Proposals of many receipts, by receipt; a few queries for any number of them."""
    hints: dict[int, list[tuple[str, int, str]]] = defaultdict(list)
    for source in (_by_number, _by_payer_account, _by_name):
        for receipt_id, rule, account, detail in source(found):
            hints[receipt_id].append((rule, account, detail))
    owed = owed_of({account for rows in hints.values() for _, account, _ in rows}, on=on)
    trusted = trusted_rules(on)
    result = {}
    for receipt in found:
        evidence = []
        for rule, account, detail in hints[receipt.pk]:
            exact = owed.get(account, 0) == receipt.open_fen
            if rule == "name" and exact:
                rule = "name_amount"
            evidence.append(Evidence(rule, account, owed.get(account, 0), detail))
        result[receipt.pk] = rules.ranked(evidence, amount_fen=receipt.open_fen, trusted=trusted)
    return result


Hint = tuple[int, str, int, str]


def _by_number(found: Sequence[BankReceipt]) -> Iterable[Hint]:
    wanted: dict[NumberKind, dict[str, list[BankReceipt]]] = defaultdict(lambda: defaultdict(list))
    for receipt in found:
        for kind, number in rules.numbers_in(receipt.remark):
            wanted[kind][number].append(receipt)
    sources = (
        (NumberKind.BILL, "bill_number", Bill.objects, "account_id"),
        (NumberKind.ACCOUNT, "account_number", Account.objects, "pk"),
        (NumberKind.SUPPLY_POINT, "supply_point_number", SupplyPoint.objects, "account_id"),
    )
    for kind, rule, objects, column in sources:
        if not wanted[kind]:
            continue
        rows = objects.filter(number__in=list(wanted[kind])).values_list("number", column, "unit_id")
        for number, account, unit in rows:
            for receipt in wanted[kind][number]:
                if account is not None and unit.startswith(receipt.unit_id):
                    yield receipt.pk, rule, account, number


def _by_payer_account(found: Sequence[BankReceipt]) -> Iterable[Hint]:
    wanted: dict[str, list[BankReceipt]] = defaultdict(list)
    for receipt in found:
        if receipt.payer_account:
            wanted[receipt.payer_account].append(receipt)
    if not wanted:
        return
    known = set(
        Mandate.objects.filter(bank_account__in=list(wanted))
        .exclude(state=MandateState.ENDED)
        .values_list("bank_account", "account_id", "unit_id")
    )
    known |= set(
        ReceiptMatch.objects.filter(
            receipt__payer_account__in=list(wanted), undone_at__isnull=True
        ).values_list("receipt__payer_account", "account_id", "account__unit_id")
    )
    for bank_account, account, unit in sorted(known):
        for receipt in wanted[bank_account]:
            if unit.startswith(receipt.unit_id):
                yield receipt.pk, "payer_account", account, ""


def _by_name(found: Sequence[BankReceipt]) -> Iterable[Hint]:
    wanted: dict[str, list[BankReceipt]] = defaultdict(list)
    for receipt in found:
        if receipt.payer:
            wanted[receipt.payer].append(receipt)
    if not wanted:
        return
    rows = Account.objects.filter(
        customer__name__in=list(wanted), closed_date__isnull=True, balance__open_fen__gt=0
    ).values_list("customer__name", "pk", "unit_id")
    for name, account, unit in rows.order_by("pk")[:200]:
        for receipt in wanted[name]:
            if unit.startswith(receipt.unit_id):
                yield receipt.pk, "name", account, ""
