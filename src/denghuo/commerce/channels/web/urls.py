"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.channels.web import callbacks

app_name = "channels"
urlpatterns = [
    path("wechat/notify", callbacks.wechat, name="wechat-notify"),
    path("alipay/notify", callbacks.alipay, name="alipay-notify"),
    path("thanks", callbacks.thanks, name="thanks"),
]
