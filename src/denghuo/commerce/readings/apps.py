from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReadingsConfig(AppConfig):
    name = "denghuo.commerce.readings"
    verbose_name = _("Readings")

    def ready(self) -> None:
        from denghuo.commerce.metering.operations import keep_registers_in
        from denghuo.commerce.readings.operations.boundaries import ReadingBook
        from denghuo.commerce.readings.web import pages, workbench
        from denghuo.foundation.audit.queries import name_actions, name_fields
        from denghuo.foundation.ui import extensions, navigation

        keep_registers_in(ReadingBook())
        for label, url_name, icon, order in (
            (_("Reading month"), "readings:month", "calendar-month", 20),
            (_("Reading exceptions"), "readings:exceptions", "alert-triangle", 22),
            (_("Reading routes"), "readings:routes", "route", 24),
        ):
            navigation.register(
                navigation.NavItem(
                    "commerce", label, url_name, icon=icon, permission="readings.view", order=order
                )
            )
        for page, provider in (
            ("meter", pages.meter_panel),
            ("metering_point", pages.point_panel),
            ("supply_point", pages.supply_panel),
        ):
            extensions.panel(
                page,
                "readings",
                _("Readings"),
                "readings/parts/panel.html",
                provider,
                permission="readings.view",
                order=30,
            )
        extensions.counter("metering_point", pages.point_counter)
        extensions.counter("supply_point", pages.supply_counter)
        workbench.register()
        extensions.search(pages.search_routes, permission="readings.view", order=60)
        name_actions(pages.ACTIONS)
        name_fields(pages.field_labels())
