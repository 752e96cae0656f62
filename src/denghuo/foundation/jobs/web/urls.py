"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.foundation.jobs.web import views

app_name = "jobs"
urlpatterns = [
    path("", views.RunList.as_view(), name="runs"),
    path("dead-letters", views.dead_letters, name="dead-letters"),
    path("tasks/<uuid:task_id>/retry", views.retry_task, name="retry-task"),
    path("<int:run_id>", views.run, name="run"),
    path("<int:run_id>/progress", views.progress, name="progress"),
    path("<int:run_id>/<slug:verb>", views.steer, name="steer"),
]
