"""What may be done with meters and metering points."""

from denghuo.commerce.metering.operations.installations import change_ratio, exchange, install, remove
from denghuo.commerce.metering.operations.meters import register_meter, return_to_stock, scrap, verify
from denghuo.commerce.metering.operations.points import (
    add_metering_point,
    change_agreement,
    close_metering_point,
)
from denghuo.commerce.metering.operations.ratios import correct_ratio
from denghuo.commerce.metering.operations.registers import (
    DIRECT,
    MeteringConflict,
    RegisterBook,
    Registers,
    Transformers,
    checked_registers,
    keep_registers_in,
)

__all__ = [
    "DIRECT",
    "MeteringConflict",
    "RegisterBook",
    "Registers",
    "Transformers",
    "add_metering_point",
    "change_agreement",
    "change_ratio",
    "checked_registers",
    "close_metering_point",
    "correct_ratio",
    "exchange",
    "install",
    "keep_registers_in",
    "register_meter",
    "remove",
    "return_to_stock",
    "scrap",
    "verify",
]
