"""Everything that gives, carries out and takes back work outside; what phones send, and what is decided about it."""

from denghuo.commerce.fieldwork.operations.carrying import (
    NotTheirTask,
    TaskNotOpen,
    accept,
    arrive,
    complete,
)
from denghuo.commerce.fieldwork.operations.devices import (
    ConsentMissing,
    forget_positions,
    keep_photo,
    keep_position,
    meet,
    set_consent,
)
from denghuo.commerce.fieldwork.operations.dispatching import CrewNotSuitable, assign, cancel, dispatch
from denghuo.commerce.fieldwork.operations.receiving import Item, apply, receive
from denghuo.commerce.fieldwork.operations.resolving import (
    CannotBeResolved,
    apply_anyway,
    propose,
    put_aside,
    resolve_conflict,
)

__all__ = [
    "CannotBeResolved",
    "ConsentMissing",
    "CrewNotSuitable",
    "Item",
    "NotTheirTask",
    "TaskNotOpen",
    "accept",
    "apply",
    "apply_anyway",
    "arrive",
    "assign",
    "cancel",
    "complete",
    "dispatch",
    "forget_positions",
    "keep_photo",
    "keep_position",
    "meet",
    "propose",
    "put_aside",
    "receive",
    "resolve_conflict",
    "set_consent",
]
