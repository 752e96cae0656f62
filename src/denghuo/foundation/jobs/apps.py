from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "denghuo.foundation.jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        from denghuo.foundation.audit.queries import name_actions
        from denghuo.foundation.ui import navigation
        from denghuo.foundation.ui.navigation import NavItem

        navigation.register(
            NavItem("administration", _("Long runs"), "jobs:runs", "progress", "runs.view", 50)
        )
        name_actions(
            {
                "jobs.run.started": _("Run started"),
                "jobs.run.paused": _("Run paused"),
                "jobs.run.resumed": _("Run resumed"),
                "jobs.run.cancelled": _("Run cancelled"),
                "jobs.run.retried": _("Failed chunks of a run tried again"),
                "jobs.task.retried": _("Failed task tried again"),
            }
        )
