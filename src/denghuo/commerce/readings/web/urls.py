"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.readings.web import entry, month, routes, worklist
from denghuo.commerce.readings.web.lists import ExceptionList, RouteList

app_name = "readings"
urlpatterns = [
    path("", month.month, name="month"),
    path("not-read", month.not_read, name="not-read"),
    path("not-read/raise", month.raise_missing, name="raise-missing"),
    path("notices", month.notices, name="notices"),
    path("calendar", month.calendar, name="calendar"),
    path("routes", RouteList.as_view(), name="routes"),
    path("routes/open", routes.open_route, name="open-route"),
    path("routes/rotation", routes.rotation, name="rotation"),
    path("routes/<int:pk>", routes.route, name="route"),
    path("routes/<int:pk>/schedule", routes.schedule, name="schedule"),
    path("routes/<int:pk>/reader", routes.assign_reader, name="assign-reader"),
    path("routes/<int:pk>/stops", routes.add_stops, name="add-stops"),
    path("routes/<int:pk>/entry", entry.entry, name="entry"),
    path("stops/<int:pk>/check", entry.check, name="check-line"),
    path("stops/<int:pk>/save", entry.save, name="save-line"),
    path("exceptions", ExceptionList.as_view(), name="exceptions"),
    path("exceptions/accept", worklist.accept_many, name="accept-many"),
    path("exceptions/claim", worklist.claim, name="claim"),
    path("exceptions/<int:pk>", worklist.exception, name="exception"),
    path("exceptions/<int:pk>/assign", worklist.assign, name="assign"),
    path("exceptions/<int:pk>/accept", worklist.accept, name="accept"),
    path("exceptions/<int:pk>/reread", worklist.reread, name="reread"),
    path("exceptions/<int:pk>/estimate", worklist.estimate, name="estimate"),
    path("exceptions/<int:pk>/meter-check", worklist.order_meter_check, name="meter-check"),
    path("exceptions/<int:pk>/correct-estimate", worklist.correct_estimate, name="correct-estimate"),
    path("readings/<int:pk>/repair", worklist.repair, name="repair"),
]
