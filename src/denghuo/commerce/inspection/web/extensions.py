"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.commerce.fieldwork import rules as fieldwork
from denghuo.commerce.inspection import operations, queries
from denghuo.commerce.inspection.models import BreachCase, CaseState, Rectification, Visit, VisitKind
from denghuo.commerce.inspection.queries import words
from denghuo.commerce.inspection.rules import catalogue, parameters, states
from denghuo.commerce.inspection.rules.processes import BREACH, RECTIFICATION, field_kind
from denghuo.commerce.inspection.web.common import now
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameter_rules
from denghuo.foundation.ui import extensions, navigation
from denghuo.foundation.ui.extensions import Tile
from denghuo.foundation.workflow import rules as flow
from denghuo.kernel.periods import day_of

ACTIONS = {
    "inspection.plan.made": gettext_lazy("Plan of inspections made"),
    "inspection.visit.planned": gettext_lazy("Visit planned"),
    "inspection.visit.assigned": gettext_lazy("Visit given to an inspector"),
    "inspection.visit.dropped": gettext_lazy("Visit dropped from the plan"),
    "inspection.visit.done": gettext_lazy("Inspection recorded"),
    "inspection.visit.not_met": gettext_lazy("Nobody met at an inspection"),
    "inspection.finding.added": gettext_lazy("Finding added"),
    "inspection.profile.set": gettext_lazy("Security facts changed"),
    "inspection.profile.tested": gettext_lazy("Own emergency power tested"),
    "inspection.rectification.issued": gettext_lazy("Notice to rectify issued"),
    "inspection.rectification.delivered": gettext_lazy("Notice to rectify delivered"),
    "inspection.rectification.extended": gettext_lazy("More time to rectify"),
    "inspection.rectification.rechecked": gettext_lazy("Looked at again"),
    "inspection.rectification.reported": gettext_lazy("Hidden danger reported to the authority"),
    "inspection.rectification.ticked": gettext_lazy("Service or supervision recorded"),
    "inspection.rectification.withdrawn": gettext_lazy("Notice to rectify taken back"),
    "inspection.case.opened": gettext_lazy("Case of breach or theft opened"),
    "inspection.case.evidence_kept": gettext_lazy("Evidence kept"),
    "inspection.case.record_signed": gettext_lazy("Record on site kept"),
    "inspection.case.computed": gettext_lazy("Breach charge computed"),
    "inspection.case.submitted": gettext_lazy("Case of breach or theft submitted"),
    "inspection.case.approved": gettext_lazy("Case of breach or theft approved"),
    "inspection.case.sent_back": gettext_lazy("Case of breach or theft sent back"),
    "inspection.case.supply_stopped": gettext_lazy("Supply stopped because of theft"),
    "inspection.case.handed_over": gettext_lazy("Theft handed over to the police"),
    "inspection.case.reward_approved": gettext_lazy("Reward approved"),
    "inspection.case.closed": gettext_lazy("Case of breach or theft closed"),
    "inspection.case.dropped": gettext_lazy("Case of breach or theft dropped"),
    "inspection.case.revoked": gettext_lazy("Case of breach or theft taken back"),
}
DAYS, MONTHS = pgettext_lazy("parameter", "days"), pgettext_lazy("parameter", "months")
HOURS, YUAN, PERCENT = pgettext_lazy("parameter", "hours"), gettext_lazy("yuan"), "%"
TIMES = pgettext_lazy("parameter", "times")
NAMES = {
    parameters.FIRST_MONTHS.code: (gettext_lazy("Special and first grade inspected every"), MONTHS),
    parameters.SECOND_MONTHS.code: (gettext_lazy("Second grade inspected every"), MONTHS),
    parameters.HV35_MONTHS.code: (gettext_lazy("35 kV and above inspected every"), MONTHS),
    parameters.HV10_MONTHS.code: (gettext_lazy("10 kV inspected every"), MONTHS),
    parameters.GENERATOR_MONTHS.code: (gettext_lazy("Own emergency power inspected every"), MONTHS),
    parameters.LV_PERCENT.code: (gettext_lazy("Low-voltage sample of a quarter"), PERCENT),
    parameters.EMERGENCY_PERCENT.code: (
        gettext_lazy("Own emergency power, share of the security load"),
        PERCENT,
    ),
    parameters.REWARD_PERCENT.code: (gettext_lazy("Reward for a tip, share of the breach charge"), PERCENT),
    parameters.REWARD_CAP_YUAN.code: (gettext_lazy("Reward for a tip, at most"), YUAN),
    parameters.POLICE_YUAN.code: (gettext_lazy("Theft handed to the police above"), YUAN),
    parameters.CREDIT_YUAN.code: (gettext_lazy("Theft told to credit reporting above"), YUAN),
    parameters.PAY_DAYS.code: (gettext_lazy("Breach charge to be paid within"), DAYS),
    parameters.THEFT_DAYS.code: (gettext_lazy("Theft since an unknown day: days"), DAYS),
    parameters.POWER_HOURS.code: (gettext_lazy("Theft of power: hours a day"), HOURS),
    parameters.LIGHT_HOURS.code: (gettext_lazy("Theft of lighting: hours a day"), HOURS),
    parameters.THEFT_MULTIPLE.code: (gettext_lazy("Theft: breach charge at most"), TIMES),
    parameters.DEDUCT.code: (gettext_lazy("Theft: energy on the meter is taken off"), ""),
    parameters.CLASS_MONTHS.code: (gettext_lazy("Wrong class since an unknown day: months"), MONTHS),
    parameters.CLASS_MULTIPLE.code: (gettext_lazy("Wrong class: breach charge at most"), TIMES),
    parameters.CAPACITY_MULTIPLE.code: (
        gettext_lazy("Private capacity, two-part: breach charge at most"),
        TIMES,
    ),
    parameters.CAPACITY_YUAN.code: (gettext_lazy("Private capacity, others: for each kVA"), YUAN),
    parameters.SEALED_MULTIPLE.code: (
        gettext_lazy("Sealed equipment, two-part: breach charge at most"),
        TIMES,
    ),
    parameters.SEALED_YUAN.code: (gettext_lazy("Sealed equipment, others: for each kVA and time"), YUAN),
    parameters.DEVICE_RESIDENTIAL_YUAN.code: (gettext_lazy("Devices altered, home: each time"), YUAN),
    parameters.DEVICE_OTHER_YUAN.code: (gettext_lazy("Devices altered, others: each time"), YUAN),
    parameters.SOURCE_YUAN.code: (gettext_lazy("Other source connected: for each kW"), YUAN),
    parameters.QUOTA_YUAN.code: (gettext_lazy("Above the quota until May 2024: for each kW"), YUAN),
    parameters.QUOTA_MULTIPLE.code: (gettext_lazy("Above the quota until May 2024: times the price"), TIMES),
}


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    audit.mark_sensitive(
        "inspection.case.approved", "inspection.case.revoked", "inspection.case.supply_stopped"
    )
    _fields()
    parameter_rules.name(NAMES)
    for order, (label, url_name, icon, permission) in enumerate(
        (
            (gettext_lazy("Inspections"), "inspection:board", "clipboard-check", "inspection.view"),
            (gettext_lazy("My inspections"), "inspection:mine", "clipboard-list", "inspection.work"),
            (gettext_lazy("Notices to rectify"), "inspection:notices", "alert-triangle", "inspection.view"),
            (gettext_lazy("Breach and theft"), "inspection:cases", "gavel", "inspection.view"),
            (
                gettext_lazy("Important customers"),
                "inspection:important",
                "building-hospital",
                "inspection.view",
            ),
            (gettext_lazy("Hidden dangers"), "inspection:statistics", "chart-bar", "inspection.view"),
        )
    ):
        navigation.register(
            navigation.NavItem("field", label, url_name, icon=icon, permission=permission, order=50 + order)
        )
    _processes()
    _field_forms()
    _on_pages()
    extensions.workbench("inspection.work", _tile, order=3)


