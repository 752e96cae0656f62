"""The daily run and the sending of messages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tasks import task

from denghuo.commerce.collection import operations
from denghuo.foundation.jobs import rules as jobs
from denghuo.foundation.jobs.models import LongRun


@jobs.chunk_worker(
    operations.KIND,
    label=_("Dunning of the day"),
    counters={
        "opened": _("Cases opened"),
        "closed": _("Cases closed"),
        "stopped": _("Cases stopped"),
        "resumed": _("Cases resumed"),
        "kept": _("Promises kept"),
        "broken": _("Promises broken"),
        "overtaken": _("Steps overtaken"),
        "sms": pgettext_lazy("dunning channel", "SMS"),
        "app": pgettext_lazy("dunning channel", "App message"),
        "phone": pgettext_lazy("dunning channel", "Telephone call"),
        "letter": pgettext_lazy("dunning channel", "Letter"),
        "visit": pgettext_lazy("dunning channel", "Visit"),
    },
)
def work_chunk(run: LongRun, payload: dict[str, Any], at: datetime) -> dict[str, int]:
    """Bring the cases of one chunk of accounts to where they stand on the day of the run."""
    return operations.work_accounts(
        account_ids=payload["accounts"], on=date.fromisoformat(payload["on"]), at=at
    )


@task()
def dun_daily() -> None:
    """Start the run of today."""
    operations.start_daily_run(on=timezone.localdate(), at=timezone.now())


@task()
def send_messages() -> None:
    """Hand over what waits in the outbox."""
    operations.send_messages(at=timezone.now(), gateway=operations.installed_gateway())


jobs.schedule("collection.daily", jobs.Daily(8, 30), dun_daily)
jobs.schedule("collection.messages", jobs.Every(5), send_messages)
