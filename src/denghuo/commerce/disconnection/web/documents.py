"""Papers: the notice (停电通知书), first and second, and the letter to the power administration."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from denghuo.commerce.disconnection import queries, rules
from denghuo.commerce.disconnection.models import DisconnectionOrder, NoticeKind
from denghuo.commerce.disconnection.queries import words
from denghuo.commerce.disconnection.web.common import now, visible_order
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.documents import pdf
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import formats
from denghuo.foundation.ui.access import require
from denghuo.kernel.periods import day_of

KINDS = {"first": NoticeKind.FIRST, "second": NoticeKind.SECOND, "copy": NoticeKind.COPY}
REASONS = {
    "arrears": "欠费",
    "breach": "违约用电",
    "safety": "危及供用电安全",
    "theft": "窃电",
    "request": "客户申请",
}
GRADES = {"special": "特级", "first": "一级", "second": "二级", "temporary": "临时性"}


@require("disconnection.view")
@require_GET
def paper(request: StaffRequest, number: str, kind: str) -> HttpResponse:
    order = visible_order(request, number)
    if kind not in KINDS or order.reason not in rules.CHAINED or order.decided_at is None:
        raise Http404
    if kind == "copy" and order.importance not in rules.IMPORTANT:
        raise Http404
    at = now()
    body = pdf.render(
        "disconnection/notice.typ", {"notice": _data(order, KINDS[kind], at)}, created_at=order.decided_at
    )
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{order.number}-{kind}.pdf"'
    return response


def _data(order: DisconnectionOrder, kind: NoticeKind, at: Any) -> dict[str, Any]:
    on = day_of(at)
    limits = queries.limits(on)
    owed = receivables.owed(order.account_id, on=on)
    delivered = order.notices.filter(kind=kind).last()
    return {
        "kind": str(kind),
        "title": words.NOTICE_TITLES[kind],
        "unit": order.unit.name,
        "number": order.number,
        "customer": order.account.customer.name,
        "account": order.account.number,
        "reason": REASONS[order.reason],
        "arrears": order.reason == rules.ARREARS,
        "grade": GRADES.get(order.importance, ""),
        "points": [
            [point.supply_point.number, point.supply_point.address]
            for point in order.points.select_related("supply_point")
        ],
        "items": [
            [item.cycle or item.document_number, formats.day(item.due_date), item.open_fen]
            for item in owed.items
            if item.due_date < on and not item.disputed
        ],
        "overdue_fen": owed.overdue_fen,
        "late_fee_fen": owed.accrued_fen,
        "total_fen": owed.overdue_fen + owed.accrued_fen,
        "on": formats.day(on),
        "window": [formats.day(order.window_from), formats.day(order.window_to)],
        "days": limits.notice_days,
        "minutes": limits.second_notice_minutes,
        "restore_hours": limits.restore_hours,
        "basis": f"{rules.parameters.ORDINANCE}、{rules.parameters.SUPPLY_RULES}"
        if order.reason == "arrears"
        else rules.parameters.SUPPLY_RULES,
        "delivered": formats.moment(delivered.delivered_at) if delivered else "",
        "document_number": delivered.document_number if delivered else "",
        "authority": delivered.recipient if delivered and kind == NoticeKind.COPY else "",
    }
