"""Addresses of this app."""

from __future__ import annotations

app_name = "tariffs"
urlpatterns: list = []
