"""The API under random requests made from its own document: no error of ours, no answer the document does not know."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from denghuo.foundation.identity import operations, rules
from denghuo.project.wsgi import application
from tests.cast import staff

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


EXAMPLES = 10


def test_random_requests_are_answered_as_documented(transactional_db, now):
    unit = staff.open_units(now)["45"]
    _client, token = operations.register_client(
        name="fuzz", scopes=list(rules.API_SCOPES), unit=unit, at=now, actor=None
    )
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    asked = []
    for found in document.get_all_operations():
        operation = found.ok()
        asked.append(operation.label)

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy())
        def requests_are_answered(case):
            case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {token}"})

        requests_are_answered()
    assert "GET /api/v1/me" in asked
