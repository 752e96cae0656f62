"""How long a payment code or link may be used."""

from __future__ import annotations

from denghuo.foundation.parameters.rules import declare

_BASIS = "微信支付、支付宝开放平台接口文档：订单有效期由商户设定"

CODE_MINUTES = declare("channels.code_minutes", 15, basis=_BASIS, confidence="V1", low=2, high=120)
LINK_MINUTES = declare("channels.link_minutes", 120, basis=_BASIS, confidence="V1", low=5, high=120)
