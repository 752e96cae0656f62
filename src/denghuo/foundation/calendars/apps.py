from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CalendarsConfig(AppConfig):
    name = "denghuo.foundation.calendars"
    verbose_name = _("Working calendar")

    def ready(self) -> None:
        from denghuo.foundation.audit.queries import name_actions
        from denghuo.foundation.ui import navigation
        from denghuo.foundation.ui.navigation import NavItem

        navigation.register(
            NavItem(
                "administration",
                _("Working calendar"),
                "calendars:this-year",
                "calendar",
                "calendar.view",
                60,
            )
        )
        name_actions(
            {
                "calendars.day.set": _("Working day changed"),
                "calendars.day.cleared": _("Change of a working day taken back"),
            }
        )
