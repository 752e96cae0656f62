from __future__ import annotations

from django.urls import path

from denghuo.commerce.changes.web import asking, board, changes, lists

app_name = "changes"
urlpatterns = [
    path("", lists.ChangeList.as_view(), name="list"),
    path("not-allowed", lists.RefusedList.as_view(), name="not-allowed"),
    path("board", board.board, name="board"),
    path("new", asking.find, name="new"),
    path("new/<int:point_id>", asking.choose, name="choose"),
    path("new/<int:point_id>/<str:kind>", asking.ask, name="ask"),
    path("transformers/<int:point_id>", asking.transformers, name="transformers"),
    path("<int:pk>", changes.change_page, name="change"),
    path("<int:pk>/approve", changes.approve, name="approve"),
    path("<int:pk>/refuse", changes.refuse, name="refuse"),
    path("<int:pk>/cancel", changes.cancel, name="cancel"),
    path("<int:pk>/work", changes.work, name="work"),
    path("<int:pk>/final-bill", changes.final_bill, name="final-bill"),
    path("<int:pk>/issue", changes.issue, name="issue"),
    path("<int:pk>/settle", changes.settle, name="settle"),
    path("<int:pk>/archive", changes.archive, name="archive"),
]
