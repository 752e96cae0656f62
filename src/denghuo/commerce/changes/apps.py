from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChangesConfig(AppConfig):
    name = "denghuo.commerce.changes"
    verbose_name = _("Changes of service")

    def ready(self) -> None:
        from denghuo.commerce.changes.web import extensions

        extensions.register()
