"""The addresses of this room."""

from __future__ import annotations

from django.urls import path

from denghuo.care.cases.web import acts, boards, case, catalogue, intake, lists, papers

app_name = "cases"
urlpatterns = [
    path("", lists.CaseList.as_view(), name="cases"),
    path("new", intake.new, name="new"),
    path("new/callers", intake.find, name="callers"),
    path("new/about", intake.about, name="about"),
    path("new/topics", intake.topics, name="topics"),
    path("complaints/", boards.complaints, name="complaints"),
    path("repairs/", boards.repairs, name="repairs"),
    path("improvements/", boards.improvements, name="improvements"),
    path("improvements/<int:pk>/done", acts.finish_improvement, name="finish-improvement"),
    path("improvements/<int:pk>/verified", acts.verify_improvement, name="verify-improvement"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/topic", catalogue.save_topic, name="save-topic"),
    path("catalogue/template", catalogue.save_template, name="save-template"),
    path("catalogue/settlement", catalogue.set_settlement, name="set-settlement"),
    path("<int:pk>/", case.page, name="case"),
    path("<int:pk>/explanation/", papers.explanation, name="explanation"),
    path("<int:pk>/explanation.pdf", papers.explanation_pdf, name="explanation-pdf"),
    path("<int:pk>/contact", acts.contact, name="contact"),
    path("<int:pk>/reply", acts.reply, name="reply"),
    path("<int:pk>/ask-support", acts.ask_support, name="ask-support"),
    path("<int:pk>/give-support", acts.give_support, name="give-support"),
    path("<int:pk>/assess", acts.assess, name="assess"),
    path("<int:pk>/check", acts.check, name="check"),
    path("<int:pk>/follow-up", acts.follow_up, name="follow-up"),
    path("<int:pk>/investigate", acts.investigate, name="investigate"),
    path("<int:pk>/decide", acts.decide, name="decide"),
    path("<int:pk>/gift", acts.gift, name="gift"),
    path("<int:pk>/escalate", acts.escalate, name="escalate"),
    path("<int:pk>/join", acts.join, name="join"),
    path("<int:pk>/withdraw", acts.withdraw, name="withdraw"),
    path("<int:pk>/dispatch", acts.dispatch, name="dispatch"),
    path("<int:pk>/go-on", acts.go_on, name="go-on"),
    path("<int:pk>/send-to-check", acts.send_to_check, name="send-to-check"),
    path("<int:pk>/record-check", acts.record_check, name="record-check"),
    path("<int:pk>/correct", acts.correct, name="correct"),
    path("<int:pk>/inspect", acts.inspect, name="inspect"),
    path("<int:pk>/decide-damage", acts.decide_damage, name="decide-damage"),
]
