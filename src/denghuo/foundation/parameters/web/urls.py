"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from denghuo.foundation.parameters.web import views

app_name = "parameters"
urlpatterns = [
    path("", views.parameters, name="parameters"),
    path("<str:code>/", views.parameter, name="parameter"),
]
