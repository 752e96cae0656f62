"""What collection shows in the menu, on the account page and on the workbench."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from denghuo.commerce.collection.models import (
    ActionState,
    CaseReason,
    CaseState,
    ContactChannel,
    DunningAction,
    DunningCase,
    Outcome,
    WriteOffRequest,
    WriteOffState,
)
from denghuo.commerce.collection.rules import parameters as figures
from denghuo.foundation.audit import queries as audit
from denghuo.foundation.identity.web.requests import StaffRequest
from denghuo.foundation.parameters import rules as parameters
from denghuo.foundation.ui import extensions, formats, navigation
from denghuo.foundation.ui.extensions import Tile

ACTIONS = {
    "collection.plan.saved": gettext_lazy("Dunning plan saved"),
    "collection.plan.ended": gettext_lazy("Dunning plan ended"),
    "collection.action.recorded": gettext_lazy("Dunning contact recorded"),
    "collection.letters.printed": gettext_lazy("Dunning letters printed"),
    "collection.case.paused": gettext_lazy("Dunning case paused"),
    "collection.case.stopped": gettext_lazy("Dunning case stopped"),
    "collection.case.resumed": gettext_lazy("Dunning case resumed"),
    "collection.cases.assigned": gettext_lazy("Dunning cases assigned"),
    "collection.protection.asked": gettext_lazy("Protection asked for"),
    "collection.protection.approved": gettext_lazy("Protection approved"),
    "collection.protection.rejected": gettext_lazy("Protection rejected"),
    "collection.protection.ended": gettext_lazy("Protection ended"),
    "collection.duty.given": gettext_lazy("Collection duty given"),
    "collection.duty.ended": gettext_lazy("Collection duty ended"),
    "collection.write_off.asked": gettext_lazy("Write-off asked for"),
    "collection.write_off.approved": gettext_lazy("Written off"),
    "collection.write_off.rejected": gettext_lazy("Write-off rejected"),
    "collection.write_off.recovered": gettext_lazy("Written-off debt recovered"),
    "collection.notice.drafted": gettext_lazy("Public notice drafted"),
    "collection.notice.review_asked": gettext_lazy("Public notice given to the legal review"),
    "collection.notice.approved": gettext_lazy("Public notice approved"),
    "collection.notice.refused": gettext_lazy("Public notice refused"),
    "collection.notice.withdrawn": gettext_lazy("Public notice withdrawn"),
    "collection.target.set": gettext_lazy("Recovery target set"),
    "collection.assessment.made": gettext_lazy("Recovery assessed"),
    "collection.assessment.confirmed": gettext_lazy("Recovery assessment confirmed"),
}
MENU = (
    (gettext_lazy("Dunning board"), "collection:board", "clipboard-list", "collection.view"),
    (gettext_lazy("Calls and visits"), "collection:work", "phone", "collection.work"),
    (gettext_lazy("Dunning letters"), "collection:letters", "mail", "collection.view"),
    (gettext_lazy("Dunning plans"), "collection:plans", "list-check", "collection.view"),
    (gettext_lazy("Protected customers"), "collection:protections", "shield-check", "collection.view"),
    (gettext_lazy("Responsibility"), "collection:responsibility", "users", "collection.view"),
    (gettext_lazy("Bad debts"), "collection:write-offs", "archive", "collection.view"),
    (gettext_lazy("Public notices of penalties"), "collection:notices", "gavel", "collection.view"),
    (gettext_lazy("Recovery targets"), "collection:targets", "target", "collection.view"),
)
DAYS, YUAN, SHARE = gettext_lazy("days"), gettext_lazy("yuan"), pgettext_lazy("parameter", "share")
NAMES = {
    figures.CONTACT_FROM_HOUR.code: (gettext_lazy("Customers are contacted from"), gettext_lazy("o'clock")),
    figures.CONTACT_UNTIL_HOUR.code: (gettext_lazy("Customers are contacted until"), gettext_lazy("o'clock")),
    figures.MESSAGES_ON_HOLIDAYS.code: (gettext_lazy("Messages on days off"), ""),
    figures.PROMISE_MAX_DAYS.code: (gettext_lazy("Longest promise to pay"), DAYS),
    figures.PROMISE_GRACE_DAYS.code: (gettext_lazy("Grace after a promised day"), DAYS),
    figures.PROTECTING_CARE.code: (gettext_lazy("Kinds of special care that protect"), ""),
    figures.WRITE_OFF_AGE_DAYS.code: (gettext_lazy("Candidate for a write-off after"), DAYS),
    figures.WRITE_OFF_STATION_LIMIT_YUAN.code: (gettext_lazy("Write-offs a station may approve"), YUAN),
    figures.LATE_FEE_ON_WRITTEN_OFF.code: (gettext_lazy("Late fee on recovered old debts"), ""),
    figures.CREDIT_BUREAU_REPORTING.code: (gettext_lazy("Reporting to credit bureaus"), ""),
    figures.DEFAULT_TARGET_CURRENT.code: (gettext_lazy("Recovery target, debts of this year"), SHARE),
    figures.DEFAULT_TARGET_OLD.code: (gettext_lazy("Recovery target, debts of earlier years"), SHARE),
    figures.POINTS_PER_TENTH_PERCENT.code: (
        gettext_lazy("Points lost for each 0.1 % below the target"),
        gettext_lazy("points"),
    ),
    figures.MOST_POINTS.code: (gettext_lazy("Points lost at most"), gettext_lazy("points")),
    figures.REWARD_YUAN.code: (gettext_lazy("Reward for a target met"), YUAN),
    figures.DEDUCTION_YUAN_PER_POINT.code: (gettext_lazy("Deduction for each point"), YUAN),
}


def _fields() -> dict[str, tuple[Any, dict[str, Any]]]:
    """What changed, in words, by the fields that the actions record."""
    case, off = "collection.dunningcase", "collection.writeoffrequest"
    return {
        f"{case}.channel": (gettext_lazy("Channel"), dict(ContactChannel.choices)),
        f"{case}.outcome": (gettext_lazy("Outcome"), dict(Outcome.choices)),
        f"{case}.state": (gettext_lazy("State"), dict(CaseState.choices)),
        f"{case}.reason": (gettext_lazy("Reason"), dict(CaseReason.choices)),
        f"{case}.paused_until": (gettext_lazy("Paused until"), {}),
        f"{case}.cases": (gettext_lazy("Dunning cases"), {}),
        "collection.dunningaction.letters": (gettext_lazy("Dunning letters"), {}),
        "collection.dunningplan.version": (gettext_lazy("Version"), {}),
        "collection.dunningplan.steps": (gettext_lazy("Steps"), {}),
        f"{off}.total_fen": (gettext_lazy("Amount (yuan)"), {}),
        f"{off}.recovered_fen": (gettext_lazy("Recovered (yuan)"), {}),
        "collection.collectionduty.staff": (pgettext_lazy("duty", "Person"), {}),
        "collection.protectedcustomer.valid_to": (gettext_lazy("Valid until"), {}),
        "collection.recoverytarget.rate_ppm": (gettext_lazy("Target (millionths)"), {}),
    }


def register() -> None:
    """Called once when Django is ready."""
    audit.name_actions(ACTIONS)
    audit.name_fields(_fields())
    audit.mark_sensitive(
        "collection.write_off.approved", "collection.notice.approved", "collection.assessment.confirmed"
    )
    parameters.name(NAMES)
    for order, (label, url_name, icon, permission) in enumerate(MENU):
        navigation.register(
            navigation.NavItem(
                "arrears", label, url_name, icon=icon, permission=permission, order=470 + order
            )
        )
    extensions.panel(
        "account",
        "collection",
        gettext_lazy("Collection"),
        "collection/parts/account_panel.html",
        _account_panel,
        permission="collection.view",
        order=45,
    )
    extensions.workbench("collection.work", _work_tile, order=46)
    extensions.workbench("collection.approve", _approve_tile, order=47)


def _account_panel(request: StaffRequest, account: Any) -> dict[str, Any] | None:
    cases = list(
        DunningCase.objects.filter(account=account, unit__code__startswith=request.user.scope)
        .select_related("plan", "owner")
        .order_by("-id")[:5]
    )
    return {
        "cases": cases,
        "account": account,
        "may_work": request.user.may("collection.work"),
        "may_write_off": request.user.may("collection.write_off"),
    }


def _work_tile(request: StaffRequest) -> Tile | None:
    open_cases = Q(state=ActionState.WAITING, case__unit__code__startswith=request.user.scope)
    found = (
        DunningAction.objects.filter(open_cases, channel__in=[ContactChannel.PHONE, ContactChannel.VISIT])
        .exclude(case__state=CaseState.CLOSED)
        .aggregate(
            mine=Count("id", filter=Q(case__owner=request.user)),
            all=Count("id"),
            fen=Sum("case__overdue_fen"),
        )
    )
    return Tile(
        title=_("Calls and visits"),
        value=found["mine"],
        hint=_("%(n)s in the team, %(amount)s yuan overdue")
        % {"n": found["all"], "amount": formats.money(found["fen"] or 0)},
        url=reverse("collection:work"),
        icon="phone",
        tone="warning" if found["mine"] else "success",
    )


def _approve_tile(request: StaffRequest) -> Tile | None:
    scope = request.user.scope
    waiting = WriteOffRequest.objects.filter(
        state=WriteOffState.REQUESTED, unit__code__startswith=scope
    ).exclude(requested_by=request.user)
    return Tile(
        title=_("Write-offs to approve"),
        value=waiting.count(),
        url=f"{reverse('collection:write-offs')}?state=requested",
        icon="archive",
    )
