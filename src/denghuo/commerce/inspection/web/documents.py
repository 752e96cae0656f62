"""Papers: the notice to rectify, its copy to the authority, and the record of a case with its computation."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_GET

from denghuo.commerce.inspection.models import BreachCase, Rectification
from denghuo.commerce.inspection.web.cases import explained, visible_case
from denghuo.commerce.inspection.web.notices import visible_notice
from denghuo.foundation.documents import pdf
from denghuo.foundation.files import queries as files
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import formats
from denghuo.foundation.ui.access import require

LEVELS = {"minor": "一般", "larger": "较大", "major": "重大"}
GRADES = {"special": "特级", "first": "一级", "second": "二级", "temporary": "临时性"}
LARGEST_SIGNATURE = 500_000
KINDS = {
    "theft": "窃电", "class": "高价低接", "capacity": "私增容量", "quota": "超计划用电", "sealed": "擅自使用已停用设备",
    "device": "擅自更动计量或供电设施", "source": "擅自引入、供出电源",
}  # fmt: skip
LINES = {
    "energy": "补交电费", "difference": "补交差额电费", "basic": "补交容（需）量电费", "multiple": "违约使用电费",
    "capacity": "违约使用电费", "sealed": "违约使用电费", "device": "违约使用电费", "source": "违约使用电费",
    "quota_power": "违约使用电费", "quota_energy": "违约使用电费",
}  # fmt: skip


def _pdf(template: str, name: str, data: dict[str, Any], at: Any) -> HttpResponse:
    response = HttpResponse(pdf.render(template, data, created_at=at), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _signature(notice: Rectification) -> list[int]:
    """The bytes of the picture of the signature, where there is one that can be set."""
    if notice.signature is None or notice.signature.media_type not in ("image/png", "image/jpeg"):
        return []
    if notice.signature.size_bytes > LARGEST_SIGNATURE:
        return []
    try:
        return list(files.content(notice.signature))
    except files.FileDamaged:
        return []


@require("inspection.view")
@require_GET
def notice(request: StaffRequest, pk: int, copy: bool = False) -> HttpResponse:
    found = visible_notice(request, pk)
    letter = found.reports.last() if copy else None
    if copy and letter is None:
        raise Http404
    point = found.supply_point
    data = {
        "copy": copy,
        "unit": found.unit.name,
        "number": found.number,
        "customer": point.customer.name,
        "point": point.number,
        "address": point.address,
        "grade": GRADES.get(found.importance, ""),
        "issued": formats.day(found.issued_at),
        "due": formats.day(found.due_date),
        "inspector": found.inspector.name if found.inspector else "",
        "findings": [
            [item.code, item.text, item.note, LEVELS[item.level], item.basis]
            for item in found.findings.order_by("pk")
        ],
        "delivered": formats.moment(found.delivered_at) if found.delivered_at else "",
        "signatory": found.signatory,
        "signature": _signature(found),
        "refused": found.refused,
        "witness": found.witness,
        "authority": letter.authority if letter else "",
        "document_number": letter.document_number if letter else "",
        "text": letter.text if letter else "",
        "reported": formats.day(letter.reported_at) if letter else "",
        "rechecks": [
            [formats.day(check.checked_at), "已整改" if check.passed else "未整改", check.note]
            for check in found.rechecks.all()
        ],
    }
    name = f"{found.number}-copy" if copy else found.number
    try:
        return _pdf("inspection/notice.typ", name, {"notice": data}, found.issued_at)
    except pdf.DocumentFailed:
        if not data["signature"]:
            raise
        # a picture that cannot be read: the name stands for it
        return _pdf("inspection/notice.typ", name, {"notice": {**data, "signature": []}}, found.issued_at)


@require("inspection.view")
@require_GET
def case(request: StaffRequest, pk: int) -> HttpResponse:
    found = visible_case(request, pk)
    if not found.total_fen:
        raise Http404
    with translation.override("zh-hans"):  # the paper is Chinese, whoever prints it
        data = _case(found)
    return _pdf("inspection/case.typ", found.number, {"case": data}, found.drafted_at)


def _case(found: BreachCase) -> dict[str, Any]:
    point = found.supply_point
    return {
        "theft": found.is_theft,
        "kind": KINDS[found.kind],
        "unit": found.unit.name,
        "number": found.number,
        "customer": point.customer.name,
        "account": point.account.number,
        "point": point.number,
        "address": point.address,
        "found": formats.moment(found.found_at),
        "description": found.description,
        "evidence": [[item.get_kind_display(), item.note] for item in found.evidence.all()],
        "signatory": found.record_signatory,
        "refused": found.record_refused,
        "witness": found.record_witness,
        "lines": [
            [
                LINES.get(line.code, line.code),
                explained(line),
                f"{formats.day(line.from_date)} 至 {formats.day(line.to_date)}（不含）"
                if line.from_date
                else "",
                line.basis,
                line.amount_fen,
            ]
            for line in found.lines.all()
        ],
        "backbill_fen": found.backbill_fen,
        "breach_fen": found.breach_fen,
        "total_fen": found.total_fen,
        "due": formats.day(found.due_date) if found.due_date else "",
        "decided": formats.day(found.decided_at) if found.decided_at else "",
    }
