"""What a customer must show, and what is held already from an earlier case: nobody is asked twice."""

from __future__ import annotations

from dataclasses import dataclass

from denghuo.commerce.changes.models import Change
from denghuo.commerce.changes.rules import kinds
from denghuo.foundation.workflow.models import Attachment


@dataclass(frozen=True)
class Document:
    """A kind of document; ``held`` is the newest that proves it, from any case of the customer."""

    kind: str
    held: Attachment | None


def documents(change: Change) -> list[Document]:
    """The documents of a kind of change for whoever becomes or stays the customer; one query."""
    wanted = kinds.DOCUMENTS.get(change.kind, ())
    if not wanted:
        return []
    customer_id = change.new_customer_id or change.customer_id
    newest: dict[str, Attachment] = {}
    for found in (
        Attachment.objects.filter(
            kind__in=wanted, instance__customer_id__in={customer_id, change.customer_id}
        )
        .select_related("file", "instance")
        .order_by("id")
    ):
        newest[found.kind] = found
    return [Document(kind, newest.get(kind)) for kind in wanted]
