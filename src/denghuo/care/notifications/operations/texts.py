"""Changing what a template says, from a day on."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from denghuo.care.notifications import queries, rules
from denghuo.care.notifications.models import MessageTemplate
from denghuo.care.notifications.rules import Template, TextInvalid
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.identity.models import Staff


class TextRefused(Exception):
    """The text cannot be used; the message says why."""


def _words(error: TextInvalid, template: Template) -> str:
    names = "、".join(f"{{{name}}}" for name in error.names)
    return {
        "empty": _("The text is empty."),
        "long": _("The text is longer than 1,000 characters."),
        "brace": _("A brace stands alone. Fields are written like {name}.").replace("{name}", "{number}"),
        "unknown": _("Nobody fills in %(names)s. This message knows %(known)s.")
        % {"names": names, "known": "、".join(f"{{{name}}}" for name in template.fields)},
    }[error.code]


@transaction.atomic
def set_text(
    *, code: str, subject: str, text: str, valid_from: date, reason: str, at: datetime, actor: Staff | None
) -> MessageTemplate:
    """Let a template say ``text`` from ``valid_from`` on. Messages already written keep theirs.

    Raises:
        TextRefused: empty, too long, without a reason, or with a field that nobody fills in.
    """
    template = rules.find(code)
    try:
        rules.verify(text, template.fields)
    except TextInvalid as error:
        raise TextRefused(_words(error, template)) from error
    if not reason.strip():
        raise TextRefused(_("Give the reason."))
    before = queries.wording(template, on=valid_from)
    row = MessageTemplate.objects.create(
        code=code,
        subject=subject.strip(),
        text=text.strip(),
        valid_from=valid_from,
        reason=reason.strip(),
        set_by=actor,
        set_at=at,
    )
    audit.record(
        "notifications.text.set",
        subject=row,
        actor=actor,
        at=at,
        reason=reason,
        changes={"text": [before.text, row.text], "valid_from": [None, valid_from.isoformat()]},
    )
    return row
