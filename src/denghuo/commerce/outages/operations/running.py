"""While supply is off: begun, told how it goes, delayed, restored in parts or as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils.translation import gettext as _

from denghuo.commerce.fieldwork import operations as fieldwork
from denghuo.commerce.fieldwork import queries as fieldwork_queries
from denghuo.commerce.fieldwork import rules as fieldwork_rules
from denghuo.commerce.outages import events
from denghuo.commerce.outages.models import AffectedSupply, EndEstimate, Outage, OutageState, minute_of
from denghuo.commerce.outages.operations.common import OutageRefused, locked, note
from denghuo.commerce.outages.rules import processes
from denghuo.commerce.outages.rules.work import REPAIR
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.ui import formats
from denghuo.foundation.workflow import operations as workflow
from denghuo.foundation.workflow import queries as flow

BATCH = 1000


@transaction.atomic
def start(*, outage: Outage, started_at: datetime, at: datetime, actor: Staff | None) -> Outage:
    """Supply goes off at ``started_at`` (not after ``at``): now everybody affected is without it.

    Raises:
        OutageRefused: not approved, in the future, before its notices went out, or more than a day before it was
            announced.
    """
    found = locked(outage)
    if found.state != OutageState.APPROVED:
        raise OutageRefused(_("Only approved works can begin."))
    if started_at > at:
        raise OutageRefused(_("The works begin in the future."))
    if started_at < found.begins_at:
        raise OutageRefused(
            _("Customers were told %(begin)s; supply is not taken before.")
            % {"begin": formats.moment(found.begins_at)}
        )
    if found.notices.filter(round=found.round, published_at__isnull=True, dropped_at__isnull=True).exists():
        raise OutageRefused(_("A notice has not gone out yet."))
    before = found.state
    found.state, found.started_at = OutageState.RUNNING, started_at
    found.save()
    take_supply(found.affected.all(), started_at)
    _step(found, processes.BEGIN, {"decision": processes.BEGUN}, at, actor)
    outbox.publish(events.OutageStarted(found.pk, found.number, found.kind, found.unit_id, started_at))
    note("works.started", found, at=at, actor=actor, before=before, started_at=formats.moment(started_at))
    return found


def _step(
    outage: Outage, step: str, data: dict[str, bool | int | str], at: datetime, actor: Staff | None
) -> None:
    task = flow.open_task(outage, step)
    if task is not None:
        workflow.complete(task=task, at=at, actor=actor, data=data)


def take_supply(rows: QuerySet[AffectedSupply], at: datetime) -> None:
    """These supplies are off from ``at``. One that another outage took already keeps that spell until it ends there, so
    that no minute is counted twice; ``give_supply`` hands it over."""
    minute, points = minute_of(at), rows.values("supply_point_id")
    spells = AffectedSupply.objects.filter(supply_point_id__in=points, off_minute__isnull=False)
    fresh = rows.filter(off_minute__isnull=True)
    later: dict[int, list[int]] = defaultdict(list)
    ended = spells.filter(on_minute__gt=minute).values_list("supply_point_id").annotate(last=Max("on_minute"))
    for point, last in ended.order_by("supply_point_id"):
        later[last].append(point)
    off = spells.filter(on_minute__isnull=True).values("supply_point_id")
    free = list(fresh.exclude(supply_point_id__in=off).values_list("pk", "supply_point_id"))
    for last, owners in sorted(later.items()):
        held = set(owners)
        AffectedSupply.objects.filter(pk__in=[pk for pk, point in free if point in held]).update(
            off_minute=last, continues=True
        )
    ended_points = {point for owners in later.values() for point in owners}
    _set_off([pk for pk, point in free if point not in ended_points], minute, continues=False)


def _set_off(ids: Sequence[int], minute: int, *, continues: bool) -> None:
    for start_ in range(0, len(ids), BATCH):
        AffectedSupply.objects.filter(pk__in=ids[start_ : start_ + BATCH]).update(
            off_minute=minute, continues=continues
        )


def give_supply(rows: QuerySet[AffectedSupply], at: datetime) -> int:
    """These supplies are on from ``at``, except where another running outage still holds them: there the spell goes on,
    without a gap, and is no new interruption."""
    minute = minute_of(at)
    off = rows.filter(off_minute__isnull=False, on_minute__isnull=True)
    points = list(off.values_list("supply_point_id", flat=True))
    off.filter(off_minute__gt=minute).update(on_minute=F("off_minute"))
    off.update(on_minute=minute)
    handed: dict[int, tuple[int, int]] = {}
    for start_ in range(0, len(points), BATCH):
        held = (
            AffectedSupply.objects.filter(
                supply_point_id__in=points[start_ : start_ + BATCH],
                outage__state=OutageState.RUNNING,
                off_minute__isnull=True,
            )
            .exclude(outage__in=rows.values("outage_id"))
            .select_related("outage")
            .order_by("outage__started_at", "outage_id")
        )
        for row in held:
            assert row.outage.started_at is not None
            handed.setdefault(row.supply_point_id, (row.pk, max(minute, minute_of(row.outage.started_at))))
    by_minute: dict[int, list[int]] = defaultdict(list)
    for pk, from_minute in handed.values():
        by_minute[from_minute].append(pk)
    for from_minute, ids in by_minute.items():
        _set_off(ids, from_minute, continues=True)
    return len(points)


@transaction.atomic
def report_progress(*, outage: Outage, progress: str, at: datetime, actor: Staff | None) -> Outage:
    """Say how the work goes.

    Raises:
        OutageRefused: it is not running, or nothing was said.
    """
    found = _running(outage)
    if not progress.strip():
        raise OutageRefused(_("Say how it goes."))
    found.progress = progress.strip()[:300]
    found.save(update_fields=["progress"])
    note("progress.reported", found, at=at, actor=actor, before=found.state, progress=found.progress)
    return found


def _running(outage: Outage) -> Outage:
    found = locked(outage)
    if found.state != OutageState.RUNNING:
        raise OutageRefused(_("Supply is not off."))
    return found


@transaction.atomic
def estimate(
    *, outage: Outage, expected_at: datetime, reason: str, at: datetime, actor: Staff | None
) -> EndEstimate:
    """Say anew when supply comes back; where it is later than what was said, customers are told, with the reason.

    Raises:
        OutageRefused: it is not running, the end is past, or a later end has no reason.
    """
    found = _running(outage)
    if expected_at <= at:
        raise OutageRefused(_("The expected end is past."))
    later = found.expected_end_at is not None and expected_at > found.expected_end_at
    if later and not reason.strip():
        raise OutageRefused(_("A later end needs its reason; customers are told."))
    row = EndEstimate.objects.create(
        outage=found, expected_at=expected_at, reason=reason.strip()[:200], made_at=at, made_by=actor
    )
    found.expected_end_at = expected_at
    found.save(update_fields=["expected_end_at"])
    if later:
        outbox.publish(events.OutageDelayed(found.pk, found.number, row.pk, at))
    note(
        "end.delayed" if later else "end.estimated",
        found,
        at=at,
        actor=actor,
        before=found.state,
        reason=reason,
        expected_end_at=formats.moment(expected_at),
    )
    return row


@transaction.atomic
def restore(
    *,
    outage: Outage,
    restored_at: datetime,
    at: datetime,
    actor: Staff | None,
    transformer_ids: Collection[int] | None = None,
    finding: str = "",
    by_crew: bool = False,
) -> Outage:
    """Supply is back at ``restored_at``: behind some transformers, or everywhere. It ends when nobody is off any more.

    An open repair task is called off then, unless the crew itself says so (``by_crew``).

    Raises:
        OutageRefused: it is not running, or the instant lies before the start or in the future.
    """
    found = _running(outage)
    assert found.started_at is not None
    if restored_at > at or restored_at < found.started_at:
        raise OutageRefused(_("Supply comes back after it went off, and not in the future."))
    rows = found.affected.all()
    if transformer_ids is not None:
        rows = rows.filter(transformer_id__in=list(transformer_ids))
        if (
            found.affected.filter(on_minute__isnull=True)
            .exclude(transformer_id__in=list(transformer_ids))
            .exists()
        ):
            count = give_supply(rows, restored_at)
            note("supply.partly_restored", found, at=at, actor=actor, before=found.state, supplies=count)
            return found
    before = found.state
    found.state, found.restored_at, found.ended_at = OutageState.RESTORED, restored_at, at
    if finding.strip():
        found.description = finding.strip()[:300]
    found.save()
    give_supply(found.affected.all(), restored_at)
    _step(found, processes.RESTORE, {}, at, actor)
    if not by_crew:
        _call_off_repair(found, at, actor)
    cases = tuple(sorted({pk for pk in found.signals.values_list("case_id", flat=True) if pk}))
    outbox.publish(events.OutageRestored(found.pk, found.number, found.kind, cases, restored_at))
    note("supply.restored", found, at=at, actor=actor, before=before, restored_at=formats.moment(restored_at))
    return found


def _call_off_repair(outage: Outage, at: datetime, actor: Staff | None) -> None:
    task = fieldwork_queries.task_of(outage, REPAIR.code)
    if task is not None and task.state in fieldwork_rules.OPEN:
        fieldwork.cancel(task=task, reason=_("Supply is back."), at=at, actor=actor)
