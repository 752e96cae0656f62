"""The mail server in one address: ``smtp://user:password@mail.example.com:587?from=service@example.com``."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PORTS = {"smtp": 587, "smtps": 465}
TIMEOUT_SECONDS = 20


def of(url: str) -> dict[str, Any]:
    """Django's settings for the server; ``smtp`` uses STARTTLS (``?tls=0`` does not), ``smtps`` TLS from the first byte.

    Without a server nothing leaves the house.

    Raises:
        ValueError: neither smtp nor smtps, or no host.
    """
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("DENGHUO_SMTP_URL must read smtp://… or smtps://… with a host")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    user = unquote(parts.username or "")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and options.get("tls", "1") != "0",
        "EMAIL_TIMEOUT": TIMEOUT_SECONDS,
        "DEFAULT_FROM_EMAIL": options.get("from", user or f"denghuo@{parts.hostname}"),
    }
