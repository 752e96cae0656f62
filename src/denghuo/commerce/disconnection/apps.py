from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisconnectionConfig(AppConfig):
    name = "denghuo.commerce.disconnection"
    verbose_name = _("Disconnection")

    def ready(self) -> None:
        from denghuo.commerce.disconnection.web import extensions

        extensions.register()
