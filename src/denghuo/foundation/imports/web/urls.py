"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.foundation.imports.web import batches, upload

app_name = "imports"
urlpatterns = [
    path("", upload.home, name="home"),
    path("batches", batches.BatchList.as_view(), name="batches"),
    path("new/<slug:code>", upload.new, name="new"),
    path("new/<slug:code>/template.<slug:form>", upload.template, name="template"),
    path("<int:batch_id>", batches.batch, name="batch"),
    path("<int:batch_id>/mapping", batches.mapping, name="mapping"),
    path("<int:batch_id>/check", batches.check, name="check"),
    path("<int:batch_id>/commit", batches.commit, name="commit"),
    path("<int:batch_id>/discard", batches.discard, name="discard"),
    path("<int:batch_id>/refused.<slug:form>", batches.refused, name="refused"),
]
