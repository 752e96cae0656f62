"""Roles, what each may do, and which may not meet in one person. Plain data that an auditor can read."""

from __future__ import annotations

from collections.abc import Iterable

ROLE_CHOICES = [
    ("counter_clerk", "Counter clerk"),
]

PERMISSIONS: dict[str, frozenset[str]] = {}


def grants(roles: Iterable[str], permission: str) -> bool:
    """Whether any of ``roles`` carries ``permission``."""
    return any(permission in PERMISSIONS.get(role, frozenset()) for role in roles)
