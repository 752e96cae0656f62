"""Where the channels reach this installation."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse


def notify_url(provider: str) -> str:
    """The address that a channel calls; it never has parameters."""
    return settings.PUBLIC_URL.rstrip("/") + reverse(f"channels:{provider}-notify")


def return_url() -> str:
    """Where the customer's browser goes after paying on a web page of the channel."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("channels:thanks")
