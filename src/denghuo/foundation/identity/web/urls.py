"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.foundation.identity.web import account, installation, organisation, staff

app_name = "identity"
urlpatterns = [
    path("sign-in", account.sign_in, name="sign-in"),
    path("sign-out", account.sign_out, name="sign-out"),
    path("profile", account.profile, name="profile"),
    path("profile/language", account.language, name="language"),
    path("profile/password", account.change_password, name="change-password"),
    path("settings", installation.page, name="settings"),
    path("staff/", staff.StaffList.as_view(), name="staff-list"),
    path("staff/new", staff.new, name="staff-new"),
    path("staff/<int:pk>", staff.page, name="staff-page"),
    path("staff/<int:pk>/edit", staff.edit, name="staff-edit"),
    path("staff/<int:pk>/grant", staff.grant, name="grant"),
    path("staff/<int:pk>/roles/<int:assignment>/revoke", staff.revoke, name="revoke"),
    path("staff/<int:pk>/disable", staff.disable, name="disable"),
    path("staff/<int:pk>/enable", staff.enable, name="enable"),
    path("staff/<int:pk>/reset-password", staff.reset_password, name="reset-password"),
    path("staff/roles", staff.roles, name="roles"),
    path("staff/units", organisation.units, name="units"),
    path("staff/units/new", organisation.new_unit, name="unit-new"),
    path("staff/units/<str:code>", organisation.unit, name="unit"),
    path("staff/api-clients", organisation.clients, name="clients"),
    path("staff/api-clients/<int:pk>/revoke", organisation.revoke_client, name="client-revoke"),
]
