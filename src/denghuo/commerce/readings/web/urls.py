"""Addresses of this app."""

from __future__ import annotations

app_name = "readings"
urlpatterns: list = []
