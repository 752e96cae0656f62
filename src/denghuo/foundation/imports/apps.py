from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "denghuo.foundation.imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from denghuo.foundation.imports import tasks  # noqa: F401
