"""How a payment through WeChat Pay or Alipay is judged: the port, the states of an order, the schedule, the checks."""

from denghuo.commerce.channels.rules.gateway import (
    BillLine,
    GatewayOff,
    GatewayRefused,
    GatewayUnreachable,
    NothingBilled,
    Notice,
    NoticeRefused,
    OrderRequest,
    OrderStatus,
    PaymentGateway,
    RefundRequest,
    RefundStatus,
    Ticket,
)
from denghuo.commerce.channels.rules.notices import BODY_LIMIT, CLOCK_TOLERANCE, LOGGED_A_MINUTE, refusal
from denghuo.commerce.channels.rules.states import FINAL, OPEN, PRODUCTS, believed, may_become, product_of

__all__ = [
    "BODY_LIMIT",
    "CLOCK_TOLERANCE",
    "FINAL",
    "LOGGED_A_MINUTE",
    "OPEN",
    "PRODUCTS",
    "BillLine",
    "GatewayOff",
    "GatewayRefused",
    "GatewayUnreachable",
    "Notice",
    "NoticeRefused",
    "NothingBilled",
    "OrderRequest",
    "OrderStatus",
    "PaymentGateway",
    "RefundRequest",
    "RefundStatus",
    "Ticket",
    "believed",
    "may_become",
    "product_of",
    "refusal",
]
