from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupplyConfig(AppConfig):
    name = "denghuo.records.supply"
    verbose_name = _("Supply points")

    def ready(self) -> None:
        from denghuo.foundation.audit.queries import name_actions
        from denghuo.foundation.ui import extensions, navigation
        from denghuo.records.grid.queries import register_loads
        from denghuo.records.supply import queries
        from denghuo.records.supply.web import shown

        navigation.register(
            navigation.NavItem(
                "records",
                _("Supply points"),
                "supply:supply-points",
                icon="home-bolt",
                permission="supply.view",
                order=30,
            )
        )
        extensions.panel(
            "customer", "supply-points", _("Supply points"), "supply/parts/panel.html", shown.customer_panel,
            permission="supply.view", order=10,
        )  # fmt: skip
        extensions.panel(
            "account", "supply-points", _("Supply points"), "supply/parts/panel.html", shown.account_panel,
            permission="supply.view", order=10,
        )  # fmt: skip
        extensions.panel(
            "transformer_area", "supply-points", _("Supply points"), "supply/parts/panel.html", shown.area_panel,
            permission="supply.view", order=10,
        )  # fmt: skip
        extensions.counter("customer", shown.customer_counters, order=10)
        extensions.search(shown.search_supply_points, permission="supply.view", order=20)
        register_loads(queries.grid_loads)
        name_actions(shown.ACTIONS)
