"""What may be kept: told by the content, never by the name that came with it."""

from __future__ import annotations

LARGEST_BYTES = 10 * 1024 * 1024
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"%PDF-", "application/pdf", ".pdf"),
)


def recognise(content: bytes) -> tuple[str, str] | None:
    """The media type and file ending of a photo or document, or None where it is neither."""
    for signature, media_type, ending in _SIGNATURES:
        if content.startswith(signature):
            return media_type, ending
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp", ".webp"
    return None


def safe_name(name: str, ending: str) -> str:
    """The name without folders and control characters, at most 120 characters, with the ending of its type."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(character for character in base if character.isprintable()).strip(" .")
    stem = base[: -len(ending)] if base.lower().endswith(ending) else base.rsplit(".", 1)[0]
    return f"{stem[: 120 - len(ending)] or 'file'}{ending}"
