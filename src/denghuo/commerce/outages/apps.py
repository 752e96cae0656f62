from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutagesConfig(AppConfig):
    name = "denghuo.commerce.outages"
    verbose_name = _("Outages")

    def ready(self) -> None:
        from denghuo.commerce.outages.web import extensions

        extensions.register()
