from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CorrectionsConfig(AppConfig):
    name = "denghuo.commerce.corrections"
    verbose_name = _("Corrections")

    def ready(self) -> None:
        from denghuo.commerce.corrections.web import extensions

        extensions.register()
