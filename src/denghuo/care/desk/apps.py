from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "denghuo.care.desk"
    verbose_name = _("Service desk")

    def ready(self) -> None:
        from denghuo.care.desk.web import extensions

        extensions.register()
