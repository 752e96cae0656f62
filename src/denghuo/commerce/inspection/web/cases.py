"""A case of breach or theft: evidence, computation with its explanation, decision, and what became of the money."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from denghuo.commerce.inspection import operations, queries
from denghuo.commerce.inspection.models import BreachCase, BreachLine
from denghuo.commerce.inspection.queries import words
from denghuo.commerce.inspection.rules import states
from denghuo.commerce.inspection.rules.charges import ClaimRefused, Line
from denghuo.commerce.inspection.web import forms as pages
from denghuo.commerce.inspection.web.common import (
    REFUSED,
    Act,
    Bound,
    complain,
    found,
    kept,
    now,
    verb,
    visible_point,
)
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import formats
from denghuo.foundation.ui.access import require
from denghuo.foundation.workflow.web.panel import panel
from denghuo.kernel.periods import BEIJING, day_of

INSPECTORS, DECIDERS = "inspection.draft", "inspection.approve"


def visible_case(request: StaffRequest, pk: int) -> BreachCase:
    cases = queries.breaching.visible_cases(request.user.scope).select_related(
        "drafted_by", "submitted_by", "decided_by", "reward_approved_by", "stop_order"
    )
    case: BreachCase = found(cases, pk=pk)
    return case


def shown(number: Decimal) -> str:
    """A factor or price without the zeros of its scale."""
    text = f"{number.normalize():f}"
    return text


def explained(line: BreachLine | Line) -> str:
    """``1,188 kWh × 0.5283 × 3``: how the amount of a line comes about."""
    unit = words.unit_label(line.unit)
    parts = [f"{shown(line.quantity)} {unit}"]
    if line.unit != "yuan":
        parts.append(f"{shown(line.price)} {_('yuan')}")
    if line.factor != 1 or line.divisor != 1 or line.unit == "yuan":
        parts.append(shown(line.factor))
    text = " × ".join(parts)
    return f"{text} ÷ {line.divisor}" if line.divisor != 1 else text


def _rows(lines: Any) -> list[tuple[Any, str, str, str]]:
    """(line, label, how, days) of a computation."""
    rows = []
    for line in lines:
        start = getattr(line, "from_date", None) or getattr(line, "start", None)
        end = getattr(line, "to_date", None) or getattr(line, "end", None)
        days = f"{formats.day(start)} – {formats.day(end)}" if start and end else ""
        rows.append((line, words.line_label(line.code), explained(line), days))
    return rows


@require("inspection.view")
@require_GET
def page(request: StaffRequest, pk: int) -> HttpResponse:
    return show(request, visible_case(request, pk))


def show(
    request: StaffRequest,
    case: BreachCase,
    *,
    bound: Bound | None = None,
    status: int = 200,
    preview: Any = None,
) -> HttpResponse:
    on = day_of(now())
    bound = bound or {}
    drawn_up = case.state == "draft" and request.user.may(INSPECTORS)
    trace = json.loads(case.trace)
    return render(
        request,
        "inspection/case.html",
        {
            "case": case,
            "page_title": _("Case %(number)s") % {"number": case.number},
            "evidence": list(case.evidence.select_related("file", "collected_by")),
            "rows": _rows(case.lines.all()),
            "trace": trace,
            "multiplier": shown(Decimal(trace["multiplier"])) if trace.get("multiplier") else "",
            "multiplier_max": shown(Decimal(trace["multiplier_max"])) if trace.get("multiplier_max") else "",
            "multiplier_reason": case.input.get("multiplier_reason", ""),
            "signed": bool(case.record_signatory or case.record_refused),
            "preview": preview,
            "preview_rows": _rows(preview.lines) if preview else [],
            "claim": bound.get("compute") or (_claim_form(case) if drawn_up else None),
            "debts": queries.breaching.receivables_of(case),
            "after": queries.breaching.aftermath(case, on),
            "acts": _acts(request, case, bound, on),
            "own": request.user.pk in (case.drafted_by_id, case.submitted_by_id),
            "breadcrumbs": [(_("Breach and theft"), reverse("inspection:cases")), (case.number, None)],
            **panel(request, case),
        },
        status=status,
    )


def _claim_form(case: BreachCase, data: Any = None) -> pages.ClaimForm:
    on = day_of(case.found_at)
    tariffs = queries.pricing.tariff_choices(case.supply_point, on) if case.kind == "class" else []
    if data is not None:
        return pages.ClaimForm(data, kind=case.kind, tariffs=tariffs)
    initial: dict[str, Any] = dict(case.input)
    if "lighting" in initial:
        initial["lighting"] = initial["lighting"] == "1"
    elif case.state == "draft" and not initial:
        initial["lighting"] = case.supply_point.terms.filter(
            valid_to__isnull=True, tariff_class="residential"
        ).exists()
    return pages.ClaimForm(kind=case.kind, tariffs=tariffs, initial=initial)


def _acts(request: StaffRequest, case: BreachCase, bound: Bound, on: Any) -> list[Act]:
    def act(key: str, title: str, form: Any, icon: str, **how: Any) -> Act:
        return Act(
            key,
            title,
            reverse(f"inspection:{key}-case", args=[case.pk]),
            bound.get(key) or form(),
            icon,
            **how,
        )

    may, acts = request.user.may, []
    signed = bool(case.record_signatory or case.record_refused)
    own = request.user.pk in (case.drafted_by_id, case.submitted_by_id)
    if case.state in states.OPEN_CASE and may(INSPECTORS):
        acts.append(act("evidence", _("Keep evidence"), pages.EvidenceForm, "paperclip", folded=signed))
    if case.state == "draft" and may(INSPECTORS):
        acts.append(act("sign", _("Record on site"), pages.RecordForm, "signature", folded=signed))
        if case.total_fen and signed:
            acts.append(act("submit", _("Submit for approval"), pages.forms.Form, "send"))
    if case.state == "submitted" and may(DECIDERS) and not own:
        acts.append(act("approve", _("Approve and charge"), pages.ReasonForm, "checks"))
        acts.append(act("send_back", _("Send back"), pages.ReasonForm, "arrow-back", folded=True))
    if (
        case.is_theft
        and signed
        and not case.stop_order_id
        and case.state in states.OPEN_CASE
        and may(INSPECTORS)
    ):
        note = gettext_lazy("Lawful without notice on confirmed theft; the report is due within 24 hours.")
        acts.append(
            act(
                "stop",
                _("Stop supply at once"),
                pages.forms.Form,
                "power",
                danger=True,
                folded=True,
                note=note,
            )
        )
    if case.state == "charged":
        _after_acts(request, case, act, acts, on)
    if case.state in ("draft", "submitted") and (may(INSPECTORS) or may(DECIDERS)):
        acts.append(act("drop", _("Drop the case"), pages.ReasonForm, "x", danger=True, folded=True))
    if case.state in ("charged", "closed") and may(DECIDERS) and not own:
        acts.append(
            act("revoke", _("Take back on appeal"), pages.ReasonForm, "rotate", danger=True, folded=True)
        )
    return acts


def _after_acts(request: StaffRequest, case: BreachCase, act: Any, acts: list[Act], on: Any) -> None:
    may, after = request.user.may, queries.breaching.aftermath(case, on)
    if case.is_theft and not case.police_at and may(INSPECTORS):
        acts.append(
            act("police", _("Hand over to the police"), pages.PoliceForm, "shield", folded=not after.police)
        )
    if case.reward_fen and not case.reward_approved_at and may(DECIDERS):
        acts.append(act("reward", _("Approve the reward"), pages.forms.Form, "gift"))
    if may(INSPECTORS) and (case.police_at or not after.police):
        acts.append(act("close", _("Close the case"), pages.NoteForm, "circle-check", folded=True))


@require(INSPECTORS)
@require_http_methods(["GET", "POST"])
def new(request: StaffRequest, pk: int) -> HttpResponse:
    """Begin a case at a supply point."""
    point = visible_point(request, pk)
    form = pages.OpenCaseForm(request.POST or None, initial={"found_at": now().astimezone(BEIJING)})
    if request.method == "POST" and form.is_valid():
        try:
            case = operations.open_case(supply_point=point, at=now(), actor=request.user, **form.cleaned_data)
        except REFUSED as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The case is open. Secure the evidence."))
            return redirect("inspection:case", case.pk)
    return render(
        request,
        "inspection/form.html",
        {
            "page_title": _("Breach of use or theft"),
            "point": point,
            "form": form,
            "back": reverse("supply:supply-point", args=[point.pk]),
            "button": _("Open the case"),
        },
        status=422 if form.errors else 200,
    )


@require(INSPECTORS)
@require_POST
def compute(request: StaffRequest, pk: int) -> HttpResponse:
    """Preview (nothing is kept) or keep the computation."""
    case = visible_case(request, pk)
    form = _claim_form(case, request.POST)
    if not form.is_valid():
        complain(request, form)
        return show(request, case, bound={"compute": form}, status=422)
    try:
        if "preview" in request.POST:
            preview = queries.breaching.effect(case, queries.breaching.plain(form.cleaned_data))
            return show(request, case, bound={"compute": form}, preview=preview)
        operations.compute(case=case, values=form.cleaned_data, at=now(), actor=request.user)
    except ClaimRefused as error:
        messages.error(request, words.sentence(error))
        return show(request, case, bound={"compute": form}, status=422)
    except REFUSED as error:
        messages.error(request, str(error))
        return show(request, visible_case(request, pk), bound={"compute": form}, status=422)
    messages.success(request, _("The computation is kept. Nothing is charged yet."))
    return redirect("inspection:case", pk)


def _evidence(request: StaffRequest, case: BreachCase, given: dict[str, Any]) -> None:
    file = kept(request, given.pop("file"), case.unit_id)
    operations.add_evidence(case=case, file=file, at=now(), actor=request.user, **given)


def _simple(operation: Any) -> Any:
    """An operation that takes what the form gives."""
    return lambda request, case, given: operation(case=case, at=now(), actor=request.user, **given)


_HERE: dict[str, Any] = {"find": visible_case, "show": show, "page": "inspection:case"}
_BLANK = pages.forms.Form
evidence = verb(
    INSPECTORS, key="evidence", form=pages.EvidenceForm, act=_evidence,
    done=gettext_lazy("The evidence is kept."), **_HERE,
)  # fmt: skip
sign = verb(
    INSPECTORS, key="sign", form=pages.RecordForm, act=_simple(operations.sign_record),
    done=gettext_lazy("The record on site is kept."), **_HERE,
)  # fmt: skip
submit = verb(
    INSPECTORS, key="submit", form=_BLANK, act=_simple(operations.submit),
    done=gettext_lazy("Submitted. Somebody else decides."), **_HERE,
)  # fmt: skip
approve = verb(
    DECIDERS, key="approve", form=pages.ReasonForm, act=_simple(operations.approve),
    done=gettext_lazy("Approved. Both debts are on the account."), **_HERE,
)  # fmt: skip
send_back = verb(
    DECIDERS, key="send_back", form=pages.ReasonForm, act=_simple(operations.send_back),
    done=gettext_lazy("Sent back."), **_HERE,
)  # fmt: skip
stop = verb(
    INSPECTORS, key="stop", form=_BLANK, act=_simple(operations.stop_supply),
    done=gettext_lazy("Supply is stopped. Report it within 24 hours."), **_HERE,
)  # fmt: skip
police = verb(
    INSPECTORS, key="police", form=pages.PoliceForm, act=_simple(operations.hand_to_police),
    done=gettext_lazy("Recorded."), **_HERE,
)  # fmt: skip
reward = verb(
    DECIDERS, key="reward", form=_BLANK, act=_simple(operations.approve_reward),
    done=gettext_lazy("The reward is approved."), **_HERE,
)  # fmt: skip
close = verb(
    INSPECTORS, key="close", form=pages.NoteForm,
    act=lambda request, case, given: operations.close(case=case, note_text=given["note"], at=now(), actor=request.user),
    done=gettext_lazy("The case is closed."), **_HERE,
)  # fmt: skip
drop = verb(
    INSPECTORS, DECIDERS, key="drop", form=pages.ReasonForm, act=_simple(operations.drop),
    done=gettext_lazy("The case is dropped."), **_HERE,
)  # fmt: skip
revoke = verb(
    DECIDERS, key="revoke", form=pages.ReasonForm, act=_simple(operations.revoke),
    done=gettext_lazy("Taken back. The debts are reversed."), **_HERE,
)  # fmt: skip
