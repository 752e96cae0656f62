from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InspectionConfig(AppConfig):
    name = "denghuo.commerce.inspection"
    verbose_name = _("Inspection")

    def ready(self) -> None:
        from denghuo.commerce.inspection.web import extensions

        extensions.register()
