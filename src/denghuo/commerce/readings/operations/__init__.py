"""What may be done with readings, their chain, their exceptions and the routes they come from."""

from denghuo.commerce.readings.frames import ReadingBatch
from denghuo.commerce.readings.operations.chain import (
    ChainBroken,
    ReadingCannotBeReplaced,
    ReadingCarriesLater,
    ReadingIsBilled,
    refuse_when_billed,
    repair_chain,
    replace_reading,
)
from denghuo.commerce.readings.operations.recording import (
    Recorded,
    ReadingRefused,
    record_many,
    record_reading,
)

__all__ = [
    "ChainBroken",
    "ReadingBatch",
    "ReadingCannotBeReplaced",
    "ReadingCarriesLater",
    "ReadingIsBilled",
    "ReadingRefused",
    "Recorded",
    "record_many",
    "record_reading",
    "refuse_when_billed",
    "repair_chain",
    "replace_reading",
]
