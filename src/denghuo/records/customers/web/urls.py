"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.records.customers.web import views
from denghuo.records.customers.web.lists import AccountList, CustomerList

app_name = "customers"
urlpatterns = [
    path("", CustomerList.as_view(), name="customers"),
    path("register", views.register, name="register"),
    path("accounts", AccountList.as_view(), name="accounts"),
    path("accounts/<int:pk>", views.account, name="account"),
    path("accounts/<int:pk>/close", views.close_account, name="close-account"),
    path("<int:pk>", views.customer, name="customer"),
    path("<int:pk>/edit", views.edit, name="edit"),
    path("<int:pk>/reveal/<str:field>", views.reveal, name="reveal"),
    path("<int:pk>/timeline", views.happenings, name="timeline"),
    path("<int:pk>/contacts/add", views.add_contact, name="add-contact"),
    path("<int:pk>/contacts/<int:contact_pk>/end", views.end_contact, name="end-contact"),
    path("<int:pk>/consents/give", views.give_consent, name="give-consent"),
    path("<int:pk>/consents/<str:purpose>/withdraw", views.withdraw_consent, name="withdraw-consent"),
    path("<int:pk>/accounts/open", views.open_account, name="open-account"),
]
