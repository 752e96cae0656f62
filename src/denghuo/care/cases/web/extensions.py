"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.care.cases import operations, queries
from denghuo.care.cases.models import Case, CaseKind, Channel, ContactMethod, DisputeResult, Outcome
from denghuo.care.cases.rules import parameters, processes
from denghuo.care.cases.rules.outside import METER_CHECK, REPAIR
from denghuo.commerce.fieldwork import rules as fieldwork
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameter_rules
from denghuo.foundation.ui import extensions, navigation
from denghuo.foundation.ui.extensions import SearchHit, SearchQuery, Tile, TimelineItem
from denghuo.foundation.workflow import rules as flow

PANEL_CASES = 6
ACTIONS = {
    "cases.case.received": gettext_lazy("Matter taken in"),
    "cases.case.joined": gettext_lazy("Matter joined to another"),
    "cases.case.withdrawn": gettext_lazy("Matter withdrawn"),
    "cases.case.linked": gettext_lazy("Matter linked"),
    "cases.case.contacted": gettext_lazy("Customer contacted"),
    "cases.case.replied": gettext_lazy("Customer answered"),
    "cases.case.followed_up": gettext_lazy("Follow-up call made"),
    "cases.case.support_asked": gettext_lazy("Support asked for"),
    "cases.case.support_given": gettext_lazy("Support given"),
    "cases.case.assessed": gettext_lazy("Matter read and passed on"),
    "cases.case.checked": gettext_lazy("Matter looked into"),
    "cases.case.escalated": gettext_lazy("Matter escalated"),
    "cases.complaint.investigated": gettext_lazy("Complaint investigated"),
    "cases.complaint.decided": gettext_lazy("Complaint decided"),
    "cases.complaint.sent_back": gettext_lazy("Complaint sent back"),
    "cases.complaint.gift_given": gettext_lazy("Gift handed over"),
    "cases.improvement.opened": gettext_lazy("Measure opened"),
    "cases.improvement.done": gettext_lazy("Measure done"),
    "cases.improvement.verified": gettext_lazy("Measure verified"),
    "cases.repair.dispatched": gettext_lazy("Repair crew sent"),
    "cases.repair.accepted": gettext_lazy("Repair accepted"),
    "cases.repair.arrived": gettext_lazy("Repair crew arrived"),
    "cases.repair.found": gettext_lazy("Fault found by the crew"),
    "cases.repair.restored": gettext_lazy("Supply restored by the crew"),
    "cases.repair.joined_outage": gettext_lazy("Fault joined to an outage"),
    "cases.damage.inspected": gettext_lazy("Damage seen on site"),
    "cases.damage.decided": gettext_lazy("Compensation decided"),
    "cases.damage.sent_back": gettext_lazy("Compensation sent back"),
    "cases.dispute.sent": gettext_lazy("Meter check sent out"),
    "cases.dispute.checked": gettext_lazy("Meter checked"),
    "cases.dispute.corrected": gettext_lazy("Meter error corrected"),
    "cases.topic.saved": gettext_lazy("Topic saved"),
    "cases.template.saved": gettext_lazy("Answer saved"),
    "cases.settlement.set": gettext_lazy("Settlement set"),
}
DAYS = pgettext_lazy("parameter", "working days")
CALENDAR_DAYS = pgettext_lazy("parameter", "days")
HOURS, MINUTES = pgettext_lazy("parameter", "hours"), pgettext_lazy("parameter", "minutes")
NAMES = {
    parameters.CONTACT_HOURS.code: (gettext_lazy("First contact of a complaint within"), HOURS),
    parameters.COMPLAINT_DAYS.code: (gettext_lazy("Complaint answered within"), DAYS),
    parameters.TIP_OFF_DAYS.code: (gettext_lazy("Tip-off answered within"), DAYS),
    parameters.SUGGESTION_DAYS.code: (gettext_lazy("Suggestion answered within"), DAYS),
    parameters.ENQUIRY_DAYS.code: (gettext_lazy("Enquiry answered within"), DAYS),
    parameters.DATA_DAYS.code: (gettext_lazy("Service request answered within"), DAYS),
    parameters.METER_DAYS.code: (gettext_lazy("Meter check answered within"), DAYS),
    parameters.CLAIM_DAYS.code: (gettext_lazy("Damaged appliances claimed within"), CALENDAR_DAYS),
    parameters.VISIT_HOURS.code: (gettext_lazy("Damaged appliances seen on site within"), HOURS),
    parameters.DAMAGE_DAYS.code: (gettext_lazy("Damaged appliances answered within"), DAYS),
    parameters.DAMAGE_FLOOR.code: (gettext_lazy("Compensation is at least, of the price"), "%"),
    parameters.ARRIVE_CITY.code: (gettext_lazy("Crew arrives in the city within"), MINUTES),
    parameters.ARRIVE_RURAL.code: (gettext_lazy("Crew arrives in the country within"), MINUTES),
    parameters.ARRIVE_REMOTE.code: (gettext_lazy("Crew arrives in remote places within"), MINUTES),
    parameters.LEGAL_CITY.code: (gettext_lazy("By law: crew in the city within"), MINUTES),
    parameters.LEGAL_RURAL.code: (gettext_lazy("By law: crew in the country within"), MINUTES),
    parameters.LEGAL_REMOTE.code: (gettext_lazy("By law: crew in remote places within"), MINUTES),
    parameters.RESTORE_CITY.code: (gettext_lazy("Light in the city after arrival within"), MINUTES),
    parameters.RESTORE_RURAL.code: (gettext_lazy("Light in the country after arrival within"), MINUTES),
    parameters.RESTORE_REMOTE.code: (gettext_lazy("Light in remote places after arrival within"), MINUTES),
    parameters.PASSES.code: (gettext_lazy("A complaint changes hands at most (times)"), ""),
    parameters.REPEAT_DAYS.code: (gettext_lazy("A second complaint escalates within"), CALENDAR_DAYS),
    parameters.REPEAT_CALL_DAYS.code: (gettext_lazy("Repeat caller: two matters within"), CALENDAR_DAYS),
    parameters.SAME_AREA_HOURS.code: (gettext_lazy("Faults of one area count together within"), HOURS),
    parameters.SAME_AREA_FAULTS.code: (gettext_lazy("So many faults of one area look like an outage"), ""),
    parameters.IMPROVEMENT_DAYS.code: (gettext_lazy("A measure is due within"), CALENDAR_DAYS),
}
PROCESSES = {
    processes.ENQUIRY.key: (
        gettext_lazy("Enquiry or request"),
        {
            "answer": gettext_lazy("Answer or ask on"),
            "support": gettext_lazy("Support of the business"),
            "reply": gettext_lazy("Answer the customer"),
        },
    ),
    processes.FEEDBACK.key: (
        gettext_lazy("Suggestion, praise or tip-off"),
        {
            "assess": gettext_lazy("Read and pass on"),
            "check": gettext_lazy("Look into it"),
            "reply": gettext_lazy("Answer the customer"),
        },
    ),
    processes.COMPLAINT.key: (
        pgettext_lazy("process", "Complaint"),
        {
            "contact": gettext_lazy("Contact the customer"),
            "investigate": gettext_lazy("Investigate"),
            "approve": gettext_lazy("Decide on the proposal"),
            "reply": gettext_lazy("Answer the customer"),
            "follow_up": gettext_lazy("Follow-up call"),
        },
    ),
    processes.FAULT.key: (
        gettext_lazy("Emergency repair"),
        {
            "dispatch": gettext_lazy("Send a crew"),
            "repair": gettext_lazy("Repair on site"),
            "outage": gettext_lazy("Wait for the outage"),
            "follow_up": gettext_lazy("Follow-up call"),
        },
    ),
    processes.METER_DISPUTE.key: (
        gettext_lazy("Check of a doubted meter"),
        {
            "check": gettext_lazy("Check on site"),
            "correct": gettext_lazy("Correct the bills"),
            "reply": gettext_lazy("Answer the customer"),
        },
    ),
    processes.DAMAGE_CLAIM.key: (
        gettext_lazy("Damaged appliances"),
        {
            "inspect": gettext_lazy("Visit on site"),
            "approve": gettext_lazy("Decide on the compensation"),
            "reply": gettext_lazy("Answer the customer"),
        },
    ),
}
ICONS = {
    "fault": "bolt-off",
    "complaint": "message-report",
    "praise": "star",
    "tip_off": "eye",
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    room = "cases.case"
    audit.name_fields(
        {
            f"{room}.kind": (gettext_lazy("Kind"), dict(CaseKind.choices)),
            f"{room}.channel": (gettext_lazy("Channel"), dict(Channel.choices)),
            f"{room}.topic": (gettext_lazy("Topic"), {}),
            f"{room}.cause": (gettext_lazy("Cause"), {}),
            f"{room}.station": (gettext_lazy("Station"), {}),
            f"{room}.crew": (gettext_lazy("Crew"), {}),
            f"{room}.satisfaction": (gettext_lazy("Satisfaction"), {}),
            f"{room}.admitted": (gettext_lazy("admitted"), {}),
            f"{room}.reached": (gettext_lazy("reached"), {}),
            f"{room}.method": (gettext_lazy("how"), dict(ContactMethod.choices)),
            f"{room}.outcome": (gettext_lazy("Outcome"), dict(Outcome.choices)),
            f"{room}.gift": (gettext_lazy("Gift"), {}),
            f"{room}.measure": (pgettext_lazy("measure", "Measure"), {}),
            f"{room}.owner": (gettext_lazy("Owner of the measure"), {}),
            f"{room}.level": (pgettext_lazy("case", "escalation"), {}),
            f"{room}.main": (gettext_lazy("Joined to"), {}),
            f"{room}.check_needed": (gettext_lazy("Somebody must look into it"), {}),
            f"{room}.liable": (gettext_lazy("Our fault"), {}),
            f"{room}.error_percent": (gettext_lazy("Error found (%)"), {}),
            f"{room}.result": (gettext_lazy("result"), dict(DisputeResult.choices)),
            f"{room}.correction": (gettext_lazy("Correction"), {}),
            f"{room}.outage": (gettext_lazy("outage"), {}),
            f"{room}.compensation_fen": (gettext_lazy("Compensation (yuan)"), {}),
        }
    )
    parameter_rules.name(NAMES)
    _processes()
    _outside()
    for order, (label, url_name, icon, permission) in enumerate(
        (
            (gettext_lazy("Take a matter in"), "cases:new", "phone-plus", "cases.intake"),
            (gettext_lazy("Matters"), "cases:cases", "inbox", "cases.view"),
            (gettext_lazy("Complaints"), "cases:complaints", "message-report", "cases.view"),
            (gettext_lazy("Emergency repairs"), "cases:repairs", "tool", "cases.view"),
            (gettext_lazy("Improvements"), "cases:improvements", "trending-up", "cases.view"),
            (gettext_lazy("Topics and answers"), "cases:catalogue", "hierarchy-2", "cases.view"),
        )
    ):
        section = "administration" if url_name == "cases:catalogue" else "care"
        navigation.register(
            navigation.NavItem(section, label, url_name, icon=icon, permission=permission, order=10 + order)
        )
    _on_pages()


def _processes() -> None:
    for key, (label, steps) in PROCESSES.items():
        flow.name(key, label)
        for step, text in steps.items():
            flow.name_step(key, step, text)
            flow.step_page(key, step, "cases:case")
    flow.subject_page("cases.case", "cases:case")


def _outside() -> None:
    fieldwork.on_step(REPAIR.code, operations.crew_stepped)
    fieldwork.on_done(REPAIR.code, operations.crew_done)
    fieldwork.on_done(METER_CHECK.code, operations.crew_checked)
    fieldwork.name_kind(
        REPAIR.code,
        gettext_lazy("Emergency repair"),
        {
            "fault": pgettext_lazy("repair", "What was found"),
            "side": gettext_lazy("Whose installation"),
            "side.supplier": pgettext_lazy("fault", "Our installation"),
            "side.customer": pgettext_lazy("fault", "Installation of the customer"),
            "side.third_party": pgettext_lazy("fault", "Third party"),
            "side.nature": pgettext_lazy("fault", "Weather or nature"),
            "side.none": pgettext_lazy("fault", "No fault found"),
            "work": gettext_lazy("What was done"),
            "photo": gettext_lazy("Photo"),
        },
    )
    fieldwork.name_kind(
        METER_CHECK.code,
        gettext_lazy("Check of a doubted meter"),
        {
            "error_percent": gettext_lazy("Error found (%)"),
            "wiring_wrong": gettext_lazy("Wrongly wired"),
            "certificate": gettext_lazy("Number of the certificate"),
            "note": gettext_lazy("Note"),
            "photo": gettext_lazy("Photo"),
            "signature": gettext_lazy("Signature of the customer"),
        },
    )


def _on_pages() -> None:
    extensions.panel(
        "customer",
        "cases",
        gettext_lazy("Open matters"),
        "cases/parts/panel.html",
        _customer_panel,
        permission="cases.view",
        order=5,
    )
    extensions.action(
        "customer",
        gettext_lazy("Take a matter in"),
        lambda customer: f"{reverse('cases:new')}?who={customer.pk}-0",
        icon="phone-plus",
        permission="cases.intake",
        order=12,
    )
    extensions.action(
        "supply_point",
        gettext_lazy("Take a matter in"),
        lambda point: f"{reverse('cases:new')}?who={point.customer_id}-{point.pk}",
        icon="phone-plus",
        permission="cases.intake",
        order=12,
    )
    extensions.timeline("customer", _timeline)
    extensions.search(_search)
    extensions.workbench("cases.work", _tile, order=6)


def _customer_panel(request: StaffRequest, customer: Any) -> dict[str, Any] | None:
    """What runs for a customer now: one query."""
    matters = list(
        Case.objects.filter(
            customer_id=customer.pk, state__in=["open", "replied"], unit__code__startswith=request.user.scope
        )
        .select_related("topic")
        .order_by("-id")[:PANEL_CASES]
    )
    return {"matters": matters} if matters else None


def _timeline(customer_id: int, before: datetime | None, limit: int) -> list[TimelineItem]:
    found = Case.objects.filter(customer_id=customer_id)
    if before is not None:
        found = found.filter(received_at__lt=before)
    return [
        TimelineItem(
            case.received_at,
            ICONS.get(case.kind, "message-2"),
            f"{case.get_kind_display()} · {case.topic}",
            case.get_state_display(),
            "warning" if case.kind == CaseKind.COMPLAINT else "info",
            reverse("cases:case", args=[case.pk]),
        )
        for case in found.select_related("topic").order_by("-received_at", "-id")[:limit]
    ]


def _search(query: SearchQuery, scope: str) -> list[SearchHit]:
    """A matter by its number."""
    text = query.text.strip().upper()
    if not text.startswith("GD") or len(text) < 8:
        return []
    found = queries.visible(scope).filter(number__startswith=text).order_by("-id")[: query.limit]
    return [
        SearchHit(
            gettext_lazy("Matters"), case.number, case.title, reverse("cases:case", args=[case.pk]), "inbox"
        )
        for case in found
    ]


def _tile(request: StaffRequest) -> Tile | None:
    """One's own running matters: first asked, answerable to the end."""
    if request.user.may("cases.approve"):
        return None  # a supervisor has the boards
    mine = Case.objects.filter(owner=request.user, state__in=["open", "replied"]).count()
    return Tile(
        title=_("My customers' matters"),
        value=mine,
        url=f"{reverse('cases:cases')}?owner={request.user.username}&state=open",
        icon="inbox",
        tone="accent" if mine else "neutral",
    )
