from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FieldworkConfig(AppConfig):
    name = "denghuo.commerce.fieldwork"
    verbose_name = _("Field work")

    def ready(self) -> None:
        from denghuo.commerce.fieldwork.web import extensions

        extensions.register()
