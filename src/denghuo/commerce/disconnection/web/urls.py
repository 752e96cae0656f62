"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.disconnection.web import board, days, documents, field, lists, orders

app_name = "disconnection"
urlpatterns = [
    path("", board.board, name="board"),
    path("propose", board.propose_many, name="propose-many"),
    path("orders/", lists.OrderList.as_view(), name="orders"),
    path("refused/", lists.RefusedList.as_view(), name="refused"),
    path("days/", days.days, name="days"),
    path("days/<int:pk>/clear", days.clear, name="clear-day"),
    path("field/", field.work, name="field"),
    path("field/<str:number>/", field.order, name="field-order"),
    path("accounts/<int:account_id>/propose", orders.propose, name="propose"),
    path("accounts/<int:account_id>/stop", orders.stop_at_once, name="stop-at-once"),
    path("orders/<str:number>/", orders.order_page, name="order"),
    path("orders/<str:number>/papers/<str:kind>.pdf", documents.paper, name="paper"),
    path("orders/<str:number>/approve", orders.approve, name="approve"),
    path("orders/<str:number>/reject", orders.reject, name="reject"),
    path("orders/<str:number>/cancel", orders.cancel, name="cancel"),
    path("orders/<str:number>/assign", orders.assign, name="assign"),
    path("orders/<str:number>/notice", orders.deliver_notice, name="deliver-notice"),
    path("orders/<str:number>/copy", orders.copy_to_authority, name="copy"),
    path("orders/<str:number>/second", orders.second_notice, name="second-notice"),
    path("orders/<str:number>/execute", orders.execute, name="execute"),
    path("orders/<str:number>/remote", orders.execute_remote, name="execute-remote"),
    path("orders/<str:number>/restoration", orders.start_restoration, name="start-restoration"),
    path("orders/<str:number>/restore", orders.restore, name="restore"),
    path("orders/<str:number>/report", orders.report, name="report"),
]
