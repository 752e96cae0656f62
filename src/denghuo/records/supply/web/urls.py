"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.records.supply.web import views
from denghuo.records.supply.web.lists import SupplyPointList

app_name = "supply"
urlpatterns = [
    path("", SupplyPointList.as_view(), name="supply-points"),
    path("open", views.open_supply_point, name="open"),
    path("behind-area/<int:area_pk>", views.behind_area, name="behind-area"),
    path("behind-transformer/<int:transformer_pk>", views.behind_transformer, name="behind-transformer"),
    path("<int:pk>", views.supply_point, name="supply-point"),
    path("<int:pk>/reveal", views.reveal, name="reveal"),
    path("<int:pk>/terms", views.change_terms, name="change-terms"),
    path("<int:pk>/losses", views.set_loss_terms, name="losses"),
    path("<int:pk>/contract", views.sign_contract, name="contract"),
    path("<int:pk>/address", views.amend_address, name="address"),
    path("<int:pk>/payer", views.change_payer, name="payer"),
    path("<int:pk>/seal", views.seal, name="seal"),
    path("<int:pk>/unseal", views.unseal, name="unseal"),
    path("<int:pk>/close", views.close, name="close"),
]
