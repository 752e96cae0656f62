"""Everything that deals with WeChat Pay and Alipay."""

from denghuo.commerce.channels.operations.gateways import available, gateway, replaced, standing
from denghuo.commerce.channels.operations.incidents import IncidentCannotBeSettled, settle_incident
from denghuo.commerce.channels.operations.janitor import Sweep, sweep
from denghuo.commerce.channels.operations.notices import Envelope, hear
from denghuo.commerce.channels.operations.orders import KeyUsed, OrderImpossible, close, look_up, place
from denghuo.commerce.channels.operations.refunds import prepare, pursue

__all__ = [
    "Envelope",
    "IncidentCannotBeSettled",
    "KeyUsed",
    "OrderImpossible",
    "Sweep",
    "available",
    "close",
    "gateway",
    "hear",
    "look_up",
    "place",
    "prepare",
    "pursue",
    "replaced",
    "settle_incident",
    "standing",
    "sweep",
]
