from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TariffsConfig(AppConfig):
    name = "denghuo.commerce.tariffs"
    verbose_name = _("Tariffs")

    def ready(self) -> None:
        from denghuo.commerce.tariffs.web import workbench
        from denghuo.commerce.tariffs.web.texts import ACTIONS
        from denghuo.foundation.audit.queries import mark_sensitive, name_actions
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
        mark_sensitive(
            "tariffs.version.approved",
            "tariffs.version.put_in_force",
            "tariffs.contract_price.set",
            "tariffs.adjustment.added",
        )
        workbench.register()
