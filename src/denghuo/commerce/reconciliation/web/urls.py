"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.reconciliation.web import lists, pages

app_name = "reconciliation"
urlpatterns = [
    path("", pages.board, name="board"),
    path("upload", pages.upload, name="upload"),
    path("files/", lists.StatementList.as_view(), name="statements"),
    path("files/<int:pk>/", pages.statement_page, name="statement"),
    path("days/<int:pk>/", pages.day_page, name="day"),
    path("days/<int:pk>/compare", pages.compare, name="compare"),
    path("days/<int:pk>/close", pages.close, name="close-day"),
    path("days/<int:pk>/settle", pages.settle, name="settle"),
    path("differences/", lists.DifferenceList.as_view(), name="differences"),
    path("differences/<int:pk>/", pages.difference_page, name="difference"),
    path("differences/<int:pk>/claim", pages.claim, name="claim"),
    path("differences/<int:pk>/explain", pages.explain, name="explain"),
    path("differences/<int:pk>/book", pages.ask_booking, name="ask-booking"),
    path("differences/<int:pk>/decide", pages.decide_booking, name="decide-booking"),
]
