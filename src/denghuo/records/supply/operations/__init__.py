"""Writing supply points, the terms that hold at them by date, their losses and contracts."""

from denghuo.records.supply.models import ADDRESS_INDEX
from denghuo.records.supply.operations.points import (
    amend_address,
    change_payer,
    close,
    open_supply_point,
    rebuild_address_index,
    seal,
    sign_contract,
    supply_point_numbers,
    unseal,
)
from denghuo.records.supply.operations.terms import (
    SupplyInvalid,
    SupplyPointCannotBecome,
    SupplyPointChangedMeanwhile,
    TermsRefused,
    change_terms,
    correct_terms,
    set_loss_terms,
)

__all__ = [
    "ADDRESS_INDEX",
    "SupplyInvalid",
    "SupplyPointCannotBecome",
    "SupplyPointChangedMeanwhile",
    "TermsRefused",
    "amend_address",
    "change_payer",
    "change_terms",
    "close",
    "correct_terms",
    "open_supply_point",
    "rebuild_address_index",
    "seal",
    "set_loss_terms",
    "sign_contract",
    "supply_point_numbers",
    "unseal",
]
