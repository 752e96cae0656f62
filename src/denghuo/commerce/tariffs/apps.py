from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TariffsConfig(AppConfig):
    name = "denghuo.commerce.tariffs"
    verbose_name = _("Tariffs")

    def ready(self) -> None:
        from denghuo.commerce.tariffs.web import texts, workbench
        from denghuo.commerce.tariffs.web.texts import ACTIONS
        from denghuo.foundation.audit.queries import mark_sensitive, name_actions, name_fields
        from denghuo.foundation.ui.navigation import NavItem, register
        from denghuo.records.supply.web import shown

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
        name_fields(
            {
                "supply.supplypoint.component": (_("Price component"), {}),
                "supply.supplypoint.price": (_("price"), {}),
                "supply.supplypoint.tou": (_("Period of the day"), {}),
            }
        )
        mark_sensitive(
            "tariffs.version.approved",
            "tariffs.version.put_in_force",
            "tariffs.contract_price.set",
            "tariffs.adjustment.added",
        )
        workbench.register()
        shown.name_values({"price_book": texts.book_of_terms, "tariff": texts.tariff_of_terms})
