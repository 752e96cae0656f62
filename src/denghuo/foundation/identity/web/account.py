"""One's own account: signing in and out, password, language."""

from __future__ import annotations

from django.conf import settings
from django.contrib import auth, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity import operations, queries
from denghuo.foundation.identity.models import Staff
from denghuo.foundation.identity.web.forms import PasswordForm, SignInForm
from denghuo.foundation.ui.access import public, signed_in

BACKEND = "denghuo.foundation.identity.web.backends.StaffBackend"


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return resolve_url(settings.LOGIN_REDIRECT_URL)


@public
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_safe_next(request))
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                staff = operations.sign_in(
                    username=form.cleaned_data["username"],
                    password=form.cleaned_data["password"],
                    address=audit.present_address(),
                    at=timezone.now(),
                )
            except operations.SignInRefused:
                form.add_error(None, _("User name or password is not right, or the account is closed."))
            except operations.TooManyTries as error:
                status = 429
                form.add_error(
                    None,
                    ngettext(
                        "Too many tries. Please wait %(count)d second and try again.",
                        "Too many tries. Please wait %(count)d seconds and try again.",
                        error.wait_seconds,
                    )
                    % {"count": error.wait_seconds},
                )
            else:
                auth.login(request, staff, backend=BACKEND)
                answer = redirect(_safe_next(request))
                _speak(answer, staff.language)
                return answer
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next") or ""}
    return render(request, "identity/sign_in.html", context, status=status)


@signed_in
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, Staff)
    operations.sign_out(staff=request.user, at=timezone.now())
    auth.logout(request)
    return redirect(settings.LOGIN_URL)


@signed_in
@never_cache
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    staff = request.user
    assert isinstance(staff, Staff)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_password(
                staff=staff,
                present=form.cleaned_data["present"],
                new=form.cleaned_data["new"],
                at=timezone.now(),
            )
        except operations.WrongPassword:
            form.add_error("present", _("This is not your present password."))
        except ValidationError as error:
            form.add_error("new", error)
        else:
            auth.login(request, staff, backend=BACKEND)
            messages.success(request, _("Your password is changed; other sessions are signed out."))
            return redirect(settings.LOGIN_REDIRECT_URL)
    return render(
        request,
        "identity/change_password.html",
        {"form": form, "due": staff.must_change_password},
        status=422 if form.errors else 200,
    )


@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    staff = request.user
    assert isinstance(staff, Staff)
    return render(
        request,
        "identity/profile.html",
        {
            "staff": staff,
            "roles": queries.live_roles(staff),
            "permissions": queries.permissions_by_area(staff.roles),
            "sign_ins": queries.sign_ins(staff.username)[:10],
            "languages": settings.LANGUAGES,
        },
    )


@signed_in
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language a person reads; it is set again at every sign-in."""
    assert isinstance(request.user, Staff)
    chosen = request.POST.get("language", "")
    answer = redirect("identity:profile")
    if chosen in dict(settings.LANGUAGES):
        operations.choose_language(staff=request.user, language=chosen)
        _speak(answer, chosen)
    return answer


def _speak(answer: HttpResponse, language: str) -> None:
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86400, samesite="Lax", secure=settings.HTTPS
    )
