"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from denghuo.commerce.tariffs.web import books, calculator, days, drafts

app_name = "tariffs"
urlpatterns = [
    path("", books.book_list, name="books"),
    path("calculator/", calculator.page, name="calculator"),
    path("calculator/result/", calculator.result, name="calculator-result"),
    path("days/", days.page, name="days"),
    path("days/set/", days.set_day, name="set-day"),
    path("days/<int:pk>/clear/", days.clear_day, name="clear-day"),
    path("drafts/new/", drafts.upload, name="upload"),
    path("drafts/save/", drafts.save, name="save-draft"),
    path("drafts/template.csv", drafts.csv_template, name="csv-template"),
    path("books/<slug:code>/", books.book, name="book"),
    path("versions/<int:pk>/", books.version, name="version"),
    path("versions/<int:pk>/differences/", books.version_differences, name="differences"),
    path("versions/<int:pk>/decide/", books.decide, name="decide"),
    path("versions/<int:pk>/book.json", books.book_json, name="book-json"),
    path("versions/<int:pk>/prices.csv", books.prices_csv, name="prices-csv"),
]
