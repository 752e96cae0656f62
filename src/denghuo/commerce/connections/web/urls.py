"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.connections.web import acts, documents, intake, lists, pages, plans, progress

app_name = "connections"
urlpatterns = [
    path("", lists.ApplicationList.as_view(), name="applications"),
    path("new", intake.new, name="new"),
    path("progress/", progress.progress, name="progress"),
    path("<int:pk>/", pages.application_page, name="application"),
    path("<int:pk>/survey", acts.survey, name="survey"),
    path("<int:pk>/dispatch", acts.dispatch, name="dispatch"),
    path("<int:pk>/plan", plans.edit, name="plan"),
    path("<int:pk>/plan/draft", acts.draft, name="draft"),
    path("<int:pk>/plan/submit", acts.submit, name="submit"),
    path("<int:pk>/plan/decide", acts.decide, name="decide"),
    path("<int:pk>/plan/answer", acts.answer, name="answer"),
    path("<int:pk>/plan.pdf", documents.plan_paper, name="plan-paper"),
    path("<int:pk>/contract.pdf", documents.contract_paper, name="contract-paper"),
    path("<int:pk>/fees", acts.fees, name="fees"),
    path("<int:pk>/contract", acts.contract, name="contract"),
    path("<int:pk>/works", acts.works, name="works"),
    path("<int:pk>/review/<str:kind>", acts.review, name="review"),
    path("<int:pk>/abilities", acts.abilities, name="abilities"),
    path("<int:pk>/meters", acts.meter, name="meter"),
    path("<int:pk>/meters/<int:issue_id>/return", acts.return_meter, name="return-meter"),
    path("<int:pk>/install", acts.install, name="install"),
    path("<int:pk>/documents", acts.document, name="document"),
    path("<int:pk>/withdraw", acts.withdraw, name="withdraw"),
    path("<int:pk>/refusal", acts.propose_refusal, name="propose-refusal"),
    path("<int:pk>/refusal/<int:refusal_id>", acts.decide_refusal, name="decide-refusal"),
    path("<int:pk>/pause", acts.pause, name="pause"),
]
