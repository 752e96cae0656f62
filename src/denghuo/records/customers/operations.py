"""Writing customers, their contacts and consents, and the accounts that pay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff
from denghuo.foundation.numbering.operations import allocate
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.identifiers import NumberKind, number
from denghuo.records.customers import events, rules
from denghuo.records.customers.models import NAME_INDEX, Account, Consent, Contact, Customer, CustomerKind

AMENDABLE = (
    "kind",
    "name",
    "identity_number",
    "credit_code",
    "phone",
    "email",
    "special_care",
    "unit_id",
)


class CustomerInvalid(ValidationError):
    """What was given for a customer, contact or account does not hold; ``message_dict`` says it by field."""


class CustomerChangedMeanwhile(Exception):
    """Somebody else changed the customer after this edit began; ``current`` is what is stored now."""

    def __init__(self, current: Customer) -> None:
        super().__init__(_("Someone else changed this customer after you opened it."))
        self.current = current


class ConsentAlreadyGiven(Exception):
    """There is a live consent for this purpose."""


class ConsentNotGiven(Exception):
    """There is no live consent for this purpose to withdraw."""


class AccountCannotBeClosed(Exception):
    """The account still pays for supply points, is closed already, or would close before it opened."""


def customer_numbers(unit_id: str, count: int) -> list[str]:
    """The next customer numbers of the bureau that ``unit_id`` belongs to."""
    return _numbers(NumberKind.CUSTOMER, "customer", unit_id, count)


def account_numbers(unit_id: str, count: int) -> list[str]:
    """The next account numbers (结算户号) of the bureau that ``unit_id`` belongs to."""
    return _numbers(NumberKind.ACCOUNT, "account", unit_id, count)


def _numbers(kind: NumberKind, sequence: str, unit_id: str, count: int) -> list[str]:
    prefix = unit_id[:2]
    return [number(kind, prefix, serial) for serial in allocate(f"{sequence}:{prefix}", count)]


@transaction.atomic
def register(
    *,
    kind: str,
    name: str,
    unit: OrganisationUnit,
    at: datetime,
    actor: Staff | None = None,
    identity_number: str = "",
    credit_code: str = "",
    phone: str = "",
    email: str = "",
    special_care: str = "",
    synthetic: bool = False,
) -> Customer:
    """Add a person or an organisation and give it a number.

    Raises:
        CustomerInvalid: a field does not hold.
    """
    customer = Customer(
        kind=kind,
        name=name.strip(),
        identity_number=identity_number.strip().upper(),
        credit_code=credit_code.strip().upper(),
        phone=phone.strip(),
        email=email.strip(),
        special_care=special_care,
        unit=unit,
        synthetic=synthetic,
        created_at=at,
    )
    _check(customer)
    customer.name_pinyin, customer.name_initials = rules.pinyin_keys(customer.name)
    (customer.number,) = customer_numbers(unit.code, 1)
    customer.save(force_insert=True)
    NAME_INDEX.put([(customer.id, customer.name)])
    audit.record("customers.customer.registered", subject=customer, at=at, actor=actor, unit_id=unit.code)
    outbox.publish(events.CustomerRegistered(customer_id=customer.id, registered_at=at))
    return customer


@transaction.atomic
def amend(
    *,
    customer: Customer,
    at: datetime,
    actor: Staff | None = None,
    version: int | None = None,
    reason: str = "",
    **changes: Any,
) -> Customer:
    """Change fields of a customer; ``version`` is the one the editor saw (None: whatever is stored).

    Raises:
        CustomerChangedMeanwhile: the stored version is another.
        CustomerInvalid: a field does not hold.
        TypeError: a field that cannot be amended.
    """
    if surplus := set(changes) - set(AMENDABLE):
        raise TypeError(f"not amendable: {', '.join(sorted(surplus))}")
    current = Customer.objects.select_for_update().get(pk=customer.pk)
    if version is not None and current.version != version:
        raise CustomerChangedMeanwhile(current)
    changed = {
        field: [getattr(current, field), value]
        for field, value in changes.items()
        if getattr(current, field) != value
    }
    if not changed:
        return current
    for field, (_old, new) in changed.items():
        setattr(current, field, new)
    _check(current)
    current.name_pinyin, current.name_initials = rules.pinyin_keys(current.name)
    current.version += 1
    current.save()
    if "name" in changed:
        NAME_INDEX.put([(current.id, current.name)])
    audit.record(
        "customers.customer.amended",
        subject=current,
        at=at,
        actor=actor,
        changes=_without_personal_data(changed, person=current.is_person),
        reason=reason,
        unit_id=current.unit_id,
    )
    outbox.publish(events.CustomerAmended(customer_id=current.id, fields=tuple(changed), amended_at=at))
    return current


def _without_personal_data(changed: dict[str, list[Any]], *, person: bool) -> dict[str, list[Any]]:
    return {
        field: [rules.masked(field, value, person=person) for value in values]
        if field in rules.PERSONAL_FIELDS
        else values
        for field, values in changed.items()
    }


def _check(customer: Customer) -> None:
    errors = _field_errors(customer, exclude=["number", "unit", "name_pinyin", "name_initials"])
    if customer.kind == CustomerKind.ORGANISATION:
        if customer.identity_number:
            errors.setdefault("identity_number", []).append(_("An organisation has no identity number."))
        if customer.credit_code and not rules.credit_code_is_valid(customer.credit_code):
            errors.setdefault("credit_code", []).append(
                _("The check character of the credit code is wrong; please compare it with the licence.")
            )
    else:
        if customer.credit_code:
            errors.setdefault("credit_code", []).append(_("A person has no credit code."))
        if len(customer.identity_number) == 18 and not rules.identity_number_is_valid(
            customer.identity_number
        ):
            errors.setdefault("identity_number", []).append(
                _("The check character of the identity number is wrong; please compare it with the card.")
            )
    if errors:
        raise CustomerInvalid(errors)


def _field_errors(row: Any, exclude: Iterable[str]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    try:
        row.clean_fields(exclude=set(exclude))
    except ValidationError as error:
        errors = {field: list(messages) for field, messages in error.message_dict.items()}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str) and "\x00" in value:
            errors.setdefault(field.name, []).append(_("Control characters are not allowed."))
    return errors


@transaction.atomic
def add_contact(
    *,
    customer: Customer,
    role: str,
    name: str,
    valid_from: date,
    at: datetime,
    phone: str = "",
    email: str = "",
    actor: Staff | None = None,
) -> Contact:
    """Name a person to reach about one matter.

    Raises:
        CustomerInvalid: a field does not hold, or there is neither telephone nor e-mail.
    """
    contact = Contact(
        customer=customer,
        role=role,
        name=name.strip(),
        phone=phone.strip(),
        email=email.strip(),
        valid_from=valid_from,
    )
    errors = _field_errors(contact, exclude=["customer"])
    if not (contact.phone or contact.email):
        errors.setdefault("phone", []).append(_("Give a telephone number or an e-mail address."))
    if errors:
        raise CustomerInvalid(errors)
    contact.save(force_insert=True)
    audit.record(
        "customers.contact.added",
        subject=customer,
        at=at,
        actor=actor,
        changes={
            "contact": [
                None,
                f"{contact.get_role_display()} {rules.masked('name', contact.name, person=True)}",
            ]
        },
        unit_id=customer.unit_id,
    )
    return contact


@transaction.atomic
def end_contact(*, contact: Contact, on: date, at: datetime, actor: Staff | None = None) -> None:
    """A contact is no longer to be used from ``on``.

    Raises:
        CustomerInvalid: it ended already, or would end before it began.
    """
    if contact.valid_to is not None or on <= contact.valid_from:
        raise CustomerInvalid({"valid_to": [_("The end must lie after the beginning.")]})
    contact.valid_to = on
    contact.save(update_fields=["valid_to"])
    audit.record(
        "customers.contact.ended",
        subject=contact.customer,
        at=at,
        actor=actor,
        changes={
            "contact": [
                f"{contact.get_role_display()} {rules.masked('name', contact.name, person=True)}",
                None,
            ]
        },
        unit_id=contact.customer.unit_id,
    )


@transaction.atomic
def give_consent(
    *, customer: Customer, purpose: str, channel: str, at: datetime, actor: Staff | None = None
) -> Consent:
    """Note that the customer agreed to one purpose.

    Raises:
        ConsentAlreadyGiven: there is a live one.
        CustomerInvalid: an unknown purpose or channel.
    """
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    if customer.consents.filter(purpose=purpose, withdrawn_at__isnull=True).exists():
        raise ConsentAlreadyGiven(_("The customer has already agreed to this."))
    consent = Consent(customer=customer, purpose=purpose, channel=channel, given_at=at)
    if errors := _field_errors(consent, exclude=["customer"]):
        raise CustomerInvalid(errors)
    consent.save(force_insert=True)
    _consent_changed(customer, consent, "given", at, actor)
    return consent


@transaction.atomic
def withdraw_consent(
    *, customer: Customer, purpose: str, at: datetime, actor: Staff | None = None
) -> Consent:
    """Note that the customer no longer agrees; what was agreed before stays on record.

    Raises:
        ConsentNotGiven: there is no live consent.
    """
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    consent = customer.consents.filter(purpose=purpose, withdrawn_at__isnull=True).first()
    if consent is None:
        raise ConsentNotGiven(_("The customer has not agreed to this."))
    consent.withdrawn_at = at
    consent.save(update_fields=["withdrawn_at"])
    _consent_changed(customer, consent, "withdrawn", at, actor)
    return consent


def _consent_changed(
    customer: Customer, consent: Consent, what: str, at: datetime, actor: Staff | None
) -> None:
    audit.record(
        f"customers.consent.{what}",
        subject=customer,
        at=at,
        actor=actor,
        changes={consent.purpose: [what == "withdrawn", what == "given"]},
        unit_id=customer.unit_id,
    )
    outbox.publish(
        events.ConsentChanged(
            customer_id=customer.id, purpose=consent.purpose, given=what == "given", changed_at=at
        )
    )


@transaction.atomic
def open_account(
    *,
    customer: Customer,
    opened_date: date,
    at: datetime,
    unit: OrganisationUnit | None = None,
    payment_method: str = "online",
    bill_address: str = "",
    actor: Staff | None = None,
) -> Account:
    """Open an account that pays for supply points; its unit is the customer's unless given.

    Raises:
        CustomerInvalid: a field does not hold.
    """
    account = Account(
        customer=customer,
        unit=unit or customer.unit,
        payment_method=payment_method,
        bill_address=bill_address.strip(),
        opened_date=opened_date,
    )
    if errors := _field_errors(account, exclude=["number", "customer", "unit"]):
        raise CustomerInvalid(errors)
    (account.number,) = account_numbers(account.unit_id, 1)
    account.save(force_insert=True)
    audit.record("customers.account.opened", subject=account, at=at, actor=actor, unit_id=account.unit_id)
    outbox.publish(events.AccountOpened(account_id=account.id, opened_at=at))
    return account


@transaction.atomic
def close_account(
    *, account: Account, on: date, at: datetime, actor: Staff | None = None, reason: str = ""
) -> None:
    """Close an account that pays for nothing any more.

    Raises:
        AccountCannotBeClosed: supply points hang on it, it is closed, or ``on`` lies before it opened.
    """
    account = Account.objects.select_for_update().get(pk=account.pk)
    if account.closed_date is not None:
        raise AccountCannotBeClosed(_("The account is closed already."))
    if on < account.opened_date:
        raise AccountCannotBeClosed(_("The account cannot close before it opened."))
    if account.supply_points.filter(~Q(state="closed")).exists():
        raise AccountCannotBeClosed(_("The account still pays for supply points."))
    account.closed_date = on
    account.save(update_fields=["closed_date"])
    audit.record(
        "customers.account.closed",
        subject=account,
        at=at,
        actor=actor,
        changes={"closed_date": [None, on.isoformat()]},
        reason=reason,
        unit_id=account.unit_id,
    )
    outbox.publish(events.AccountClosed(account_id=account.id, closed_at=at))


def rebuild_name_index() -> int:
    """Make the name index anew after customers were written in bulk; returns how many were indexed."""
    with transaction.atomic():
        return NAME_INDEX.rebuild()
