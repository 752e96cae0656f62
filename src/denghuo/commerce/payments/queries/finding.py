"""Which accounts a number at the counter names: account, supply point, customer, meter or telephone."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from denghuo.commerce.metering.models import Installation
from denghuo.foundation.database.text_index import starts_with
from denghuo.kernel.identifiers import NumberKind, classify
from denghuo.records.customers import queries as customers
from denghuo.records.customers.models import Account, Contact

MOST = 12
_LEAST_TYPED = 4


def accounts_named(text: str, *, scope: str) -> list[Account]:
    """The accounts that ``text`` names, at most twelve; several where a customer has several.

    A whole number of ours is found exactly; the beginning of one (four digits or more) by its beginning; a telephone
    number by customer or contact; anything else by the customer's name, pinyin or initials.
    """
    typed = "".join(text.split())
    if not typed or "\x00" in typed:
        return []
    accounts = customers.accounts_in_scope(scope).select_related("customer").order_by("number")
    kind = classify(typed)
    if kind is not None:
        return list(_by_number(accounts, kind, typed)[:MOST])
    if typed.isascii() and typed.isdecimal():
        if len(typed) < _LEAST_TYPED:
            return []
        return _by_digits(accounts, typed, scope)
    people = customers.found_by_name(text.strip(), scope=scope, limit=MOST)
    return list(accounts.filter(customer__in=people)[:MOST])


def _by_number(accounts: QuerySet[Account], kind: NumberKind, number: str) -> QuerySet[Account]:
    if kind is NumberKind.ACCOUNT:
        return accounts.filter(number=number)
    if kind is NumberKind.CUSTOMER:
        return accounts.filter(customer__number=number)
    if kind is NumberKind.SUPPLY_POINT:
        return accounts.filter(supply_points__number=number).distinct()
    if kind is NumberKind.METER:
        points = Installation.objects.filter(
            meter__asset_number=number, removed_date__isnull=True
        ).values_list("metering_point__supply_point__account_id", flat=True)
        return accounts.filter(pk__in=list(points))
    bill = accounts.filter(receivables__document_number=number)
    return bill.distinct()


def _by_digits(accounts: QuerySet[Account], digits: str, scope: str) -> list[Account]:
    if len(digits) == 11 and digits.startswith("1"):
        people = set(
            customers.in_scope(scope).filter(phone=digits).values_list("pk", flat=True)[:MOST]
        ) | set(
            Contact.objects.filter(phone=digits, customer__unit__code__startswith=scope).values_list(
                "customer_id", flat=True
            )[:MOST]
        )
        return list(accounts.filter(customer__in=people)[:MOST])
    found = list(accounts.filter(starts_with("number", digits))[:MOST])
    if len(found) < MOST:
        people_found = customers.found_by_digits(digits, scope=scope, limit=MOST)
        known = {account.pk for account in found}
        found += [
            account
            for account in accounts.filter(
                Q(customer__in=people_found) | Q(supply_points__number=digits)
            ).distinct()[:MOST]
            if account.pk not in known
        ]
    return found[:MOST]
