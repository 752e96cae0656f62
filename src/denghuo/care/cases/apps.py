from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "denghuo.care.cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        from denghuo.care.cases.web import extensions

        extensions.register()
