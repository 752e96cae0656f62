"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.ledger.web import balances, lists, periods, postings, statements

app_name = "ledger"
urlpatterns = [
    path("", balances.trial_balance, name="trial-balance"),
    path("entries/", lists.EntryList.as_view(), name="entries"),
    path("postings/", lists.PostingList.as_view(), name="postings"),
    path("postings/<int:pk>/", postings.posting_page, name="posting"),
    path("accounts/", statements.statement_of, name="statement-of"),
    path("accounts/<str:number>/", statements.statement_page, name="statement"),
    path("accounts/<str:number>/pdf", statements.statement_pdf, name="statement-pdf"),
    path("periods/", periods.periods, name="periods"),
    path("periods/close", periods.close, name="close-period"),
]
