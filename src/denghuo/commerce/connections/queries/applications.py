"""Applications as people ask about them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from denghuo.commerce.connections import rules
from denghuo.commerce.connections.models import (
    Application,
    ApplicationDocument,
    Defect,
    DocumentState,
    MeterIssue,
    PlanState,
    SupplyPlan,
)
from denghuo.commerce.connections.queries import words
from denghuo.commerce.connections.rules import documents
from denghuo.commerce.receivables.models import Receivable
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.workflow.models import Attachment, ClockPause, HumanTask, ProcessInstance, TaskState
from denghuo.records.supply.models import SupplyPoint, SupplyTerms

LABEL = "connections.application"
LIVE_PLANS = (PlanState.SETTLED, PlanState.ANSWERED)


def visible(scope: str) -> QuerySet[Application]:
    return Application.objects.filter(unit__code__startswith=scope).select_related(
        "customer", "account", "supply_point", "neighbour", "unit", "received_by"
    )


def title(application: Application) -> str:
    return f"{application.number} {application.get_kind_display()} {application.address}"[:120]


def terms_of(point: SupplyPoint, on: date) -> SupplyTerms:
    """What holds at a supply point on a day (the newest where it begins later)."""
    rows = SupplyTerms.objects.select_related("area").filter(supply_point=point)
    now = rows.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).first()
    return now or rows.order_by("-valid_from").first() or SupplyTerms(supply_point=point)


def live_plan(application: Application) -> SupplyPlan | None:
    """The plan that holds."""
    return application.plans.select_related("area").filter(state__in=LIVE_PLANS).first()


def newest_plan(application: Application) -> SupplyPlan | None:
    return application.plans.select_related("area", "drafted_by", "approved_by").order_by("-revision").first()


def open_defects(application: Application, kind: str) -> QuerySet[Defect]:
    return Defect.objects.filter(
        review__application=application, review__kind=kind, fixed_in__isnull=True
    ).order_by("id")


def open_issues(application: Application) -> list[MeterIssue]:
    """Meters taken out that are not hung yet."""
    return list(
        application.meters.filter(returned_at__isnull=True, installed_at__isnull=True)
        .select_related("meter")
        .order_by("feeder", "id")
    )


def held_documents(customer_id: int) -> dict[str, StoredFile | None]:
    """Documents that keep their worth and that the customer gave before, in any case or application."""
    kept = [code for code, item in documents.ALL.items() if item.kept]
    found: dict[str, StoredFile | None] = {}
    for row in ApplicationDocument.objects.filter(
        application__customer_id=customer_id, kind__in=kept, state__in=[DocumentState.GIVEN, DocumentState.HELD]
    ).select_related("file").order_by("id"):  # fmt: skip
        found[row.kind] = row.file or found.get(row.kind)
    for attachment in Attachment.objects.filter(
        instance__customer_id=customer_id, kind__in=kept
    ).select_related("file").order_by("id"):  # fmt: skip
        found[attachment.kind] = attachment.file
    return found


def before_power(application: Application) -> list[str]:
    """What must come before power is switched on."""
    found = []
    if not application.contract_number:
        found.append(_("The contract has not been signed."))
    late = [
        words.document_label(row.kind) for row in application.documents.filter(state=DocumentState.FOLLOWS)
    ]
    if late:
        found.append(_("Documents that were allowed to follow are due now: %(names)s.") % {"names": "、".join(late)})  # fmt: skip
    if unpaid_fen(application):
        found.append(_("Fees are still open."))
    return found


def unpaid_fen(application: Application) -> int:
    ids = list(application.fees.values_list("pk", flat=True))
    rows = Receivable.objects.filter(document_type="connections.feeitem", document_id__in=ids, cancelled_at__isnull=True)  # fmt: skip
    return sum(rows.values_list("open_fen", flat=True)) if ids else 0


def field_details(application: Application) -> dict[str, str]:
    """What the crew reads on the phone."""
    found = {
        _("Application"): application.number,
        _("Contact"): f"{application.contact_name} {application.contact_phone}",
        _("Capacity (kVA)"): str(application.capacity_kva),
    }
    if application.neighbour:
        found[_("Neighbour")] = application.neighbour.number
    meters = [issue.meter.asset_number for issue in open_issues(application)]
    if meters:
        found[_("Meters taken out")] = ", ".join(meters)
    return found


@dataclass(frozen=True)
class Stage:
    """One stage of the strip: ``state`` is done, now, open or stopped."""

    code: str
    label: str
    state: str
    at: datetime | None
    due_at: datetime | None = None


def stages(application: Application) -> list[Stage]:
    """The strip: what is done with its instant, where it stands with its deadline, what is ahead."""
    tasks = list(
        HumanTask.objects.filter(
            instance__subject_type=LABEL, instance__subject_id=application.pk
        ).order_by("id")
    )  # fmt: skip
    done: dict[str, datetime | None] = {"accepted": application.accepted_at}
    now: dict[str, HumanTask] = {}
    for task in tasks:
        if task.state == TaskState.DONE:
            done[task.step] = task.completed_at
        elif task.state == TaskState.OPEN:
            now[task.step] = task
    if application.state == "archived":
        done["archived"] = application.ended_at
    stopped = application.state in ("refused", "withdrawn")
    codes = rules.stages(rules.KINDS[application.kind], external_works=application.external_works)
    found = []
    for code in codes:
        label = words.stage_label(code)
        if code in now:
            found.append(Stage(code, label, "now", None, now[code].due_at))
        elif code in done:
            found.append(Stage(code, label, "done", done[code]))
        else:
            found.append(Stage(code, label, "stopped" if stopped else "open", None))
    return found


def open_steps(ids: Sequence[int]) -> Mapping[int, list[HumanTask]]:
    """Open steps by application."""
    found: dict[int, list[HumanTask]] = {}
    rows = HumanTask.objects.filter(
        instance__subject_type=LABEL, instance__subject_id__in=list(ids), state=TaskState.OPEN
    ).select_related("instance", "assignee")
    for task in rows.order_by("id"):
        found.setdefault(task.instance.subject_id, []).append(task)
    return found


def waiting_for_customer(application: Application) -> ClockPause | None:
    """The pause that runs, where the clock stands still."""
    return ClockPause.objects.filter(
        instance__subject_type=LABEL, instance__subject_id=application.pk, ended_at__isnull=True
    ).first()


def instances(ids: Sequence[int]) -> dict[int, ProcessInstance]:
    rows = ProcessInstance.objects.filter(subject_type=LABEL, subject_id__in=list(ids)).order_by("id")
    return {row.subject_id: row for row in rows}


def overdue_ids(scope: str, at: datetime) -> list[int]:
    return list(
        ProcessInstance.objects.filter(
            subject_type=LABEL, state="running", unit__code__startswith=scope, due_at__lt=at, paused_at__isnull=True
        ).values_list("subject_id", flat=True)
    )  # fmt: skip


def registers_shown(text: str) -> list[tuple[str, Any]]:
    return list(json.loads(text or "{}").items())
