"""The API at ``/api/v1/``: where the routers of the rooms are mounted, and how every error looks."""

from __future__ import annotations

import importlib
import logging
from importlib.util import find_spec
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from denghuo import __version__
from denghuo.foundation.identity.api import Problem, ProblemOut, Token, problem_response
from denghuo.foundation.identity.models import ApiClient
from denghuo.foundation.ui.access import public

logger = logging.getLogger(__name__)

ROOMS = (
    "denghuo.records.customers",
    "denghuo.records.supply",
    "denghuo.records.grid",
    "denghuo.commerce.metering",
    "denghuo.commerce.tariffs",
    "denghuo.commerce.readings",
    "denghuo.commerce.billing",
    "denghuo.commerce.ledger",
    "denghuo.commerce.receivables",
    "denghuo.commerce.payments",
    "denghuo.commerce.channels",
    "denghuo.commerce.banking",
    "denghuo.commerce.reconciliation",
    "denghuo.commerce.invoicing",
    "denghuo.commerce.collection",
    "denghuo.commerce.disconnection",
    "denghuo.commerce.connections",
    "denghuo.commerce.corrections",
    "denghuo.commerce.outages",
    "denghuo.care.appointments",
    "denghuo.care.cases",
)
"""Rooms that may have an ``api`` module with a ``router``; its paths are mounted below the room's name."""


class JsonRenderer(BaseRenderer):
    """Chinese as itself, decimals as text."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=str)


class Api(NinjaAPI):
    """A NinjaAPI whose document says how every error looks."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        document = super().get_openapi_schema(**kwargs)
        document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = (
            ProblemOut.model_json_schema()
        )
        problem = {
            "description": "Problem",
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"]["default"] = problem
        return document


class TextParser(Parser):
    """Refuses NUL characters in anything a request carries: no text has them, and PostgreSQL stores none."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = super().parse_body(request)
        if b"\\u0000" in request.body:
            _refuse_nul(body)
        return body

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> Any:
        fields = super().parse_querydict(data, list_fields, request)
        _refuse_nul(fields)
        return fields


def _refuse_nul(value: Any) -> None:
    if isinstance(value, str) and "\x00" in value:
        raise Problem(422, "invalid_request", "a text holds the character NUL")
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        for item in value:
            _refuse_nul(item)


def build() -> Api:
    """The API with everything mounted."""
    api = Api(
        title="Denghuo 灯火",
        version="v1",
        urls_namespace="api",
        description=f"Electricity marketing and customer service. Denghuo {__version__}.",
        renderer=JsonRenderer(),
        parser=TextParser(),
        docs_url="/docs",
        openapi_extra={"info": {"license": {"name": "Apache-2.0"}}},
    )
    api.add_router("", _system())
    for room in ROOMS:
        if find_spec(f"{room}.api") is not None:
            module = importlib.import_module(f"{room}.api")
            api.add_router(f"/{room.rsplit('.', 1)[1]}", module.router)
    _install_problems(api)
    return api


def _system() -> Router:
    from ninja import Schema

    class Myself(Schema):
        """The client a token belongs to."""

        name: str
        scopes: list[str]
        unit: str

    router = Router(tags=["system"])

    @router.get("/me", response=Myself, auth=Token(), summary="Who am I")
    def me(request: HttpRequest) -> Myself:
        """The client of this token, what it may do and whose data it sees."""
        client: ApiClient = request.auth  # type: ignore[attr-defined]
        return Myself(name=client.name, scopes=client.scopes.split(), unit=client.unit_id)

    return router


def _install_problems(api: NinjaAPI) -> None:
    @api.exception_handler(Problem)
    def problem(request: HttpRequest, error: Problem) -> HttpResponse:
        return problem_response(error.status, error.code, error.detail, **error.extra)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [
            {
                "path": ".".join(str(part) for part in item["loc"]),
                "message": item["msg"],
                "kind": item["type"],
            }
            for item in error.errors
        ]
        return problem_response(422, "invalid_request", errors[0]["message"] if errors else "", errors=errors)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        answer = problem_response(401, "token_missing_or_invalid", "send Authorization: Bearer <token>")
        answer["WWW-Authenticate"] = 'Bearer realm="denghuo"'
        return answer

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem_response(404, "not_found", "there is no such record, or it is not yours to see")

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        if isinstance(error.__cause__, Problem):  # raised while the body was parsed
            return problem(request, error.__cause__)
        code = "invalid_request" if error.status_code in (400, 422) else f"http_{error.status_code}"
        return problem_response(error.status_code, code, str(error))

    @api.exception_handler(Exception)
    def broken(request: HttpRequest, error: Exception) -> HttpResponse:
        logger.exception("API %s %s", request.method, request.path)
        return problem_response(500, "internal_error", "the error is in the server's log")


api = build()


def urls() -> Any:
    """The addresses of the API; its own documents are open to everybody."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and pattern.name in {"openapi-json", "openapi-view", "api-root"}:
            pattern.callback = public(pattern.callback)
    return patterns, app_name, namespace
