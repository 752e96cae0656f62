"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.banking.web import batches, lists, mandates, receipts

app_name = "banking"
urlpatterns = [
    path("mandates/", lists.MandateList.as_view(), name="mandates"),
    path("mandates/new", mandates.new_mandate, name="new-mandate"),
    path("mandates/<int:pk>/", mandates.mandate_page, name="mandate"),
    path("mandates/<int:pk>/sign", mandates.sign, name="sign-mandate"),
    path("mandates/<int:pk>/suspend", mandates.suspend, name="suspend-mandate"),
    path("mandates/<int:pk>/end", mandates.end, name="end-mandate"),
    path("mandates/<int:pk>/reveal", mandates.reveal, name="reveal-mandate"),
    path("batches/", lists.BatchList.as_view(), name="batches"),
    path("batches/new", batches.new_batch, name="new-batch"),
    path("batches/<int:pk>/", batches.batch_page, name="batch"),
    path("batches/<int:pk>/items", lists.ItemList.as_view(), name="items"),
    path("batches/<int:pk>/file", batches.batch_file, name="batch-file"),
    path("batches/<int:pk>/send", batches.send, name="send-batch"),
    path("batches/<int:pk>/withdraw", batches.withdraw, name="withdraw-batch"),
    path("batches/<int:pk>/return", batches.take_return, name="take-return"),
    path("batches/<int:pk>/post", batches.post, name="post-batch"),
    path("batches/<int:pk>/give-up", batches.give_up, name="give-up-batch"),
    path("answers/", lists.LineList.as_view(), name="lines"),
    path("answers/<int:pk>/settle", batches.settle_line, name="settle-line"),
    path("receipts/", lists.ReceiptList.as_view(), name="receipts"),
    path("receipts/<int:pk>/", receipts.receipt_page, name="receipt"),
    path("receipts/<int:pk>/match", receipts.match, name="match-receipt"),
    path("receipts/<int:pk>/send-back", receipts.ask_send_back, name="ask-send-back"),
    path("matches/<int:pk>/undo", receipts.undo, name="undo-match"),
    path("send-backs/<int:pk>/decide", receipts.decide_send_back, name="decide-send-back"),
    path("files/", lists.FileList.as_view(), name="files"),
]
