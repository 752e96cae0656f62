"""A list on invented staff, for the browser tests of lists: the whole project with one page more."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from denghuo.foundation.identity.models import Staff
from denghuo.foundation.ui.access import signed_in
from denghuo.foundation.ui.lists import (
    BulkAction,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    FlagFilter,
    ListPage,
    TextFilter,
)

posted: list[dict[str, list[str]]] = []


@signed_in
class People(ListPage):
    model = Staff
    title = "人员"
    columns = [
        Column("username", "用户名", url=lambda row: f"/people?q={row.username}", sort=True),
        Column("name", "姓名", kind="masked", mask="name", reveal=lambda row: f"/people/{row.pk}/name"),
        Column("phone", "电话", kind="masked", mask="phone"),
        Column("state", "状态", kind="badge", value=lambda row: "active" if row.is_active else "closed"),
        Column("created_at", "建档时间", kind="moment", hidden=True),
    ]
    filters = [
        TextFilter("q", "用户名", lookups=("username__startswith",)),
        FlagFilter("is_active", "在用"),
        ChoiceFilter("language", "语言", choices=[("zh-hans", "中文")]),
        DateRangeFilter("created", "建档时间", field="created_at", instant=True),
    ]
    keyset = ("username",)
    bulk_actions = [
        BulkAction("停用", "/people/close", icon="ban", confirm="停用所选人员？", reason=True, danger=True)
    ]


@signed_in
def close(request: HttpRequest) -> HttpResponse:
    posted.append({"ids": request.POST.getlist("ids"), "reason": request.POST.getlist("reason")})
    return HttpResponse("<title>done</title><link rel=icon href=data:,><h1>done</h1>")


@signed_in
def name(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.POST.get("reason"):
        return HttpResponse("no reason", status=400)
    return HttpResponse(Staff.objects.get(pk=pk).name)


urlpatterns = [
    path("people", People.as_view()),
    path("people/close", close),
    path("people/<int:pk>/name", name),
    path("", include("denghuo.project.urls")),
]
handler404 = "denghuo.foundation.ui.web.errors.page_not_found"
