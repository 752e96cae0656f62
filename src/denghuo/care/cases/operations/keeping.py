"""Keep the catalogue: topics, answers, and what kind of settlement a unit serves."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.care.cases.models import AnswerTemplate, CaseKind, Cause, Settlement, SettlementKind, Topic
from denghuo.care.cases.operations.stepping import CaseRefused
from denghuo.care.cases.rules import answers, catalogue
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import OrganisationUnit, Staff


@transaction.atomic
def bring_in_catalogue() -> None:
    """Bring in the first topics, causes and answers where there are none at all (a database emptied of its rows)."""
    if Topic.objects.exists():
        return
    topics: dict[str, Topic] = {}
    for row in catalogue.rows("topics"):
        topics[row["code"]] = Topic.objects.create(
            code=row["code"],
            kind=row["kind"],
            name=row["name"],
            priority=int(row["priority"]),
            source=row["source"],
            parent=topics.get(row["parent"]),
        )
    causes: dict[str, Cause] = {}
    for row in catalogue.rows("causes"):
        causes[row["code"]] = Cause.objects.create(
            code=row["code"], name=row["name"], source=row["source"], parent=causes.get(row["parent"])
        )
    for row in catalogue.rows("templates"):
        AnswerTemplate.objects.create(**row)


@transaction.atomic
def save_topic(
    *,
    code: str,
    kind: str,
    name: str,
    at: datetime,
    actor: Staff,
    parent: Topic | None = None,
    priority: int = 2,
    is_active: bool = True,
) -> Topic:
    """Add a topic or change the one with this code. A topic is retired, never deleted: matters keep it.

    Raises:
        CaseRefused: no name, an unknown kind, a code that does not begin with its parent's, or more than three levels.
    """
    if not name.strip() or kind not in CaseKind.values:
        raise CaseRefused(_("Give the name and the kind."))
    if parent is not None and (parent.kind != kind or parent.parent_id is not None):
        raise CaseRefused(_("A topic hangs below a topic of the first level of its own kind."))
    if not code.startswith(f"{parent.code if parent else kind}."):
        raise CaseRefused(
            _("The code begins with “%(start)s.”.") % {"start": parent.code if parent else kind}
        )
    topic, _made = Topic.objects.update_or_create(
        code=code,
        defaults={
            "kind": kind,
            "name": name.strip()[:60],
            "parent": parent,
            "priority": priority,
            "is_active": is_active,
        },
    )
    audit.record("cases.topic.saved", subject=topic, actor=actor, at=at, changes={"name": [None, topic.name]})
    return topic


@transaction.atomic
def save_template(
    *,
    code: str,
    title: str,
    text: str,
    at: datetime,
    actor: Staff,
    kind: str = "",
    is_active: bool = True,
) -> AnswerTemplate:
    """Add an answer or change the one with this code.

    Raises:
        CaseRefused: no words, or a name in braces that no matter has.
    """
    if not code.strip() or not title.strip() or not text.strip():
        raise CaseRefused(_("Give the code, the title and the text."))
    if strange := answers.unknown(text):
        raise CaseRefused(_("Nobody knows what to put for: %(names)s") % {"names": ", ".join(strange)})
    template, _made = AnswerTemplate.objects.update_or_create(
        code=code.strip(),
        defaults={"title": title.strip(), "text": text.strip(), "kind": kind, "is_active": is_active},
    )
    audit.record("cases.template.saved", subject=template, actor=actor, at=at)
    return template


@transaction.atomic
def set_settlement(*, unit: OrganisationUnit, kind: str, at: datetime, actor: Staff | None) -> Settlement:
    """Say what kind of settlement a unit serves.

    Raises:
        CaseRefused: no such kind.
    """
    if kind not in SettlementKind.values:
        raise CaseRefused(_("Choose the kind of settlement."))
    row, _made = Settlement.objects.update_or_create(unit=unit, defaults={"kind": kind})
    audit.record(
        "cases.settlement.set",
        subject=unit,
        actor=actor,
        at=at,
        changes={"settlement": [None, kind]},
    )
    return row
