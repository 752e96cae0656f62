"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.records.grid.web import views

app_name = "grid"
urlpatterns = [
    path("", views.tree, name="tree"),
    path("branch/<str:level>/<int:pk>", views.branch, name="branch"),
    path("substations/add", views.add_substation, name="add-substation"),
    path("substations/<int:pk>/feeders/add", views.add_feeder, name="add-feeder"),
    path("feeders/<int:pk>", views.feeder, name="feeder"),
    path("feeders/<int:pk>/transformers/add", views.add_transformer, name="add-transformer"),
    path("transformers/<int:pk>", views.transformer, name="transformer"),
    path("transformers/<int:pk>/move", views.move_transformer, name="move-transformer"),
    path("transformers/<int:pk>/area/add", views.add_area, name="add-area"),
    path("areas/<int:pk>", views.area, name="area"),
    path("areas/<int:pk>/move", views.move_area, name="move-area"),
]
