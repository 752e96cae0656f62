from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConnectionsConfig(AppConfig):
    name = "denghuo.commerce.connections"
    verbose_name = _("Connections")

    def ready(self) -> None:
        from denghuo.commerce.connections.web import extensions

        extensions.register()
