"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.channels.web import callbacks, incidents, lists, orders

app_name = "channels"
urlpatterns = [
    path("", incidents.overview, name="overview"),
    path("wechat/notify", callbacks.wechat, name="wechat-notify"),
    path("alipay/notify", callbacks.alipay, name="alipay-notify"),
    path("thanks", callbacks.thanks, name="thanks"),
    path("orders/", lists.OrderList.as_view(), name="orders"),
    path("orders/new/<str:account>/", orders.new_order, name="new-order"),
    path("orders/<str:number>/", orders.order_page, name="order"),
    path("orders/<str:number>/live", orders.live, name="order-live"),
    path("orders/<str:number>/query", orders.query_now, name="query-order"),
    path("orders/<str:number>/close", orders.close_order, name="close-order"),
    path("refunds/", lists.RefundList.as_view(), name="refunds"),
    path("notifications/", lists.NotificationList.as_view(), name="notifications"),
    path("incidents/", lists.IncidentList.as_view(), name="incidents"),
    path("incidents/<int:pk>/", incidents.incident_page, name="incident"),
    path("incidents/<int:pk>/settle", incidents.settle, name="settle-incident"),
]
