"""The bureau's first topics, causes and answers (``data/*.csv``). Afterwards they are kept on their page."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from denghuo.care.cases.rules import catalogue
from denghuo.foundation.database.append_only import protect


def forwards(apps: Any, _editor: Any) -> None:
    topic, cause, template = (apps.get_model("cases", name) for name in ("Topic", "Cause", "AnswerTemplate"))
    known: dict[str, Any] = {}
    for row in catalogue.rows("topics"):
        known[row["code"]] = topic.objects.create(
            code=row["code"],
            kind=row["kind"],
            name=row["name"],
            priority=int(row["priority"]),
            source=row["source"],
            parent=known.get(row["parent"]),
        )
    for row in catalogue.rows("causes"):
        known[row["code"]] = cause.objects.create(
            code=row["code"], name=row["name"], source=row["source"], parent=known.get(row["parent"])
        )
    for row in catalogue.rows("templates"):
        template.objects.create(**row)


def backwards(apps: Any, _editor: Any) -> None:
    for name in ("AnswerTemplate", "Cause", "Topic"):
        apps.get_model("cases", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards), protect("cases_casecontact")]
