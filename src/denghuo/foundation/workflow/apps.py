from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkflowConfig(AppConfig):
    name = "denghuo.foundation.workflow"
    verbose_name = _("Processes")

    def ready(self) -> None:
        from denghuo.foundation.workflow.web import extensions

        extensions.register()
