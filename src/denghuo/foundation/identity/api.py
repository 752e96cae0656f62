"""What every API router stands on: tokens with scopes, problems with stable codes, idempotent writes, cursors.

A router of an app (``<app>/api.py``) is::

    router = Router(auth=Token("readings.enter"), tags=["readings"])

    @router.post("/readings", response=ReadingOut)
    @idempotent
    def enter(request, body: ReadingIn) -> ReadingOut: ...

``request.auth`` is the ``ApiClient``: use ``queries.in_scope(queryset, request.auth)`` as for a person.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import inspect
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

import orjson
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Header, Schema
from ninja.security import HttpBearer
from ninja.utils import contribute_operation_args
from pydantic import BaseModel, PlainSerializer

from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity import operations
from denghuo.foundation.identity.models import ApiClient, IdempotentAnswer
from denghuo.kernel import money

T = TypeVar("T")
M = TypeVar("M", bound=models.Model)

DecimalText = Annotated[Decimal, PlainSerializer(lambda value: format(value, "f"), return_type=str)]
"""A quantity: a JSON string with its decimals, never a float."""


def yuan_text(amount_fen: int) -> str:
    """Fen as the API writes money: yuan with two decimals, as text."""
    return format(money.yuan(amount_fen), "f")


class Problem(Exception):
    """An answer in ``application/problem+json``; ``code`` is stable and listed in docs/reference/api.md."""

    def __init__(self, status: int, code: str, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.extra = status, code, detail, extra


class ProblemOut(Schema):
    """RFC 9457. ``code`` is what programs look at."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[dict[str, Any]] = Field(default_factory=list)


PROBLEMS = {
    "invalid_request": "The request does not fit the schema",
    "token_missing_or_invalid": "No valid token",
    "scope_missing": "The token may not do this",
    "not_found": "Not found",
    "cursor_invalid": "The cursor is not one of ours",
    "idempotency_key_reused": "The key was used for another request",
    "conflict": "The present state does not allow this",
    "method_not_allowed": "This address does not know the method",
    "internal_error": "Something went wrong on our side",
}


def problem_body(status: int, code: str, detail: str, **extra: Any) -> dict[str, Any]:
    return {
        "type": f"urn:denghuo:problem:{code}",
        "title": PROBLEMS.get(code, code),
        "status": status,
        "code": code,
        "detail": detail,
        **extra,
    }


def problem_response(status: int, code: str, detail: str, **extra: Any) -> HttpResponse:
    body = orjson.dumps(problem_body(status, code, detail, **extra), default=str)
    return HttpResponse(body, status=status, content_type="application/problem+json")


class Token(HttpBearer):
    """``Authorization: Bearer dh_…``; the client must hold every one of ``scopes``."""

    def __init__(self, *scopes: str) -> None:
        super().__init__()
        self.scopes = scopes

    def authenticate(self, request: HttpRequest, token: str) -> ApiClient | None:
        client = (
            ApiClient.objects.select_related("unit")
            .filter(token_hash=operations.token_hash(token), revoked_at__isnull=True)
            .first()
        )
        if client is None:
            return None
        if missing := [scope for scope in self.scopes if not client.may(scope)]:
            raise Problem(403, "scope_missing", f"this token lacks {', '.join(missing)}", scopes=missing)
        audit.acting_for(f"API {client.name}")
        return client


def idempotent(function: Callable[..., Any]) -> Callable[..., Any]:
    """A write that takes the header ``Idempotency-Key``: repeated with the same body it answers again, with no effect.

    ``function`` returns a Schema or ``(status, Schema)``. Its effect and the remembered answer are one transaction.
    The same key with another body or address is a 422 ``idempotency_key_reused``. What raised is not remembered.
    """

    @functools.wraps(function)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = kwargs.pop("idempotency_key")
        client: ApiClient = request.auth  # type: ignore[attr-defined]
        digest = hashlib.sha256(
            b"\0".join((str(request.method).encode(), request.get_full_path().encode(), request.body))
        ).hexdigest()
        if (kept := _kept(client, key, digest)) is not None:
            return kept
        try:
            with transaction.atomic():
                status, body = _rendered(function(request, *args, **kwargs))
                with transaction.atomic():
                    IdempotentAnswer.objects.create(
                        client=client,
                        key=key,
                        request_digest=digest,
                        status=status,
                        body=body.decode(),
                        at=timezone.now(),
                    )
        except IntegrityError:
            if (kept := _kept(client, key, digest)) is None:
                raise
            return kept
        return HttpResponse(body, status=status, content_type="application/json")

    answer.__signature__ = inspect.signature(function, eval_str=True)  # type: ignore[attr-defined]
    contribute_operation_args(
        answer,
        "idempotency_key",
        str,
        Header(
            ...,
            alias="Idempotency-Key",
            min_length=8,
            max_length=80,
            pattern=r"^[A-Za-z0-9._:-]+$",
            description="A name of this request chosen by the caller, for example a UUID.",
        ),
    )
    return answer


def _kept(client: ApiClient, key: str, digest: str) -> HttpResponse | None:
    row = IdempotentAnswer.objects.filter(client=client, key=key).first()
    if row is None:
        return None
    if row.request_digest != digest:
        raise Problem(
            422, "idempotency_key_reused", "this Idempotency-Key was used for a different request", key=key
        )
    answer = HttpResponse(row.body, status=row.status, content_type="application/json")
    answer["Idempotent-Replay"] = "true"
    return answer


def _rendered(result: Any) -> tuple[int, bytes]:
    status, value = result if isinstance(result, tuple) else (200, result)
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", by_alias=True)
    return status, orjson.dumps(value)


class Page(Schema, Generic[T]):
    """One page of a list; ``next_cursor`` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None


class Paging(Schema):
    """The query parameters of every list."""

    cursor: str | None = Field(None, max_length=500, description="next_cursor of the page before")
    limit: int = Field(50, ge=1, le=500)


@dataclass(frozen=True)
class Slice(Generic[M]):
    rows: list[M]
    next_cursor: str | None


def keyset_page(queryset: models.QuerySet[M], paging: Paging, key: Sequence[str] = ("pk",)) -> Slice[M]:
    """The rows after ``paging.cursor`` in the ascending order of ``key``, whose fields together are unique and not null.

    Raises:
        Problem: ``cursor_invalid``.
    """
    rows = queryset.order_by(*key)
    if paging.cursor:
        try:
            rows = rows.filter(_after(key, _decoded(paging.cursor, len(key))))
            found = list(rows[: paging.limit + 1])
        except (ValueError, TypeError, OverflowError, ValidationError) as error:
            raise Problem(400, "cursor_invalid", "the cursor is not one this list gave out") from error
    else:
        found = list(rows[: paging.limit + 1])
    shown = found[: paging.limit]
    more = len(found) > paging.limit
    return Slice(shown, _encoded([getattr(shown[-1], name) for name in key]) if more else None)


def _after(key: Sequence[str], values: Sequence[Any]) -> models.Q:
    condition = models.Q()
    for position, name in enumerate(key):
        equal = dict(zip(key[:position], values[:position], strict=True))
        condition |= models.Q(**equal, **{f"{name}__gt": values[position]})
    return condition


def _encoded(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, date | datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, default=str).encode()).decode().rstrip("=")


def _decoded(cursor: str, length: int) -> list[Any]:
    values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    if (
        not isinstance(values, list)
        or len(values) != length
        or any(
            value is None
            or isinstance(value, bool | float | dict | list)
            or (isinstance(value, int) and abs(value) >= 2**63)
            for value in values
        )
    ):
        raise ValueError(cursor)
    return values