def _fields() -> None:
    for model in ("rectification", "breachcase", "visit"):
        audit.name_fields({f"inspection.{model}.state": (gettext_lazy("State"), {})})
    audit.name_fields(
        {
            "inspection.breachcase.backbill_fen": (gettext_lazy("Back-bill (yuan)"), {}),
            "inspection.breachcase.breach_fen": (gettext_lazy("Breach charge (yuan)"), {}),
            "inspection.rectification.due_date": (gettext_lazy("To be put right by"), {}),
            "inspection.visit.inspector": (pgettext_lazy("inspection", "Inspector"), {}),
        }
    )


def _processes() -> None:
    flow.name(RECTIFICATION.key, gettext_lazy("Putting hidden dangers right"))
    flow.name_step(RECTIFICATION.key, "deliver", gettext_lazy("Deliver the notice to rectify"))
    flow.name_step(RECTIFICATION.key, "recheck", gettext_lazy("Look again"))
    flow.name_step(RECTIFICATION.key, "follow_up", gettext_lazy("Report it or give more time"))
    flow.name(BREACH.key, gettext_lazy("Breach of use and theft"))
    flow.name_step(BREACH.key, "record", gettext_lazy("Evidence and record on site"))
    flow.name_step(BREACH.key, "compute", gettext_lazy("Compute and submit"))
    flow.name_step(BREACH.key, "approve", gettext_lazy("Decide the case"))
    flow.name_step(BREACH.key, "settle", gettext_lazy("Follow up and close"))
    for step in ("deliver", "recheck", "follow_up"):
        flow.step_page(RECTIFICATION.key, step, "inspection:notice")
    for step in ("record", "compute", "approve", "settle"):
        flow.step_page(BREACH.key, step, "inspection:case")
    flow.subject_page("inspection.rectification", "inspection:notice")
    flow.subject_page("inspection.breachcase", "inspection:case")


