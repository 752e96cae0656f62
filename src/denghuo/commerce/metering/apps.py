from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeteringConfig(AppConfig):
    name = "denghuo.commerce.metering"
    verbose_name = _("Metering")

    def ready(self) -> None:
        from denghuo.commerce.metering.web import pages
        from denghuo.foundation.audit.queries import name_actions, name_fields
        from denghuo.foundation.ui import extensions, navigation

        navigation.register(
            navigation.NavItem(
                "commerce",
                _("Meters"),
                "metering:meters",
                icon="gauge",
                permission="metering.view",
                order=10,
            )
        )
        extensions.panel(
            "supply_point",
            "metering",
            _("Metering"),
            "metering/parts/supply.html",
            pages.supply_panel,
            permission="metering.view",
            order=20,
        )
        extensions.search(pages.search_meters, permission="metering.view", order=40)
        extensions.workbench("metering.edit", pages.verification_tile, order=70)
        name_actions(pages.ACTIONS)
        name_fields(pages.FIELDS)
