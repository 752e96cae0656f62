from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    name = "denghuo.foundation.ui"
    verbose_name = _("Interface")

    def ready(self) -> None:
        from denghuo.foundation.ui import navigation

        navigation.register(
            navigation.NavItem("overview", _("Workbench"), "workbench", icon="layout-dashboard", order=0)
        )
