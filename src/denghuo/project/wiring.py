"""The composition root: who hears which event, and which import kinds and long runs exist, in one readable file."""

from __future__ import annotations


def connect() -> None:
    """Called once when Django is ready."""