def _field_forms() -> None:
    """The checklists on the phone."""
    for checklist, items in catalogue.CHECKLISTS.items():
        labels: dict[str, Any] = {
            "met": gettext_lazy("Was somebody met?"),
            "note": gettext_lazy("Note"),
            "photo": gettext_lazy("Photo"),
            "companion": gettext_lazy("Present for the customer"),
            "signature": gettext_lazy("Signature"),
        }
        for item in items:
            labels[f"item_{item.code}"] = item.text
            labels |= {f"item_{item.code}.{code}": label for code, label in words.ANSWERS.items()}
        fieldwork.name_kind(field_kind(checklist), VisitKind(checklist).label, labels)
        fieldwork.on_done(field_kind(checklist), operations.from_the_phone)


def _on_pages() -> None:
    extensions.panel(
        "supply_point",
        "inspection",
        gettext_lazy("Inspection"),
        "inspection/parts/panel.html",
        _panel,
        permission="inspection.view",
        order=44,
    )
    for label, url_name, icon, permission, order in (
        (
            gettext_lazy("Inspect outside the plan"),
            "inspection:special",
            "checklist",
            "inspection.work",
            84,
        ),
        (gettext_lazy("Breach of use or theft"), "inspection:new-case", "gavel", "inspection.draft", 85),
    ):
        extensions.action(
            "supply_point", label, _url_of(url_name), icon=icon, permission=permission, order=order
        )


def _url_of(url_name: str) -> Any:
    return lambda point: reverse(url_name, args=[point.pk])


def _panel(request: StaffRequest, point: Any) -> dict[str, Any] | None:
    scope = request.user.scope
    here = {"supply_point_id": point.pk, "unit__code__startswith": scope}
    visits = list(
        Visit.objects.filter(**here).select_related("inspector").order_by("-planned_date", "-id")[:4]
    )
    notices = list(Rectification.objects.filter(**here, state__in=states.OPEN_RECTIFICATION)[:4])
    cases = list(BreachCase.objects.filter(**here).exclude(state=CaseState.DROPPED)[:4])
    if not (visits or notices or cases):
        return None
    return {"visits": visits, "notices": notices, "cases": cases, "on": day_of(now())}


def _tile(request: StaffRequest) -> Tile | None:
    total, late = queries.planning.counts(request.user.scope, request.user, day_of(now()))
    return Tile(
        title=_("My inspections"),
        value=total,
        url=reverse("inspection:mine"),
        icon="clipboard-check",
        tone="danger" if late else "info",
        hint=_("%(count)s late") % {"count": late} if late else "",
    )
