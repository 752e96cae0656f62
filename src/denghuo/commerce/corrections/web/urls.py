"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.corrections.web import calculators, lists, mass, pages, wizard

app_name = "corrections"
urlpatterns = [
    path("", lists.CorrectionList.as_view(), name="corrections"),
    path("new", wizard.start, name="new"),
    path("new/<int:pk>/<str:reason>", wizard.facts, name="facts"),
    path("calculators/", calculators.calculators, name="calculators"),
    path("mass/", lists.MassList.as_view(), name="mass-list"),
    path("mass/new", mass.new_mass, name="new-mass"),
    path("mass/<str:number>/", mass.mass_page, name="mass"),
    path("mass/<str:number>/accounts", lists.MassItemList.as_view(), name="mass-items"),
    path("mass/<str:number>/submit", mass.submit_mass, name="submit-mass"),
    path("mass/<str:number>/decide", mass.decide_mass, name="decide-mass"),
    path("<str:number>/", pages.correction_page, name="correction"),
    path("<str:number>/submit", pages.submit, name="submit"),
    path("<str:number>/withdraw", pages.withdraw, name="withdraw"),
    path("<str:number>/decide", pages.decide, name="decide"),
    path("<str:number>/notice", pages.notice, name="notice"),
    path("<str:number>/letter", pages.letter, name="letter"),
]
