"""How a session finds its person."""

from __future__ import annotations

from typing import Any

from denghuo.foundation.identity.models import Staff


class StaffBackend:
    """Gives back the active person of a session, with the unit; signing in itself is ``operations.sign_in``."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        return None

    def get_user(self, user_id: int) -> Staff | None:
        return Staff.objects.select_related("unit").filter(pk=user_id, is_active=True).first()
