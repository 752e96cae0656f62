"""Forms of the payment pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.payments import rules
from denghuo.commerce.payments.models import Channel, Deposit, Payment, RefundSource
from denghuo.commerce.payments.operations.deposits import CHANNELS
from denghuo.commerce.payments.web.common import YuanField


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class ShiftForm(forms.Form):
    float_fen = YuanField(
        label=_("Change fund (yuan)"),
        zero=True,
        help_text=_(
            "Cash in the till when you begin. What exceeds the last shift's rest is drawn from the bank."
        ),
    )


class CountForm(forms.Form):
    """Pieces of each note and coin, what goes to the bank, and a word where the till does not agree."""

    deposit_fen = YuanField(label=_("Paid in at the bank (yuan)"), zero=True)
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for denomination in rules.DENOMINATIONS_FEN:
            self.fields[f"d{denomination}"] = forms.IntegerField(
                required=False, min_value=0, max_value=100_000
            )

    def counts(self) -> dict[int, int]:
        return {
            denomination: self.cleaned_data.get(f"d{denomination}") or 0
            for denomination in rules.DENOMINATIONS_FEN
        }


class RefundForm(forms.Form):
    """What goes back, from where, and how. The choices are those that the account has."""

    source = forms.ChoiceField(label=pgettext_lazy("counter", "Source"))
    amount_fen = YuanField(label=_("Amount (yuan)"))
    way = forms.ChoiceField(label=_("How it is paid out"))
    beneficiary = forms.CharField(label=_("Beneficiary"), max_length=80, required=False)
    bank = forms.CharField(label=_("Bank"), max_length=60, required=False)
    bank_account = forms.CharField(label=_("Bank account"), max_length=40, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(
        self,
        *args: Any,
        sources: list[tuple[str, Any]],
        payments: list[tuple[Payment, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = sources  # type: ignore[attr-defined]
        self.fields["way"].choices = [  # type: ignore[attr-defined]
            ("transfer", _("Bank transfer")),
            ("cash", _("Cash at the counter")),
            *((f"payment:{payment.pk}", label) for payment, label in payments),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("way") == "transfer":
            for name in ("beneficiary", "bank_account"):
                if not data.get(name):
                    self.add_error(name, _("A transfer needs it."))
        return data

    def facts(self, deposits: dict[int, Deposit], payments: dict[int, Payment]) -> dict[str, Any]:
        """What ``operations.ask_refund`` wants."""
        data = self.cleaned_data
        source, _colon, deposit = data["source"].partition(":")
        way, _colon, payment = data["way"].partition(":")
        chosen = payments.get(int(payment)) if payment else None
        return {
            "source": RefundSource(source),
            "deposit": deposits.get(int(deposit)) if deposit else None,
            "channel": chosen.channel if chosen else way,
            "payment": chosen,
            "amount_fen": data["amount_fen"],
            "beneficiary": data["beneficiary"],
            "bank": data["bank"],
            "bank_account": data["bank_account"],
            "reason": data["reason"],
        }


class TransferForm(forms.Form):
    target = forms.CharField(label=_("To account"), max_length=14)
    amount_fen = YuanField(label=_("Amount (yuan)"))
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class OffsetForm(forms.Form):
    amount_fen = YuanField(label=_("Amount (yuan)"))


class DepositForm(forms.Form):
    purpose = forms.CharField(label=_("Purpose"), max_length=100)
    amount_fen = YuanField(label=_("Amount (yuan)"))
    channel = forms.ChoiceField(
        label=_("How it is paid"), choices=[(channel.value, channel.label) for channel in CHANNELS]
    )
    reference = forms.CharField(
        label=_("Number of the transaction"),
        max_length=60,
        required=False,
        help_text=_("Of the POS slip or the bank; cash needs none."),
    )
    key = forms.CharField(max_length=60, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("channel") not in (None, Channel.CASH) and not data.get("reference"):
            self.add_error("reference", _("Give the number of the transaction."))
        return data


class DrawForm(ReasonForm):
    amount_fen = YuanField(label=_("Amount (yuan)"))
