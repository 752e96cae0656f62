"""What the pages of payments share."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.kernel import money
from denghuo.records.customers import queries as customers
from denghuo.records.customers.models import Account

_YUAN = re.compile(r"\d{1,11}(\.\d{0,2})?", re.ASCII)


def now() -> datetime:
    return timezone.now()


def today() -> date:
    return timezone.localdate()


class NotAnAmount(ValueError):
    """What was typed is not an amount in yuan with at most two decimals."""


def typed_fen(text: str) -> int:
    """What a person typed, as fen: ``1,234.5`` → 123450.

    Raises:
        NotAnAmount: see there.
    """
    plain = text.replace(",", "").replace("，", "").strip() or "0"
    if _YUAN.fullmatch(plain) is None:
        raise NotAnAmount(text)
    return money.fen(plain)


class YuanField(forms.CharField):
    """An amount above zero in yuan; cleans to fen."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 20)
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        self.zero = options.pop("zero", False)
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = typed_fen(text)
        except NotAnAmount as error:
            raise ValidationError(_("An amount in yuan, with at most two decimals.")) from error
        if amount == 0 and not self.zero:
            raise ValidationError(_("The amount must be above zero."))
        return amount


def visible_account(request: StaffRequest, number: str) -> Account:
    """Raises Http404 outside the person's scope."""
    found = (
        customers.accounts_in_scope(request.user.scope)
        .select_related("customer", "unit")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise Http404
    return found
