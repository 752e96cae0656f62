"""The page of a matter: what it is about, its clocks, what may be done next, the process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET

from denghuo.care.cases import queries
from denghuo.care.cases.models import AnswerTemplate, Case, CaseKind
from denghuo.care.cases.queries import words
from denghuo.care.cases.rules import answers
from denghuo.care.cases.web import forms as pages
from denghuo.care.cases.web.common import make, now, visible_case
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.ui import formats
from denghuo.foundation.ui.access import require
from denghuo.foundation.workflow import queries as processes
from denghuo.foundation.workflow.web.panel import panel


@dataclass(frozen=True)
class ActOf:
    """An act that is open at ``steps`` (none: whenever the matter runs) to whoever holds one of ``permissions``."""

    name: str
    label: Any
    permissions: tuple[str, ...]
    form: type[forms.Form] | None
    steps: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    back: Any = ""
    icon: str = "checks"


ACTS: Sequence[ActOf] = (
    ActOf("contact", gettext_lazy("Contact the customer"), ("cases.work",), pages.ContactForm, ("contact",), icon="phone"),
    ActOf("reply", gettext_lazy("Answer the customer"), ("cases.work",), None, ("answer", "reply"), icon="message-2"),
    ActOf("ask-support", gettext_lazy("Ask the business behind"), ("cases.work",), pages.TextForm, ("answer",), icon="help"),
    ActOf("give-support", gettext_lazy("Say what was found"), ("cases.investigate", "cases.approve"), pages.TextForm, ("support",), icon="help"),
    ActOf("assess", gettext_lazy("Read and pass on"), ("cases.approve",), pages.AssessForm, ("assess",), icon="eye"),
    ActOf("check", gettext_lazy("Say what was found"), ("cases.investigate",), pages.TextForm, ("check",), ("tip_off", "suggestion", "praise"), icon="search"),
    ActOf("investigate", gettext_lazy("Investigate"), ("cases.investigate",), pages.InvestigateForm, ("investigate",), icon="search"),
    ActOf("decide", gettext_lazy("Decide on the proposal"), ("cases.approve",), pages.DecideForm, ("approve",), ("complaint",), back=gettext_lazy("Send back")),
    ActOf("dispatch", gettext_lazy("Send a crew"), ("fieldwork.dispatch",), pages.DispatchForm, ("dispatch",), icon="truck"),
    ActOf("go-on", gettext_lazy("Enter a step of the repair"), ("fieldwork.dispatch",), pages.StepForm, ("repair",), icon="clock"),
    ActOf("record-check", gettext_lazy("Enter the result of the check"), ("cases.investigate",), pages.CheckForm, ("check",), ("meter_dispute",), icon="gauge"),
    ActOf("send-to-check", gettext_lazy("Send a crew to check"), ("fieldwork.dispatch",), pages.CrewForm, ("check",), ("meter_dispute",), icon="truck"),
    ActOf("correct", gettext_lazy("Draft the correction"), ("corrections.draft",), pages.CorrectForm, ("correct",), icon="receipt-refund"),
    ActOf("decide-damage", gettext_lazy("Decide on the compensation"), ("cases.approve",), pages.ReasonForm, ("approve",), ("damage",), back=gettext_lazy("Send back")),
    ActOf("follow-up", gettext_lazy("Follow-up call"), ("cases.work",), pages.FollowUpForm, ("follow_up",), icon="phone"),
)  # fmt: skip
ASIDE: Sequence[ActOf] = (
    ActOf("contact", gettext_lazy("Note a contact"), ("cases.work",), pages.ContactForm, icon="phone"),
    ActOf("escalate", gettext_lazy("Escalate"), ("cases.work", "cases.approve"), pages.ReasonForm, icon="arrow-up"),
    ActOf("join", gettext_lazy("Join to another matter"), ("cases.work",), pages.JoinForm, icon="link"),
    ActOf("withdraw", gettext_lazy("The customer withdraws it"), ("cases.work",), pages.ReasonForm, icon="x"),
)  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """One limit on the strip: until when, and when it was kept."""

    label: str
    due_at: datetime
    done_at: datetime | None
    basis: str = ""

    @property
    def late(self) -> bool:
        return self.done_at is not None and self.done_at > self.due_at


def clocks(case: Case) -> list[Clock]:
    """The limits of a matter, as its kind has them."""
    found = []
    if case.contact_due_at:
        found.append(Clock(_("First contact"), case.contact_due_at, case.contacted_at))
    if case.kind == CaseKind.FAULT:
        repair = case.repair
        found.append(Clock(_("Arrival (promised)"), repair.arrive_due_at, repair.arrived_at))
        found.append(Clock(_("Arrival (by law)"), repair.legal_due_at, repair.arrived_at))
        if repair.restore_due_at:
            found.append(Clock(_("Restoration"), repair.restore_due_at, repair.restored_at))
    if case.kind == CaseKind.DAMAGE:
        found.append(Clock(_("Visit on site"), case.damage.visit_due_at, case.damage.inspected_at))
    if case.answer_due_at:
        found.append(Clock(pgettext("clock", "Answer"), case.answer_due_at, case.replied_at))
    return found


@require("cases.view")
@require_GET
def page(request: StaffRequest, pk: int) -> HttpResponse:
    return show(request, visible_case(request, pk))


def show(request: StaffRequest, case: Case, *, status: int = 200) -> HttpResponse:
    """The page of a matter with the acts that this person may do now."""
    steps = set(processes.open_tasks(case).values_list("step", flat=True)) if case.is_open else set()
    acts = [_shown(request, case, act) for act in ACTS if _open(request, case, act, steps)]
    inspecting = case.kind == CaseKind.DAMAGE and "inspect" in steps and request.user.may("cases.investigate")
    names = {act.name for act, _form, _url in acts}
    aside = [
        _shown(request, case, act)
        for act in ASIDE
        if case.is_open and act.name not in names and any(request.user.may(p) for p in act.permissions)
    ]
    return render(
        request,
        "cases/case.html",
        {
            "case": case,
            "page_title": case.number,
            "now": now(),
            "clocks": clocks(case),
            "acts": acts,
            "aside": aside,
            "inspect": (pages.InspectForm(), pages.Appliances(prefix="appliance")) if inspecting else None,
            "facts": _facts(case),
            "contacts": list(case.contacts.select_related("by")),
            "complaint": getattr(case, "complaint", None),
            "repair": getattr(case, "repair", None),
            "damage": getattr(case, "damage", None),
            "damage_items": _damage_items(case),
            "dispute": getattr(case, "dispute", None),
            "improvements": list(case.improvements.select_related("owner", "verified_by")),
            "joined": list(case.joined.order_by("id")),
            "templates": _templates(case) if "reply" in names else [],
            "gift_due": _gift_due(request, case),
            "breadcrumbs": [(_("Matters"), reverse("cases:cases")), (case.number, None)],
            **panel(request, case),
        },
        status=status,
    )


def _open(request: StaffRequest, case: Case, act: ActOf, steps: set[str]) -> bool:
    if act.kinds and case.kind not in act.kinds:
        return False
    return bool(steps & set(act.steps)) and any(request.user.may(p) for p in act.permissions)


def _shown(request: StaffRequest, case: Case, act: ActOf) -> tuple[ActOf, forms.Form, str]:
    initial: dict[str, Any] = {}
    if act.name == "dispatch":
        initial = {"station": case.repair.station_id}
    if act.name == "correct" and case.supply_point:
        initial = {"last": queries.last_billed_cycle(case.supply_point)}
    form = act.form or pages.of_reply(case)
    made = make(form, request, initial=initial, auto_id=f"{act.name}-%s")
    return act, made, reverse(f"cases:{act.name}", args=[case.pk])


def _damage_items(case: Case) -> list[tuple[Any, Any]]:
    damage = getattr(case, "damage", None)
    return [(item, words.BASES[item.basis]) for item in damage.items.all()] if damage else []


def _gift_due(request: StaffRequest, case: Case) -> bool:
    complaint = getattr(case, "complaint", None)
    return bool(
        complaint
        and complaint.gift
        and complaint.decided_at
        and not complaint.gift_given_at
        and request.user.may("cases.work")
    )


def _facts(case: Case) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [
        (_("Kind"), case.get_kind_display()),
        (_("Topic"), case.topic.name),
        (_("Channel"), case.get_channel_display()),
        (_("Priority"), case.get_priority_display()),
        (pgettext("case", "Received"), formats.moment(case.received_at)),
        (_("Owner (asked first)"), case.owner.name if case.owner else "–"),
        (_("Unit"), case.unit.name),
        (_("Place"), case.address or "–"),
    ]
    if case.supply_point:
        url = reverse("supply:supply-point", args=[case.supply_point_id])
        rows.append((_("Supply point"), case.supply_point.number, url))
    if case.area:
        rows.append((_("Transformer area"), case.area.name))
    if case.bill:
        rows.append((_("Bill"), case.bill.number, reverse("billing:bill", args=[case.bill.number])))
    if case.external_number:
        rows.append((_("Number there"), case.external_number))
    if case.previous:
        rows.append(
            (_("Earlier complaint"), case.previous.number, reverse("cases:case", args=[case.previous_id]))
        )
    if case.main:
        rows.append((_("Joined to"), case.main.number, reverse("cases:case", args=[case.main_id])))
    if case.outcome:
        rows.append((_("Outcome"), case.get_outcome_display()))
    if case.satisfaction:
        rows.append((_("Satisfaction"), f"{case.satisfaction} / 5"))
    if case.end_note:
        rows.append((_("Why it ended"), case.end_note))
    return rows


def _templates(case: Case) -> list[tuple[str, str]]:
    """Answers that are ready, filled with the facts of this matter."""
    complaint, dispute, damage = (getattr(case, name, None) for name in ("complaint", "dispute", "damage"))
    facts = {
        "number": case.number,
        "name": case.caller_name,
        "area": case.area.name if case.area else "",
        "findings": complaint.findings if complaint else (damage.findings if damage else ""),
        "proposal": complaint.proposal if complaint else "",
        "error": f"{dispute.error_percent:+f}%" if dispute and dispute.error_percent is not None else "",
        "limit": f"{dispute.limit_percent.normalize():f}%" if dispute and dispute.limit_percent else "",
        "amount": formats.money(damage.compensation_fen) if damage else "",
    }
    rows = AnswerTemplate.objects.filter(is_active=True, kind__in=["", case.kind]).order_by("kind", "code")
    return [(row.title, answers.filled(row.text, facts)) for row in rows]
