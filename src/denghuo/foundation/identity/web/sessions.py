"""How long a session lives, and what ends it earlier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from denghuo.foundation.identity.models import Staff

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
TOUCH = timedelta(seconds=60)
WITHOUT_NEW_PASSWORD = {"identity:change-password", "identity:sign-out"}


@receiver(user_logged_in)
def begin(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Stamp a new session; Django has just given it a new key."""
    now = timezone.now().isoformat()
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = now


def is_over(session: Any, staff: Staff, at: datetime) -> bool:
    """Whether the session is idle too long, too old, unstamped, or from before the person's rights were cut."""
    try:
        signed_in_at = datetime.fromisoformat(session[SIGNED_IN_AT])
        seen_at = datetime.fromisoformat(session[SEEN_AT])
    except (KeyError, ValueError):
        return True
    return (
        at - seen_at > timedelta(minutes=settings.SESSION_IDLE_MINUTES)
        or at - signed_in_at > timedelta(hours=settings.SESSION_ABSOLUTE_HOURS)
        or (staff.sessions_valid_from is not None and signed_in_at < staff.sessions_valid_from)
    )


class SessionMiddleware:
    """Ends sessions that are over, and insists on a new password where one is due.

    A page that polls by itself (its URL name ends in ``progress``) does not keep a session alive.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        staff = request.user
        if isinstance(staff, Staff) and is_over(request.session, staff, timezone.now()):
            auth.logout(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        staff = request.user
        if not isinstance(staff, Staff):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        now = timezone.now()
        if not name.endswith("progress") and now - datetime.fromisoformat(request.session[SEEN_AT]) > TOUCH:
            request.session[SEEN_AT] = now.isoformat()
        if (
            staff.must_change_password
            and name not in WITHOUT_NEW_PASSWORD
            and getattr(view, "access", None) is not None
            and view.access.kind != "public"
        ):
            return redirect("identity:change-password")
        return None
