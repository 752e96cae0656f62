"""Addresses of this app."""

from __future__ import annotations

from datetime import date

from django.urls import path, register_converter

from denghuo.foundation.calendars.web import views


class DateConverter:
    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return str(value)


register_converter(DateConverter, "calendar_date")

app_name = "calendars"
urlpatterns = [
    path("", views.this_year, name="this-year"),
    path("<int:number>", views.year, name="year"),
    path("<calendar_date:on>", views.day, name="day"),
]
