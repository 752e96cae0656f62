from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectConfig(AppConfig):
    name = "denghuo.project"
    label = "project"

    def ready(self) -> None:
        from denghuo.foundation.audit.queries import name_actions
        from denghuo.project import wiring

        wiring.connect()
        name_actions({"demo.town.built": _("Demonstration town built")})
