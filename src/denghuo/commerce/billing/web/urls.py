"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.billing.web import bills, exceptions, gate, lists, prints, runs

app_name = "billing"
urlpatterns = [
    path("runs/", lists.RunList.as_view(), name="runs"),
    path("runs/new", runs.new_run, name="new-run"),
    path("runs/completeness", runs.completeness, name="completeness"),
    path("runs/<int:pk>/", runs.run_page, name="run"),
    path("runs/<int:pk>/live", runs.live, name="run-live"),
    path("runs/<int:pk>/accounts", lists.RunItemList.as_view(), name="run-items"),
    path("runs/<int:pk>/approve", runs.approve, name="approve-run"),
    path("runs/<int:pk>/issue", runs.issue, name="issue-run"),
    path("runs/<int:pk>/discard", runs.discard, name="discard-run"),
    path("exceptions/", lists.ExceptionList.as_view(), name="exceptions"),
    path("exceptions/release", exceptions.release_many, name="release-many"),
    path("exceptions/<int:pk>/", exceptions.exception_page, name="exception"),
    path("exceptions/<int:pk>/claim", exceptions.claim, name="claim"),
    path("exceptions/<int:pk>/release", exceptions.release, name="release"),
    path("exceptions/<int:pk>/reread", exceptions.reread, name="reread"),
    path("exceptions/<int:pk>/bill-again", exceptions.bill_again, name="bill-again"),
    path("bills/", lists.BillList.as_view(), name="bills"),
    path("bills/<str:number>/", bills.bill_page, name="bill"),
    path("bills/<str:number>/pdf", bills.bill_pdf, name="bill-pdf"),
    path("bills/<str:number>/reverse", bills.reverse_bill, name="reverse-bill"),
    path("reversals/", lists.ReversalList.as_view(), name="reversals"),
    path("reversals/<int:pk>/", bills.reversal_page, name="reversal"),
    path("reversals/<int:pk>/decide", bills.decide_reversal, name="decide-reversal"),
    path("gate/", gate.gate, name="gate"),
    path("prints/", prints.prints, name="prints"),
    path("prints/<int:pk>/file", prints.print_file, name="print-file"),
]
