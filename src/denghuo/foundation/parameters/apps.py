from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParametersConfig(AppConfig):
    name = "denghuo.foundation.parameters"
    verbose_name = _("Parameters")

    def ready(self) -> None:
        from denghuo.foundation.parameters.web import extensions

        extensions.register()
