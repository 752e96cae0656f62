"""Addresses of this app: the terminal at the root, its protocol below ``api/``, the pages of the office below ``desk/``."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.fieldwork.web import desk, lists, sync, terminal

app_name = "fieldwork"
urlpatterns = [
    path("", terminal.shell, name="terminal"),
    path("manifest.webmanifest", terminal.manifest, name="manifest"),
    path("worker.js", terminal.worker, name="worker"),
    path("api/load", sync.load, name="load"),
    path("api/sync", sync.sync, name="sync"),
    path("api/photo", sync.photo, name="photo"),
    path("api/consent", sync.consent, name="consent"),
    path("api/propose", sync.propose, name="propose"),
    path("desk/", lists.TaskList.as_view(), name="tasks"),
    path("desk/board", desk.board, name="board"),
    path("desk/new", desk.new, name="new"),
    path("desk/tasks/<int:pk>", desk.task, name="task"),
    path("desk/tasks/<int:pk>/assign", desk.assign, name="assign"),
    path("desk/tasks/<int:pk>/cancel", desk.cancel, name="cancel"),
    path("desk/conflicts", desk.conflicts, name="conflicts"),
    path("desk/conflicts/<int:pk>", desk.conflict, name="conflict"),
    path("desk/submissions", lists.SubmissionList.as_view(), name="submissions"),
    path("desk/devices", lists.DeviceList.as_view(), name="devices"),
]
