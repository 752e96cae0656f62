from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceivablesConfig(AppConfig):
    name = "denghuo.commerce.receivables"
    verbose_name = _("Receivables")

    def ready(self) -> None:
        from denghuo.commerce.receivables.web import extensions

        extensions.register()
