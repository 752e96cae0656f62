"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.outages.web import board, faults, lists, outages, reliability, requests

app_name = "outages"
urlpatterns = [
    path("", board.board, name="board"),
    path("all/", lists.OutageList.as_view(), name="outages"),
    path("priorities/", lists.priorities, name="priorities"),
    path("reliability/", reliability.reliability, name="reliability"),
    path("request/", requests.new, name="request"),
    path("request/check", requests.check, name="check"),
    path("faults/new", faults.new, name="fault"),
    path("signals/<int:pk>/dismiss", faults.dismiss, name="dismiss"),
    path("by-id/<int:pk>/", outages.by_id, name="by-id"),
    path("<str:number>/", outages.outage, name="outage"),
    path("<str:number>/affected/", lists.AffectedList.as_view(), name="affected"),
    path("<str:number>/affected/<int:pk>/treat", outages.treat, name="treat"),
    path("<str:number>/approve", outages.approve, name="approve"),
    path("<str:number>/refuse", outages.refuse, name="refuse"),
    path("<str:number>/cancel", outages.cancel, name="cancel"),
    path("<str:number>/change", outages.change, name="change"),
    path("<str:number>/start", outages.start, name="start"),
    path("<str:number>/progress", outages.progress, name="progress"),
    path("<str:number>/estimate", outages.estimate, name="estimate"),
    path("<str:number>/restore", outages.restore, name="restore"),
    path("<str:number>/retract", outages.retract, name="retract"),
]
