from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "denghuo.foundation.imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from denghuo.foundation.audit.queries import name_actions
        from denghuo.foundation.imports import tasks  # noqa: F401 - registers the long runs
        from denghuo.foundation.ui import navigation
        from denghuo.foundation.ui.navigation import NavItem

        navigation.register(
            NavItem("commerce", _("Imports"), "imports:home", "table-import", "imports.view", 900)
        )
        name_actions(
            {
                "imports.batch.uploaded": _("File uploaded"),
                "imports.batch.mapped": _("Columns of a file chosen"),
                "imports.batch.committed": _("Rows of a file committed"),
                "imports.batch.discarded": _("File discarded"),
            }
        )
