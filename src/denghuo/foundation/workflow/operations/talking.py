"""What is said in a case and what is laid to it: remarks, documents and photos, questions to other departments."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.workflow.models import Attachment, Audience, ProcessInstance, Remark, SideTask
from denghuo.foundation.workflow.operations import walking

LONGEST = 4000


class NothingSaid(ValueError):
    """The text is empty or longer than 4,000 characters."""


class AlreadyAnswered(Exception):
    """The question has its answer."""


def remark(
    *,
    instance: ProcessInstance,
    text: str,
    at: datetime,
    actor: Staff | None,
    audience: str = Audience.INTERNAL,
    from_customer: bool = False,
    key: str | None = None,
) -> Remark:
    """Say something in a case; the same ``key`` (made in the browser) gives the same remark again.

    Raises:
        NothingSaid: see there.
    """
    if not text.strip() or len(text) > LONGEST:
        raise NothingSaid(_("Write something, at most 4,000 characters."))
    try:
        with transaction.atomic():
            return Remark.objects.create(
                instance=instance,
                audience=audience,
                author=actor,
                from_customer=from_customer,
                text=text.strip(),
                said_at=at,
                key=key,
            )
    except IntegrityError:
        return Remark.objects.get(key=key)


@transaction.atomic
def attach(
    *,
    instance: ProcessInstance,
    file: StoredFile,
    at: datetime,
    actor: Staff | None,
    kind: str = "",
    step: str = "",
    note: str = "",
) -> Attachment:
    """Lay a kept file to a case."""
    attachment = Attachment.objects.create(
        instance=instance, file=file, kind=kind, step=step, note=note[:200], added_by=actor, added_at=at
    )
    walking.happened(instance, "attached", at, actor, text=file.name)
    return attachment


@transaction.atomic
def ask(
    *,
    instance: ProcessInstance,
    text: str,
    unit_id: str,
    role: str,
    due_at: datetime,
    at: datetime,
    actor: Staff,
    assignee: Staff | None = None,
) -> SideTask:
    """Ask another department for something, with a day by which it is needed.

    Raises:
        NothingSaid: see there.
    """
    if not text.strip():
        raise NothingSaid(_("Say what is needed."))
    asked = SideTask.objects.create(
        instance=instance,
        text=text.strip()[:300],
        unit_id=unit_id,
        role=role,
        assignee=assignee,
        due_at=due_at,
        asked_by=actor,
        asked_at=at,
    )
    walking.happened(instance, "asked", at, actor, text=asked.text)
    return asked


@transaction.atomic
def answer(*, side_task: SideTask, text: str, at: datetime, actor: Staff) -> SideTask:
    """Answer a question of another department, once.

    Raises:
        NothingSaid, AlreadyAnswered: see there.
    """
    found = SideTask.objects.select_for_update(of=("self",)).select_related("instance").get(pk=side_task.pk)
    if found.answered_at is not None:
        raise AlreadyAnswered(_("This has been answered already."))
    if not text.strip():
        raise NothingSaid(_("Write something, at most 4,000 characters."))
    found.answer, found.answered_by, found.answered_at = text.strip()[:1000], actor, at
    found.save(update_fields=["answer", "answered_by", "answered_at"])
    walking.happened(found.instance, "answered", at, actor, text=found.answer)
    return found
