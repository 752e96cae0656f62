"""What this room shows on the pages of lower rooms, in the menu and on the workbench; its words."""

from __future__ import annotations


def register() -> None:
    """Called once when Django is ready."""
