"""Reading customers and accounts."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from denghuo.foundation.database.text_index import starts_with
from denghuo.records.customers import rules
from denghuo.records.customers.models import NAME_INDEX, Account, Contact, Customer


def in_scope(scope: str) -> QuerySet[Customer]:
    """Customers of the unit ``scope`` and the units below it."""
    return Customer.objects.filter(unit__code__startswith=scope)


def accounts_in_scope(scope: str) -> QuerySet[Account]:
    """Accounts of the unit ``scope`` and the units below it."""
    return Account.objects.filter(unit__code__startswith=scope)


def by_number(number: str, *, scope: str = "") -> Customer:
    """The customer with this number.

    Raises:
        Customer.DoesNotExist: there is none in the data scope.
    """
    return in_scope(scope).select_related("unit").get(number=number)


def live_contacts(customer: Customer, on: date) -> QuerySet[Contact]:
    """Contacts that may be used on ``on``."""
    return customer.contacts.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def may_be_told(customer: Customer, purpose: str) -> bool:
    """Whether the customer agreed to ``purpose`` and has not withdrawn it."""
    return customer.consents.filter(purpose=purpose, withdrawn_at__isnull=True).exists()


def found_by_digits(digits: str, *, scope: str, limit: int) -> list[Customer]:
    """Customers whose number, telephone or identity number starts with ``digits`` (contacts' telephones exactly)."""
    people = in_scope(scope)
    found: dict[int, Customer] = {}
    for field in ("number", "phone", "identity_number"):
        if len(found) < limit:
            hits = people.filter(starts_with(field, digits)).order_by(field)[: limit - len(found)]
            found.update((customer.pk, customer) for customer in hits)
    if len(found) < limit and len(digits) >= 7:
        for contact in Contact.objects.filter(
            phone=digits, customer__unit__code__startswith=scope
        ).select_related("customer")[: limit - len(found)]:
            found.setdefault(contact.customer_id, contact.customer)
    return list(found.values())


def found_by_credit_code(code: str, *, scope: str, limit: int) -> list[Customer]:
    """Organisations whose unified social credit code starts with ``code``."""
    return list(
        in_scope(scope).filter(starts_with("credit_code", code.upper())).order_by("credit_code")[:limit]
    )


def found_by_name(text: str, *, scope: str, limit: int) -> list[Customer]:
    """Customers whose name starts with ``text``, then those that contain it; Latin letters also read as pinyin."""
    people = in_scope(scope)
    found = {
        customer.pk: customer for customer in people.filter(starts_with("name", text)).order_by()[:limit]
    }
    letters = text.replace(" ", "").casefold()
    if letters.isascii() and letters.isalnum():
        for field in ("name_initials", "name_pinyin"):
            if len(found) < limit:
                hits = people.filter(starts_with(field, letters)).order_by()[: limit - len(found)]
                found.update((customer.pk, customer) for customer in hits)
    if len(found) < limit:
        ids = [key for key in NAME_INDEX.ids(text, scope=scope, limit=limit) if key not in found]
        found.update((customer.pk, customer) for customer in Customer.objects.filter(pk__in=ids))
    return list(found.values())[:limit]


def found_accounts(digits: str, *, scope: str, limit: int) -> list[Account]:
    """Accounts whose number starts with ``digits``."""
    return list(
        accounts_in_scope(scope).filter(starts_with("number", digits)).select_related("customer")[:limit]
    )


def pinyin_keys(name: str) -> tuple[str, str]:
    """What ``name_pinyin`` and ``name_initials`` of a customer written in bulk must hold."""
    return rules.pinyin_keys(name)
