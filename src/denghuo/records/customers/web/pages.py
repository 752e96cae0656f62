"""What this room adds to shared pages: search hits, the customer's timeline, names of its actions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.extensions import SearchHit, SearchQuery, TimelineItem
from denghuo.kernel.identifiers import NumberKind
from denghuo.kernel.masking import phone
from denghuo.records.customers import queries
from denghuo.records.customers.models import Customer

ACTIONS = {
    "customers.customer.registered": _("Customer registered"),
    "customers.customer.amended": _("Customer amended"),
    "customers.contact.added": _("Contact added"),
    "customers.contact.ended": _("Contact ended"),
    "customers.consent.given": _("Consent given"),
    "customers.consent.withdrawn": _("Consent withdrawn"),
    "customers.account.opened": _("Paying account opened"),
    "customers.account.closed": _("Paying account closed"),
}
_ICONS = {"registered": "user-plus", "amended": "edit", "given": "check", "withdrawn": "x"}
_CREDIT_CODE = 18
NEWEST = 6


def search_customers(query: SearchQuery, scope: str) -> Iterator[SearchHit]:
    """By customer number, telephone, identity number or credit code; by name, pinyin and initials."""
    for customer in _found(query, scope):
        yield SearchHit(
            kind=_("Customers"),
            title=customer.masked_name,
            subtitle=f"{customer.number} {phone(customer.phone) if customer.phone else ''}".strip(),
            url=reverse("customers:customer", args=[customer.pk]),
            icon="user" if customer.is_person else "building",
        )


def _found(query: SearchQuery, scope: str) -> list[Customer]:
    options: dict[str, Any] = {"scope": scope, "limit": query.limit}
    if query.digits:
        if query.number not in (None, NumberKind.CUSTOMER):
            return []
        return queries.found_by_digits(query.digits, **options)
    compact = query.text.replace("-", "")
    if compact.isascii() and compact.isdecimal():
        return queries.found_by_digits(query.text, **options)
    if len(query.text) == _CREDIT_CODE and query.text.isascii() and query.text.isalnum():
        return queries.found_by_credit_code(query.text, **options) or queries.found_by_digits(
            query.text.upper(), **options
        )
    return queries.found_by_name(query.text, **options)


def search_accounts(query: SearchQuery, scope: str) -> Iterator[SearchHit]:
    """By account number."""
    if not query.digits or query.number not in (None, NumberKind.ACCOUNT) or len(query.digits) < 4:
        return
    for account in queries.found_accounts(query.digits, scope=scope, limit=query.limit):
        yield SearchHit(
            kind=_("Paying accounts"),
            title=account.number,
            subtitle=account.customer.masked_name,
            url=reverse("customers:account", args=[account.pk]),
            icon="wallet",
        )


def customer_timeline(customer_id: Any, before: datetime | None, limit: int) -> list[TimelineItem]:
    """What the audit trail says happened to the customer."""
    entries = audit.Entry.objects.filter(
        subject_type=Customer._meta.label_lower, subject_id=str(customer_id)
    ).exclude(action=audit.REVEALED)
    if before is not None:
        entries = entries.filter(at__lt=before)
    return [
        TimelineItem(
            at=entry.at,
            icon=_ICONS.get(entry.action.rpartition(".")[2], "history"),
            title=audit.action_label(entry.action),
            text=" · ".join(filter(None, (entry.actor_label, entry.reason))),
        )
        for entry in entries.order_by("-sequence")[:limit]
    ]


def registered_last(request: StaffRequest) -> dict[str, Any]:
    """The newest customers of the person's units, for the workbench."""
    rows = list(Customer.objects.filter(unit__code__startswith=request.user.scope).order_by("-id")[:NEWEST])
    return {"rows": rows, "more_url": reverse("customers:customers") if rows else ""}
