"""Banks, their files, and whose money a receipt is."""

from denghuo.commerce.banking.rules.files import (
    DebitRow,
    FileUnreadable,
    ReturnContent,
    ReturnRow,
    control_sum,
    read_return,
    write_debits,
    write_return,
)
from denghuo.commerce.banking.rules.matching import Evidence, Proposal, numbers_in, ranked
from denghuo.commerce.banking.rules.profiles import (
    PROFILES,
    BankProfile,
    UnknownBank,
    name_of,
    profile_of,
)

__all__ = [
    "PROFILES",
    "BankProfile",
    "DebitRow",
    "Evidence",
    "FileUnreadable",
    "Proposal",
    "ReturnContent",
    "ReturnRow",
    "UnknownBank",
    "control_sum",
    "name_of",
    "numbers_in",
    "profile_of",
    "ranked",
    "read_return",
    "write_debits",
    "write_return",
]
