"""Who may open a page: every view is marked ``require(...)``, ``signed_in`` or ``public``.

The decorators work on view functions and on class-based views. They leave an ``.access`` mark on the view, so that
a test can walk all URLs and find the ones nobody guarded. The user is duck-typed: whatever is authenticated and
answers ``may(permission)`` will do, so this room needs no knowledge of staff or customers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """What a page asks of its visitor: ``public``, ``signed_in``, or any one of ``permissions``."""

    kind: str
    permissions: tuple[str, ...] = ()


PUBLIC = Access("public")
SIGNED_IN = Access("signed_in")


def may(user: Any, permission: str | None) -> bool:
    """Whether ``user`` holds ``permission``; ``None`` asks only for somebody who is signed in."""
    if not getattr(user, "is_authenticated", False):
        return False
    return permission is None or bool(user.may(permission))


def require(*permissions: str) -> Callable[[View], View]:
    """Let in whoever holds at least one of ``permissions``; others see the 403 page, visitors the sign-in page."""
    if not permissions:
        raise ValueError("require() needs a permission; use signed_in for pages open to all staff")
    return functools.partial(_guard, Access("permission", permissions))


def signed_in(view: View) -> View:
    """Let in everybody who has signed in."""
    return _guard(SIGNED_IN, view)


def public(view: View) -> View:
    """Let in the whole world."""
    return _guard(PUBLIC, view)


def check(access: Access, request: HttpRequest) -> HttpResponse | None:
    """The answer that turns the visitor away to the sign-in page, or ``None`` where the visitor may go on.

    Raises:
        PermissionDenied: signed in, but holds none of the permissions.
    """
    if access.kind == "public":
        return None
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    if access.permissions and not any(may(request.user, permission) for permission in access.permissions):
        raise PermissionDenied(", ".join(access.permissions))
    return None


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        page = request.headers.get("HX-Current-URL", "/")
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = redirect_to_login(page, resolve_url(settings.LOGIN_URL))["Location"]
        return answer
    return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))


def _guard(access: Access, view: View) -> View:
    if isinstance(view, type):
        original = view.dispatch  # type: ignore[attr-defined]

        @functools.wraps(original)
        def dispatch(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return check(access, request) or original(self, request, *args, **kwargs)

        dispatch.access = access  # type: ignore[attr-defined]  # as_view() copies it to the view
        view.dispatch = dispatch  # type: ignore[attr-defined]
        view.access = access  # type: ignore[attr-defined]
        return view

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return check(access, request) or view(request, *args, **kwargs)

    guarded.access = access  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]
