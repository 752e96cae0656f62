"""Keep a file that was sent and lay it to a case, in one go."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from denghuo.foundation.files import operations as files
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.workflow.models import Attachment, ProcessInstance
from denghuo.foundation.workflow.operations.talking import attach


@transaction.atomic
def lay_to_case(
    *,
    instance: ProcessInstance,
    name: str,
    content: bytes,
    at: datetime,
    actor: Staff,
    kind: str = "",
    step: str = "",
    note: str = "",
) -> Attachment:
    """Keep a photo or PDF with the unit of the case and lay it to the case.

    Raises:
        FileRefused: see ``files.operations.keep``.
    """
    file = files.keep(name=name, content=content, unit_id=instance.unit_id, at=at, actor=actor)
    return attach(instance=instance, file=file, kind=kind, step=step, note=note, at=at, actor=actor)
