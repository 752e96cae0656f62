from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "denghuo.foundation.audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        from denghuo.foundation.audit.web.exports import record_export
        from denghuo.foundation.audit.web.workbench import sensitive_today
        from denghuo.foundation.ui import extensions, navigation
        from denghuo.foundation.ui.lists.export import on_export
        from denghuo.foundation.ui.navigation import NavItem

        navigation.register(
            NavItem("administration", _("Audit trail"), "audit:trail", "history", "audit.view", 50)
        )
        on_export(record_export)
        extensions.workbench_panel(
            "audit.view",
            "sensitive",
            _("Sensitive actions"),
            "audit/bench.html",
            sensitive_today,
            order=60,
            width="full",
        )
