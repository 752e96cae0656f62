"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.inspection.web import (
    cases,
    documents,
    lists,
    notices,
    plan,
    profiles,
    statistics,
    visits,
)

app_name = "inspection"
urlpatterns = [
    path("", plan.board, name="board"),
    path("plan", plan.make, name="make-plan"),
    path("assign", plan.assign, name="assign"),
    path("mine/", plan.mine, name="mine"),
    path("visits/", lists.VisitList.as_view(), name="visits"),
    path("supply/<int:pk>/visit", plan.special, name="special"),
    path("supply/<int:pk>/case", cases.new, name="new-case"),
    path("supply/<int:pk>/security", profiles.edit, name="profile"),
    path("important/", profiles.important, name="important"),
    path("visits/<int:pk>/", visits.page, name="visit"),
    path("visits/<int:pk>/record", visits.record, name="record-visit"),
    path("visits/<int:pk>/finding", visits.add_finding, name="add-finding"),
    path("visits/<int:pk>/notice", visits.issue, name="issue"),
    path("visits/<int:pk>/not-met", visits.not_met, name="not-met"),
    path("visits/<int:pk>/cancel", visits.cancel, name="cancel-visit"),
    path("findings/", lists.FindingList.as_view(), name="findings"),
    path("notices/", notices.board, name="notices"),
    path("notices/<int:pk>/", notices.page, name="notice"),
    path("notices/<int:pk>/notice.pdf", documents.notice, name="notice-paper"),
    path("notices/<int:pk>/copy.pdf", documents.notice, {"copy": True}, name="notice-copy"),
    path("notices/<int:pk>/deliver", notices.deliver, name="deliver-notice"),
    path("notices/<int:pk>/recheck", notices.recheck, name="recheck-notice"),
    path("notices/<int:pk>/extend", notices.extend, name="extend-notice"),
    path("notices/<int:pk>/report", notices.report, name="report-notice"),
    path("notices/<int:pk>/tick", notices.tick, name="tick-notice"),
    path("notices/<int:pk>/withdraw", notices.withdraw, name="withdraw-notice"),
    path("cases/", lists.CaseList.as_view(), name="cases"),
    path("cases/<int:pk>/", cases.page, name="case"),
    path("cases/<int:pk>/case.pdf", documents.case, name="case-paper"),
    path("cases/<int:pk>/evidence", cases.evidence, name="evidence-case"),
    path("cases/<int:pk>/record", cases.sign, name="sign-case"),
    path("cases/<int:pk>/compute", cases.compute, name="compute-case"),
    path("cases/<int:pk>/submit", cases.submit, name="submit-case"),
    path("cases/<int:pk>/approve", cases.approve, name="approve-case"),
    path("cases/<int:pk>/send-back", cases.send_back, name="send_back-case"),
    path("cases/<int:pk>/stop", cases.stop, name="stop-case"),
    path("cases/<int:pk>/police", cases.police, name="police-case"),
    path("cases/<int:pk>/reward", cases.reward, name="reward-case"),
    path("cases/<int:pk>/close", cases.close, name="close-case"),
    path("cases/<int:pk>/drop", cases.drop, name="drop-case"),
    path("cases/<int:pk>/revoke", cases.revoke, name="revoke-case"),
    path("statistics/", statistics.page, name="statistics"),
    path("statistics/dangers.csv", statistics.file, name="statistics-file"),
]
