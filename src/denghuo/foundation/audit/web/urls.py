"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.foundation.audit.web import views

app_name = "audit"
urlpatterns = [
    path("", views.Trail.as_view(), name="trail"),
    path("<int:sequence>", views.entry, name="entry"),
    path("verify", views.verify, name="verify"),
]
