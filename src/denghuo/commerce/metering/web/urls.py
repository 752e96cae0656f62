"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.metering.web import views

app_name = "metering"
urlpatterns = [
    path("", views.MeterList.as_view(), name="meters"),
    path("register", views.register, name="register"),
    path("<int:pk>", views.meter, name="meter"),
    path("<int:pk>/verify", views.verify, name="verify"),
    path("points/<int:pk>", views.point, name="point"),
    path("points/<int:pk>/install", views.install, name="install"),
    path("points/<int:pk>/exchange", views.exchange, name="exchange"),
    path("points/<int:pk>/ratio", views.change_ratio, name="change-ratio"),
    path("points/<int:pk>/remove", views.remove, name="remove"),
    path("supply/<int:supply_pk>/points/add", views.add_point, name="add-point"),
]
