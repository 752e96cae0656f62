"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.receivables.web import arrears, debts, lists, plans, waivers

app_name = "receivables"
urlpatterns = [
    path("arrears/", arrears.arrears, name="arrears"),
    path("arrears/accounts/", lists.ArrearsAccountList.as_view(), name="arrears-accounts"),
    path("items/", lists.ReceivableList.as_view(), name="items"),
    path("<int:pk>/late-fee/", debts.late_fee, name="late-fee"),
    path("<int:pk>/waive", debts.ask_waiver, name="ask-waiver"),
    path("<int:pk>/dispute", debts.open_dispute, name="open-dispute"),
    path("waivers/", lists.WaiverList.as_view(), name="waivers"),
    path("waivers/<int:pk>/", waivers.waiver_page, name="waiver"),
    path("waivers/<int:pk>/decide", waivers.decide_waiver, name="decide-waiver"),
    path("disputes/", lists.DisputeList.as_view(), name="disputes"),
    path("disputes/<int:pk>/close", debts.close_dispute, name="close-dispute"),
    path("plans/", lists.PlanList.as_view(), name="plans"),
    path("plans/<int:pk>/", plans.plan_page, name="plan"),
    path("plans/<int:pk>/decide", plans.decide_plan, name="decide-plan"),
    path("accounts/<int:account_pk>/plan", plans.propose, name="propose-plan"),
]
