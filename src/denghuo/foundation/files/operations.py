"""Keep a file: its content on disk under its digest first, then the row. A kill in between leaves only a spare file."""

from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import datetime

from django.utils.translation import gettext as _

from denghuo.foundation.files import queries, rules
from denghuo.foundation.files.models import StoredFile
from denghuo.foundation.identity.models import Staff


class FileRefused(Exception):
    """It is empty, too large, or neither a photo nor a PDF; the text tells the person who sent it."""


def keep(*, name: str, content: bytes, unit_id: str, at: datetime, actor: Staff | None = None) -> StoredFile:
    """Store a photo (JPEG, PNG, WebP) or a PDF of at most 10 MB; the same content lies on the disk once.

    Raises:
        FileRefused: see there.
    """
    if not content:
        raise FileRefused(_("The file is empty."))
    if len(content) > rules.LARGEST_BYTES:
        raise FileRefused(_("The file is larger than 10 MB."))
    known = rules.recognise(content)
    if known is None:
        raise FileRefused(_("Only photos (JPEG, PNG, WebP) and PDF files can be kept."))
    media_type, ending = known
    digest = hashlib.sha256(content).hexdigest()
    _write(digest, content)
    return StoredFile.objects.create(
        digest=digest,
        name=rules.safe_name(name, ending),
        media_type=media_type,
        size_bytes=len(content),
        unit_id=unit_id,
        kept_by=actor,
        kept_at=at,
    )


def _write(digest: str, content: bytes) -> None:
    path = queries.path_of(digest)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise
