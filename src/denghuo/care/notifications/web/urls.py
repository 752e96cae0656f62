"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from denghuo.care.notifications.web import messages, texts

app_name = "notifications"
urlpatterns = [
    path("", messages.MessageList.as_view(), name="messages"),
    path("inbox/", messages.inbox, name="inbox"),
    path("texts/", texts.texts, name="texts"),
    path("texts/<str:code>/", texts.text, name="text"),
    path("<int:pk>/", messages.message, name="message"),
    path("<int:pk>/again", messages.again, name="again"),
]
