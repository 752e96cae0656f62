"""Setting the rules of the plausibility gate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.commerce.billing.models import GateRule, Severity
from denghuo.commerce.billing.queries import gate_settings
from denghuo.commerce.billing.rules import DEFAULT_GATE
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff


class GateRuleInvalid(ValueError):
    """An unknown rule or threshold, or a threshold below zero."""


@transaction.atomic
def set_gate_rule(
    *,
    rule: str,
    enabled: bool,
    severity: str,
    thresholds: Mapping[str, Decimal],
    actor: Staff | None,
    at: datetime,
) -> GateRule:
    """Change a rule of the gate for all runs to come.

    Raises:
        GateRuleInvalid: unknown rule or threshold, or a negative threshold.
    """
    default = DEFAULT_GATE.get(rule)
    if default is None or severity not in Severity.values:
        raise GateRuleInvalid(_("There is no such rule."))
    if set(thresholds) - set(default.thresholds):
        raise GateRuleInvalid(_("This rule has no such threshold."))
    if any(not value.is_finite() or value < 0 for value in thresholds.values()):
        raise GateRuleInvalid(_("A threshold is zero or more."))
    before = gate_settings()[rule]
    texts = {name: format(value, "f") for name, value in thresholds.items()}
    row, _created = GateRule.objects.update_or_create(
        rule=rule, defaults={"enabled": enabled, "severity": severity, "thresholds": json.dumps(texts)}
    )
    audit.record(
        "billing.gate.changed",
        subject=row,
        actor=actor,
        at=at,
        changes={
            "enabled": [before.enabled, enabled],
            "severity": [before.severity, severity],
            "thresholds": [{name: format(value, "f") for name, value in before.thresholds.items()}, texts],
        },
    )
    return row
