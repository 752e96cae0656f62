"""The price books that come with the software."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files

from django.db import transaction

from denghuo.commerce.tariffs import events, frames
from denghuo.commerce.tariffs.models import BookState, PriceBookVersion
from denghuo.commerce.tariffs.operations.versions import approve, digest_of, draft_version, put_in_force
from denghuo.engine.pricing.book import PriceBook, parse
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.outbox import operations as outbox

NOTE = "随软件发布的价格本 / shipped with the software"


def shipped_documents() -> dict[str, str]:
    """Code → JSON text of every shipped price book."""
    folder = files("denghuo.commerce.tariffs").joinpath("books")
    return {
        entry.name.removesuffix(".json"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".json")
    }


def load_shipped_books(
    *,
    at: datetime,
    drafted_by: Staff | None = None,
    approved_by: Staff | None = None,
    codes: set[str] | None = None,
) -> list[PriceBookVersion]:
    """Put every shipped book (or those of ``codes``) in force where no version of it exists yet.

    Run again, it changes nothing: a bureau's own versions are never replaced. Without two people (a new installation
    has none yet) the version is in force as it came, drafted and approved by nobody.

    Raises:
        SamePerson: drafter and approver are one person.
    """
    made = []
    for code, text in shipped_documents().items():
        if codes is not None and code not in codes:
            continue
        if PriceBookVersion.objects.filter(book=code).exists():
            continue
        if drafted_by is None or approved_by is None:
            made.append(_install(parse(text), at))
            continue
        version = draft_version(book=parse(text), note=NOTE, drafted_by=drafted_by, at=at)
        approve(version=version, digest=version.digest, approved_by=approved_by, note=NOTE, at=at)
        made.append(put_in_force(version=version, actor=approved_by, at=at))
    return made


@transaction.atomic
def _install(book: PriceBook, at: datetime) -> PriceBookVersion:
    text = frames.document_text(book)
    version = PriceBookVersion.objects.create(
        book=book.code,
        number=1,
        name=book.name.zh[:80],
        document=text,
        digest=digest_of(text),
        note=NOTE,
        state=BookState.IN_FORCE,
        drafted_at=at,
        approved_at=at,
        in_force_at=at,
    )
    audit.record("tariffs.version.put_in_force", subject=version, at=at, reason=NOTE)
    outbox.publish(events.BookInForce(book=version.book, version_id=version.pk, number=version.number, at=at))
    return version
