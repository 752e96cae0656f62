"""Notices to rectify: the board with the overdue ones first, and the page of each."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET

from denghuo.commerce.inspection import operations, queries
from denghuo.commerce.inspection.models import Rectification
from denghuo.commerce.inspection.queries import words
from denghuo.commerce.inspection.web import forms as pages
from denghuo.commerce.inspection.web.common import Act, Bound, found, kept, now, verb
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui.access import require
from denghuo.foundation.workflow.web.panel import panel
from denghuo.kernel.periods import day_of

SHOWN = 200


@require("inspection.view")
@require_GET
def board(request: StaffRequest) -> HttpResponse:
    on = day_of(now())
    scope = request.user.scope
    notices = list(queries.rectifying.open_notices(scope)[:SHOWN])
    done, owed = queries.rectifying.duty_share(scope, on)
    return render(
        request,
        "inspection/notices.html",
        {
            "rows": [(notice, notice.due_date < on, (on - notice.due_date).days) for notice in notices],
            "overdue": sum(notice.due_date < on for notice in notices),
            "major": sum(notice.level == "major" for notice in notices),
            "reported": sum(notice.state == "reported" for notice in notices),
            "open": len(notices),
            "duty_percent": done * 100 // owed if owed else None,
            "duty_done": done,
            "duty_owed": owed,
        },
    )


def visible_notice(request: StaffRequest, pk: int) -> Rectification:
    notices = queries.rectifying.visible(request.user.scope).select_related("issued_by", "signature", "visit")
    notice: Rectification = found(notices, pk=pk)
    return notice


@require("inspection.view")
@require_GET
def page(request: StaffRequest, pk: int) -> HttpResponse:
    return show(request, visible_notice(request, pk))


def show(
    request: StaffRequest, notice: Rectification, *, bound: Bound | None = None, status: int = 200
) -> HttpResponse:
    on = day_of(now())
    return render(
        request,
        "inspection/notice.html",
        {
            "notice": notice,
            "page_title": _("Notice %(number)s") % {"number": notice.number},
            "overdue": notice.is_open and notice.due_date < on,
            "days_late": (on - notice.due_date).days,
            "findings": [(item, words.AREAS.get(item.area, "")) for item in notice.findings.order_by("pk")],
            "duties": queries.rectifying.duties(notice, on),
            "history": _history(notice),
            "acts": _acts(request, notice, bound or {}),
            "may_report": _reportable(notice, on),
            "breadcrumbs": [(_("Notices to rectify"), reverse("inspection:notices")), (notice.number, None)],
            **panel(request, notice),
        },
        status=status,
    )


def _history(notice: Rectification) -> list[tuple[Any, str, str, Any]]:
    """(when, what, words, by whom), oldest first."""
    rows: list[tuple[Any, str, str, Any]] = [
        (notice.issued_at, pgettext("inspection", "Issued"), "", notice.issued_by)
    ]
    if notice.delivered_at:
        how = (
            _("Refused to sign; witness %(name)s") % {"name": notice.witness}
            if notice.refused
            else _("Signed by %(name)s") % {"name": notice.signatory}
        )
        rows.append((notice.delivered_at, _("Delivered"), how, None))
    for extension in notice.extensions.select_related("extended_by"):
        text = f"{extension.from_date} → {extension.to_date} · {extension.reason}"
        rows.append((extension.extended_at, _("More time"), text, extension.extended_by))
    for check in notice.rechecks.select_related("checked_by"):
        what = _("Put right") if check.passed else _("Not put right")
        rows.append((check.checked_at, what, check.note, check.checked_by))
    for letter in notice.reports.select_related("reported_by"):
        text = f"{letter.authority} · {letter.document_number}"
        rows.append((letter.reported_at, _("Reported to the authority"), text, letter.reported_by))
    return sorted(rows, key=lambda row: row[0])


def _reportable(notice: Rectification, on: Any) -> bool:
    late = notice.due_date < on
    return notice.is_open and (late or notice.level == "major" or notice.state in ("failed", "reported"))


def _acts(request: StaffRequest, notice: Rectification, bound: Bound) -> list[Act]:
    def act(key: str, title: str, form: Any, icon: str, **how: Any) -> Act:
        url = reverse(f"inspection:{key}-notice", args=[notice.pk])
        return Act(key, title, url, bound.get(key) or form(), icon, **how)

    may, state, acts = request.user.may, notice.state, []
    if state == "issued" and may("inspection.work"):
        acts.append(act("deliver", _("Signed, or refused to sign"), pages.DeliverForm, "signature"))
        acts.append(
            act("withdraw", _("Take the notice back"), pages.ReasonForm, "x", danger=True, folded=True)
        )
    if state in ("delivered", "failed", "reported") and may("inspection.work"):
        acts.append(act("recheck", _("Look again"), pages.RecheckForm, "zoom-check"))
    if state in ("delivered", "failed", "reported") and may("inspection.plan"):
        acts.append(
            act("extend", _("More time"), pages.ExtendForm, "calendar-plus", folded=state != "failed")
        )
    if _reportable(notice, day_of(now())) and (may("inspection.work") or may("inspection.plan")):
        acts.append(
            act(
                "report", _("Report to the authority"), pages.ReportForm, "building", folded=state != "failed"
            )
        )
    if notice.is_open and state != "issued" and may("inspection.work"):
        acts.append(act("tick", _("Service and supervision"), pages.TickForm, "checks", folded=True))
    return acts


def _deliver(request: StaffRequest, notice: Rectification, given: dict[str, Any]) -> None:
    signature = kept(request, given.pop("signature"), notice.unit_id)
    operations.deliver(notice=notice, signature=signature, at=now(), actor=request.user, **given)


def _recheck(request: StaffRequest, notice: Rectification, given: dict[str, Any]) -> None:
    operations.recheck(
        notice=notice,
        passed=given["passed"] == "1",
        note=given["note"],
        photo=kept(request, given["photo"], notice.unit_id),
        at=now(),
        actor=request.user,
    )


def _simple(operation: Any) -> Any:
    """An operation that takes what the form gives."""
    return lambda request, notice, given: operation(notice=notice, at=now(), actor=request.user, **given)


_HERE: dict[str, Any] = {"find": visible_notice, "show": show, "page": "inspection:notice"}
deliver = verb(
    "inspection.work", key="deliver", form=pages.DeliverForm, act=_deliver,
    done=gettext_lazy("The notice is delivered."), **_HERE,
)  # fmt: skip
recheck = verb(
    "inspection.work", key="recheck", form=pages.RecheckForm, act=_recheck,
    done=gettext_lazy("What was seen is recorded."), **_HERE,
)  # fmt: skip
extend = verb(
    "inspection.plan", key="extend", form=pages.ExtendForm, act=_simple(operations.extend),
    done=gettext_lazy("There is more time."), **_HERE,
)  # fmt: skip
report = verb(
    "inspection.work", "inspection.plan", key="report", form=pages.ReportForm, act=_simple(operations.report),
    done=gettext_lazy("The report is recorded."), **_HERE,
)  # fmt: skip
tick = verb(
    "inspection.work", key="tick", form=pages.TickForm, act=_simple(operations.tick),
    done=gettext_lazy("Recorded."), **_HERE,
)  # fmt: skip
withdraw = verb(
    "inspection.work", key="withdraw", form=pages.ReasonForm, act=_simple(operations.withdraw),
    done=gettext_lazy("The notice is taken back."), **_HERE,
)  # fmt: skip
