from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TariffsConfig(AppConfig):
    name = "denghuo.commerce.tariffs"
    verbose_name = _("Tariffs")

    def ready(self) -> None:
        from denghuo.commerce.tariffs.web.texts import ACTIONS
        from denghuo.foundation.audit.queries import name_actions
        from denghuo.foundation.ui.navigation import NavItem, register

        register(NavItem("commerce", _("Price books"), "tariffs:books", "book", "tariffs.view", order=40))
        register(
            NavItem(
                "commerce",
                _("Price calculator"),
                "tariffs:calculator",
                "calculator",
                "tariffs.view",
                order=41,
            )
        )
        name_actions(ACTIONS)
