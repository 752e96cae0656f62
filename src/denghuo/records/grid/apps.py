from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridConfig(AppConfig):
    name = "denghuo.records.grid"
    verbose_name = _("Grid")

    def ready(self) -> None:
        from denghuo.foundation.audit.queries import name_actions
        from denghuo.foundation.ui import extensions, navigation
        from denghuo.records.grid.web import pages

        navigation.register(
            navigation.NavItem(
                "records", _("Grid"), "grid:tree", icon="topology-star-3", permission="grid.view", order=40
            )
        )
        extensions.search(pages.search_grid, permission="grid.view", order=40)
        name_actions(pages.ACTIONS)
