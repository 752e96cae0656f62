"""Figures that a bureau may set for its banks."""

from __future__ import annotations

from denghuo.foundation.parameters.rules import declare

_CUSTOM = "供电企业与银行的代收代扣协议"

DEBIT_FROM = declare("banking.debit_from", "issued", basis=_CUSTOM, confidence="U", choices=("issued", "due"))
AUTO_NUMBER = declare("banking.auto_match_number", True, basis="供电企业规定", confidence="U")
AUTO_PAYER_ACCOUNT = declare("banking.auto_match_payer_account", False, basis="供电企业规定", confidence="U")
AUTO_NAME_AMOUNT = declare("banking.auto_match_name_amount", False, basis="供电企业规定", confidence="U")

AUTOMATIC = {
    AUTO_NUMBER.code: ("bill_number", "account_number", "supply_point_number"),
    AUTO_PAYER_ACCOUNT.code: ("payer_account",),
    AUTO_NAME_AMOUNT.code: ("name_amount",),
}
"""Which rules each flag lets match without a clerk."""
