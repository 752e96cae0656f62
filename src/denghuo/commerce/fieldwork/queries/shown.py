"""Answers as a page shows them: the question, the words of the answer, its photos."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from denghuo.commerce.fieldwork import rules
from denghuo.commerce.fieldwork.models import Act, FieldPhoto, FieldSubmission, FieldTask
from denghuo.commerce.fieldwork.queries.words import register_label
from denghuo.commerce.fieldwork.rules import Field
from denghuo.commerce.metering.rules import REGISTERS
from denghuo.foundation.files.models import StoredFile


@dataclass(frozen=True)
class AnswerRow:
    label: str
    text: str = ""
    files: tuple[StoredFile, ...] = ()


@dataclass(frozen=True)
class BothRow:
    """A question with what came first and what came second."""

    label: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        return self.first != self.second


def answer_rows(task: FieldTask) -> list[AnswerRow]:
    """The answers of a task that is done, in the order of its form."""
    kind, given = rules.find(task.kind), json.loads(task.answers)
    ids = [
        one for asked in kind.form if asked.type in rules.FILE_TYPES for one in _ids(given.get(asked.name))
    ]
    files = StoredFile.objects.in_bulk(ids)
    return [
        AnswerRow(
            str(rules.field_label(task.kind, asked.name)),
            "" if asked.type in rules.FILE_TYPES else text_of(task.kind, asked, given[asked.name]),
            tuple(files[one] for one in _ids(given[asked.name]) if one in files)
            if asked.type in rules.FILE_TYPES
            else (),
        )
        for asked in kind.form
        if asked.name in given
    ]


def _ids(value: Any) -> list[int]:
    if isinstance(value, list):
        return [one for one in value if isinstance(one, int)]
    return [value] if isinstance(value, int) else []


def text_of(kind_code: str, asked: Field, value: Any) -> str:
    """An answer in words."""
    if value in (None, "", [], {}):
        return ""
    if asked.type == "choice":
        return str(rules.option_label(kind_code, asked.name, str(value)))
    if asked.type == "yes_no":
        return pgettext("answer", "Yes") if value == "yes" else pgettext("answer", "No")
    if asked.type == "register_values" and isinstance(value, Mapping):
        return "; ".join(
            f"{register_label(name)} {text}" for name, text in value.items() if name in REGISTERS
        )
    if asked.type in rules.FILE_TYPES:
        return _("%(count)s photos") % {"count": len(value) if isinstance(value, list) else 1}
    return str(value)


def both_rows(submission: FieldSubmission) -> list[BothRow]:
    """What was sent beside what was there first."""
    if submission.act in (Act.READING, Act.NOT_READ):
        return _reading_rows(submission)
    if submission.task is None or submission.act != Act.COMPLETE:
        return []
    kind = rules.find(submission.task.kind)
    mine, first = submission.sent.get("answers"), submission.first.get("answers")
    mine, first = (one if isinstance(one, Mapping) else {} for one in (mine, first))
    return [
        BothRow(
            str(rules.field_label(kind.code, asked.name)),
            text_of(kind.code, asked, first.get(asked.name)),
            text_of(kind.code, asked, mine.get(asked.name)),
        )
        for asked in kind.form
        if first.get(asked.name) or mine.get(asked.name)
    ]


def _reading_rows(submission: FieldSubmission) -> list[BothRow]:
    sent, first = submission.sent, submission.first.get("registers", {})
    mine = sent.get("registers")
    mine = mine if isinstance(mine, Mapping) else {}
    rows = [
        BothRow(register_label(name), str(first.get(name, "")), str(mine.get(name, "")))
        for name in REGISTERS
        if name in first or name in mine
    ]
    if sent.get("reason"):
        rows.append(BothRow(_("Reason"), "", str(sent["reason"])))
    return rows


def correctable(submission: FieldSubmission) -> list[tuple[str, str, str]]:
    """(name, label, value) of the answers that a dispatcher may put right: what is plain text."""
    if submission.act == Act.READING:
        registers = submission.sent.get("registers")
        given = registers if isinstance(registers, Mapping) else {}
        return [(name, register_label(name), str(given[name])) for name in REGISTERS if name in given]
    if submission.act != Act.COMPLETE or submission.task is None:
        return []
    kind = rules.find(submission.task.kind)
    answers = submission.sent.get("answers")
    given = answers if isinstance(answers, Mapping) else {}
    return [
        (asked.name, str(rules.field_label(kind.code, asked.name)), str(given.get(asked.name, "")))
        for asked in kind.form
        if asked.type in ("text", "long_text", "number", "date", "scan")
    ]


def photos_of(submission: FieldSubmission) -> list[FieldPhoto]:
    """The photos that a submission names."""
    text = submission.payload
    rows = FieldPhoto.objects.filter(device_id=submission.device_id).select_related("file").order_by("id")
    return [photo for photo in rows if f'"{photo.client_id}"' in text]
