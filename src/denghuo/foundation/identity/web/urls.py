"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.foundation.identity.web import account

app_name = "identity"
urlpatterns = [
    path("sign-in", account.sign_in, name="sign-in"),
    path("sign-out", account.sign_out, name="sign-out"),
    path("profile", account.profile, name="profile"),
    path("profile/language", account.language, name="language"),
    path("profile/password", account.change_password, name="change-password"),
]
