from __future__ import annotations

from django.urls import path

from denghuo.foundation.files.web import views

app_name = "files"
urlpatterns = [path("<int:pk>", views.file, name="file")]
