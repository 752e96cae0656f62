"""Who sells and who buys, as it stands on invoices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from denghuo.commerce.invoicing.models import BuyerProfile, SellerProfile
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.records.customers.models import Account
from denghuo.records.customers.rules import credit_code_is_valid

SELLER_FIELDS = ("name", "credit_code", "address", "phone", "bank", "bank_account", "issuer")
BUYER_FIELDS = ("name", "credit_code", "address", "phone", "bank", "bank_account", "email")


class ProfileInvalid(Exception):
    """A field of a seller or buyer does not fit; ``field`` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def _checked(fields: Mapping[str, str], names: tuple[str, ...], required: tuple[str, ...]) -> dict[str, str]:
    values = {name: fields.get(name, "").strip() for name in names}
    values["credit_code"] = values["credit_code"].upper()
    for name in required:
        if not values[name]:
            raise ProfileInvalid(name, _("This is needed on the invoice."))
    if values["credit_code"] and not credit_code_is_valid(values["credit_code"]):
        raise ProfileInvalid("credit_code", _("This is not a valid unified social credit code."))
    return values


@transaction.atomic
def set_seller(
    *, unit: OrganisationUnit, fields: Mapping[str, str], actor: Any, at: datetime
) -> SellerProfile:
    """Say how a bureau stands on the invoices asked for from now on.

    Raises:
        ProfileInvalid: a field is empty or the credit code wrong.
    """
    values = _checked(fields, SELLER_FIELDS, SELLER_FIELDS)
    profile = SellerProfile.objects.filter(unit=unit).first() or SellerProfile(unit=unit)
    return _save(profile, values, "invoicing.seller.set", actor, at, unit.code)


@transaction.atomic
def set_buyer(
    *, account: Account, fields: Mapping[str, str], special: bool, actor: Any, at: datetime
) -> BuyerProfile:
    """Say under which title an account is invoiced from now on.

    Raises:
        ProfileInvalid: no title; a person with a tax number; an organisation without one; a special invoice without
            the address, telephone and bank of a registered taxpayer.
    """
    required: tuple[str, ...] = ("name",)
    if not account.customer.is_person:
        required = ("name", "credit_code")
    if special:
        required = ("name", "credit_code", "address", "phone", "bank", "bank_account")
    if account.customer.is_person and special:
        raise ProfileInvalid("special", _("A natural person gets an ordinary invoice."))
    values = _checked(fields, BUYER_FIELDS, required)
    if account.customer.is_person and values["credit_code"]:
        raise ProfileInvalid("credit_code", _("A natural person is invoiced by name only."))
    profile = BuyerProfile.objects.filter(account=account).first() or BuyerProfile(account=account)
    return _save(profile, {**values, "special": special}, "invoicing.buyer.set", actor, at, account.unit_id)


def _save(
    profile: Any, values: Mapping[str, Any], action: str, actor: Any, at: datetime, unit_id: str
) -> Any:
    changes = {
        name: [getattr(profile, name), value]
        for name, value in values.items()
        if getattr(profile, name) != value
    }
    for name, value in values.items():
        setattr(profile, name, value)
    profile.save()
    if changes:
        audit.record(action, subject=_subject(profile), actor=actor, at=at, unit_id=unit_id, changes=changes)
    return profile


def _subject(profile: Any) -> models.Model:
    """A buyer's title belongs to the history of the account, a seller's to that of the bureau's profile."""
    return profile.account if isinstance(profile, BuyerProfile) else profile
