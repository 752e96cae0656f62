"""Where the content of a file lies, and whether it is still what was kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings

from denghuo.foundation.files.models import StoredFile


class FileDamaged(Exception):
    """The content is missing or is not what was kept."""


def path_of(digest: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "kept" / digest[:2] / digest


def content(file: StoredFile) -> bytes:
    """The bytes of a file.

    Raises:
        FileDamaged: see there.
    """
    try:
        found = path_of(file.digest).read_bytes()
    except FileNotFoundError as missing:
        raise FileDamaged(f"{file.name}: the content is missing") from missing
    if hashlib.sha256(found).hexdigest() != file.digest:
        raise FileDamaged(f"{file.name}: the content was changed")
    return found


def inconsistencies() -> list[str]:
    """Rows whose content is missing from the disk."""
    digests = StoredFile.objects.order_by("digest").values_list("digest", flat=True).distinct()
    return [f"file {digest[:12]} is missing" for digest in digests if not path_of(digest).exists()]
