"""Planned works before they begin: asked for, merged or refused, approved by a second person, changed, cancelled."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.outages import events, queries, rules
from denghuo.commerce.outages.models import AffectedSupply, EndEstimate, Outage, OutageNotice, OutageState
from denghuo.commerce.outages.operations.common import OutageRefused, locked, next_number, note
from denghuo.commerce.outages.queries import Equipment
from denghuo.commerce.outages.rules import notices, processes
from denghuo.commerce.outages.rules.merging import Clash
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox
from denghuo.foundation.ui import formats
from denghuo.foundation.workflow import operations as workflow
from denghuo.foundation.workflow import queries as flow
from denghuo.kernel.periods import day_of


def said(clash: Clash) -> str:
    """A clash in words: which works, when, and why they cannot be joined."""
    why = {
        "merge": _("it can be merged"),
        "noticed": _("its customers were told another time"),
        "does_not_fit": _("these works do not fit into it"),
        "begun": _("it has begun"),
        "done": _("it is over"),
    }[clash.verdict]
    return _("%(number)s, %(begin)s to %(end)s: %(why)s") % {
        "number": clash.other.number,
        "begin": formats.moment(clash.other.begins_at),
        "end": formats.moment(clash.other.ends_at),
        "why": why,
    }


@transaction.atomic
def request(
    *,
    kind: str,
    equipment: Equipment,
    begins_at: datetime,
    ends_at: datetime,
    cause: str,
    description: str,
    at: datetime,
    actor: Staff,
    merge_into: Outage | None = None,
) -> Outage:
    """Ask for works. The request is merged where ``merge_into`` is named, refused where the same supplies are hit by
    other works within the days of the parameter, else it waits for approval. Temporary works (a defect that cannot wait)
    are not refused for it. Either way the request stays on record.

    Raises:
        OutageRefused: times in the wrong order, in the past, no description, or no works to merge into.
    """
    if kind not in rules.ANNOUNCED:
        raise OutageRefused(_("A fault is reported, not requested."))
    _times(begins_at, ends_at, at)
    if not description.strip():
        raise OutageRefused(_("Say what is done."))
    clashes = queries.clashes(equipment, begins_at, ends_at)
    outage = Outage(
        number=next_number(at),
        kind=kind,
        state=OutageState.PROPOSED,
        unit_id=queries.unit_of(equipment),
        level=queries.level_of(equipment),
        place=queries.place_of(equipment),
        cause=cause,
        description=description.strip(),
        begins_at=begins_at,
        ends_at=ends_at,
        expected_end_at=ends_at,
        requested_by=actor,
        requested_at=at,
    )
    setattr(outage, outage.level, equipment)
    if merge_into is not None:
        return _merge(outage, merge_into, clashes, at, actor)
    if clashes and kind == rules.PLANNED:
        return _turn_away(outage, clashes, at, actor)
    outage.save()
    workflow.start(
        process=processes.PLANNED.key,
        subject=outage,
        title=f"{outage.place} {outage.description}"[:160],
        unit_id=outage.unit_id,
        at=at,
        actor=actor,
    )
    note("works.requested", outage, at=at, actor=actor)
    return outage


def _times(begins_at: datetime, ends_at: datetime, at: datetime) -> None:
    if ends_at <= begins_at:
        raise OutageRefused(_("The works end before they begin."))
    if begins_at <= at:
        raise OutageRefused(_("The works begin in the past."))


def _turn_away(outage: Outage, clashes: list[Clash], at: datetime, actor: Staff) -> Outage:
    outage.state, outage.ended_at = OutageState.REFUSED, at
    listed = "；".join(said(clash) for clash in clashes)
    outage.decision_note = (_("The same supplies are hit by other works: %(works)s") % {"works": listed})[
        :300
    ]
    outage.save()
    note("works.turned_away", outage, at=at, actor=actor, reason=outage.decision_note)
    return outage


def _merge(outage: Outage, other: Outage, clashes: list[Clash], at: datetime, actor: Staff) -> Outage:
    """Join the works to others; those still waiting for approval are widened to hold both."""
    clash = next((item for item in clashes if item.other.outage_id == other.pk), None)
    if clash is None:
        raise OutageRefused(_("%(number)s does not concern the same supplies.") % {"number": other.number})
    if not clash.may_merge:
        raise OutageRefused(said(clash))
    host = locked(other)
    assert host.ends_at is not None and outage.ends_at is not None
    if host.state == OutageState.PROPOSED:
        host.ends_at = max(host.ends_at, host.begins_at + (outage.ends_at - outage.begins_at))
        host.expected_end_at = host.ends_at
        if not queries.covered(outage) <= queries.covered(host):
            host.substation, host.feeder, host.transformer = (
                outage.substation,
                outage.feeder,
                outage.transformer,
            )
            host.level, host.place, host.unit_id = outage.level, outage.place, outage.unit_id
    host.description = f"{host.description}；{outage.description}"[:300]
    host.save()
    outage.state, outage.merged_into, outage.ended_at = OutageState.MERGED, host, at
    outage.decision_note = said(clash)[:300]
    outage.save()
    note("works.merged", outage, at=at, actor=actor, merged_into=host.number)
    return outage


@transaction.atomic
def approve(*, outage: Outage, at: datetime, actor: Staff, note_: str = "") -> Outage:
    """Approve works: their affected supplies are frozen and their notices dated.

    Raises:
        OutageRefused: the same person asked for it, it does not wait for approval, the notices would come too late, or
            other works hit the same supplies meanwhile.
    """
    found = locked(outage)
    _may_decide(found, actor)
    assert found.ends_at is not None
    clashes = queries.clashes(found.equipment, found.begins_at, found.ends_at, exclude=found.pk)
    clashes = [clash for clash in clashes if clash.other.state != OutageState.PROPOSED]
    if clashes and found.kind == rules.PLANNED:
        listed = "；".join(said(clash) for clash in clashes)
        raise OutageRefused(_("The same supplies are hit by other works: %(works)s") % {"works": listed})
    affected = queries.affected(found.equipment, on=day_of(found.begins_at))
    figures = queries.figures(day_of(at))
    days, hours = figures["notice_days"], figures["temporary_notice_hours"]
    latest = notices.latest_approval(
        found.kind, found.begins_at, days=days, hours=hours, important=bool(affected.important)
    )
    if at > latest:
        raise OutageRefused(
            _("Customers must be told %(ahead)s ahead; approval was possible until %(latest)s.")
            % {
                "ahead": _("%(days)s days") % {"days": days}
                if found.kind == rules.PLANNED
                else _("%(hours)s hours") % {"hours": hours},
                "latest": formats.moment(latest),
            }
        )
    _freeze(found, affected)
    _announce(found, at, days, hours, figures["notice_margin_days"])
    if not found.estimates.exists():
        EndEstimate.objects.create(outage=found, expected_at=found.ends_at, made_at=at, made_by=actor)
    before = found.state
    found.state, found.decided_by, found.decided_at = OutageState.APPROVED, actor, at
    found.decision_note = note_.strip()
    found.save()
    _step(found, processes.APPROVE, {"approved": True}, at, actor)
    outbox.publish(events.OutageApproved(found.pk, found.number, found.unit_id, at))
    note("works.approved", found, at=at, actor=actor, before=before, supplies=len(affected.rows))
    return found


def _may_decide(outage: Outage, actor: Staff) -> None:
    if outage.state != OutageState.PROPOSED:
        raise OutageRefused(_("It does not wait for approval."))
    if actor.pk == outage.requested_by_id:
        raise OutageRefused(_("Somebody else approves what you asked for."))


def _freeze(outage: Outage, affected: queries.Affected) -> None:
    """Keep who is affected as it is now; treatments that were noted stay with their supplies."""
    kept = {
        row.supply_point_id: (row.treatment, row.treated_at)
        for row in outage.affected.exclude(treated_at=None)
    }
    outage.affected.all().delete()
    for row in affected.rows:
        row.outage = outage
        row.treatment, row.treated_at = kept.get(row.supply_point_id, ("", None))
    AffectedSupply.objects.bulk_create(affected.rows, batch_size=1000)


def _announce(outage: Outage, at: datetime, days: int, hours: int, margin_days: int) -> None:
    OutageNotice.objects.bulk_create(
        OutageNotice(
            outage=outage,
            audience=planned.audience,
            round=outage.round,
            due_at=planned.due_at,
            deadline_at=planned.deadline_at,
        )
        for planned in notices.schedule(
            outage.kind, outage.begins_at, at=at, days=days, hours=hours, margin_days=margin_days
        )
    )


def _step(
    outage: Outage, step: str, data: dict[str, bool | int | str], at: datetime, actor: Staff | None
) -> None:
    task = flow.open_task(outage, step)
    if task is not None:
        workflow.complete(task=task, at=at, actor=actor, data=data)


@transaction.atomic
def refuse(*, outage: Outage, reason: str, at: datetime, actor: Staff) -> Outage:
    """Do not approve works.

    Raises:
        OutageRefused: the same person asked for it, it does not wait for approval, or no reason.
    """
    found = locked(outage)
    _may_decide(found, actor)
    if not reason.strip():
        raise OutageRefused(_("Give the reason."))
    before = found.state
    found.state, found.decided_by, found.decided_at = OutageState.REFUSED, actor, at
    found.decision_note, found.ended_at = reason.strip(), at
    found.save()
    _step(found, processes.APPROVE, {"approved": False}, at, actor)
    note("works.refused", found, at=at, actor=actor, before=before, reason=reason)
    return found


@transaction.atomic
def change(
    *, outage: Outage, begins_at: datetime, ends_at: datetime, reason: str, at: datetime, actor: Staff
) -> Outage:
    """Give approved works another time. They wait for approval again; who is affected is computed anew then, and
    notices that were not sent are dropped.

    Raises:
        OutageRefused: they are not approved or have begun, the times are wrong, or no reason.
    """
    found = locked(outage)
    if found.state != OutageState.APPROVED:
        raise OutageRefused(_("Only approved works that have not begun get another time."))
    if not reason.strip():
        raise OutageRefused(_("Give the reason."))
    _times(begins_at, ends_at, at)
    before = found.state
    found.begins_at, found.ends_at, found.expected_end_at = begins_at, ends_at, ends_at
    found.state, found.decided_by, found.decided_at = OutageState.PROPOSED, None, None
    found.requested_by, found.requested_at, found.round = actor, at, found.round + 1
    found.progress = reason.strip()[:300]
    found.save()
    _drop_notices(found, at)
    found.estimates.all().delete()
    EndEstimate.objects.create(outage=found, expected_at=ends_at, made_at=at, made_by=actor)
    _step(found, processes.BEGIN, {"decision": processes.CHANGED}, at, actor)
    note("works.changed", found, at=at, actor=actor, before=before, reason=reason)
    return found


def _drop_notices(outage: Outage, at: datetime) -> None:
    outage.notices.filter(published_at__isnull=True, dropped_at__isnull=True).update(dropped_at=at)


@transaction.atomic
def cancel(*, outage: Outage, reason: str, at: datetime, actor: Staff | None) -> Outage:
    """Give up works that have not begun; customers who were told of them hear it.

    Raises:
        OutageRefused: they have begun or are over, or no reason.
    """
    found = locked(outage)
    if found.state not in (OutageState.PROPOSED, OutageState.APPROVED):
        raise OutageRefused(_("Only works that have not begun can be cancelled."))
    if not reason.strip():
        raise OutageRefused(_("Give the reason."))
    before = found.state
    found.state, found.decision_note, found.ended_at = OutageState.CANCELLED, reason.strip()[:300], at
    found.save()
    noticed = found.notices.filter(published_at__isnull=False).exists()
    _drop_notices(found, at)
    if before == OutageState.APPROVED:
        _step(found, processes.BEGIN, {"decision": processes.ABANDONED}, at, actor)
    elif (instance := flow.instance_of(found)) is not None:
        workflow.cancel(instance=instance, at=at, actor=actor, reason=reason)
    outbox.publish(events.OutageCancelled(found.pk, found.number, noticed, at))
    note("works.cancelled", found, at=at, actor=actor, before=before, reason=reason)
    return found


@transaction.atomic
def publish_due_notices(*, at: datetime, limit: int = 200) -> int:
    """Send out the notices that are due; returns how many."""
    due = (
        OutageNotice.objects.select_for_update(of=("self",))
        .filter(published_at__isnull=True, dropped_at__isnull=True, due_at__lte=at)
        .filter(outage__state=OutageState.APPROVED)
        .order_by("due_at", "id")[:limit]
    )
    count = 0
    for notice in due:
        notice.published_at = at
        notice.save(update_fields=["published_at"])
        outbox.publish(events.NoticeDue(notice.outage_id, notice.pk, notice.audience, notice.round, at))
        count += 1
    return count


@transaction.atomic
def treat(*, affected: AffectedSupply, treatment: str, at: datetime, actor: Staff | None) -> AffectedSupply:
    """Note what was arranged with an important or special customer before supply goes off.

    Raises:
        OutageRefused: nothing was said.
    """
    if not treatment.strip():
        raise OutageRefused(_("Say what was arranged."))
    affected.treatment, affected.treated_at = treatment.strip()[:200], at
    affected.save(update_fields=["treatment", "treated_at"])
    point = affected.supply_point.number
    note(
        "supply.treated",
        affected.outage,
        at=at,
        actor=actor,
        before=affected.outage.state,
        supply_point=point,
    )
    return affected
