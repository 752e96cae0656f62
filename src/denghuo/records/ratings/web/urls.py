from __future__ import annotations

from django.urls import path

from denghuo.records.ratings.web import pages

app_name = "ratings"
urlpatterns = [
    path("", pages.GradeList.as_view(), name="grades"),
    path("customers/<int:pk>", pages.customer, name="customer"),
    path("customers/<int:pk>/set", pages.set_by_hand, name="set"),
]
