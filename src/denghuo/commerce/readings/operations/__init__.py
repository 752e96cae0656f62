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
from denghuo.commerce.readings.operations.derived import derive_again
from denghuo.commerce.readings.operations.estimates import CannotEstimate, estimate_reading
from denghuo.commerce.readings.operations.exceptions import (
    Accepted,
    ActionNotAllowed,
    accept,
    assign,
    correct_estimate,
    estimate,
    order_meter_check,
    raise_missing,
    reread,
)
from denghuo.commerce.readings.operations.recording import (
    Assessment,
    ReadingRefused,
    Recorded,
    assess,
    record_many,
    record_reading,
)
from denghuo.commerce.readings.operations.routes import (
    ReaderNotSuitable,
    Rotation,
    add_stops,
    assign_reader,
    change_schedule,
    open_route,
    rotate_readers,
)

__all__ = [
    "Accepted",
    "ActionNotAllowed",
    "Assessment",
    "CannotEstimate",
    "ChainBroken",
    "ReaderNotSuitable",
    "ReadingBatch",
    "ReadingCannotBeReplaced",
    "ReadingCarriesLater",
    "ReadingIsBilled",
    "ReadingRefused",
    "Recorded",
    "Rotation",
    "accept",
    "add_stops",
    "assess",
    "assign",
    "assign_reader",
    "change_schedule",
    "correct_estimate",
    "derive_again",
    "estimate",
    "estimate_reading",
    "open_route",
    "order_meter_check",
    "raise_missing",
    "record_many",
    "record_reading",
    "refuse_when_billed",
    "repair_chain",
    "replace_reading",
    "reread",
    "rotate_readers",
]
