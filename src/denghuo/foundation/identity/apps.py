from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "identity.unit.opened": _("Unit opened"),
    "identity.unit.renamed": _("Unit renamed"),
    "identity.staff.employed": _("Account opened"),
    "identity.staff.edited": _("Account changed"),
    "identity.staff.disabled": _("Account closed"),
    "identity.staff.enabled": _("Account opened again"),
    "identity.role.granted": _("Role given"),
    "identity.role.revoked": _("Role taken back"),
    "identity.password.reset": _("Password reset"),
    "identity.password.changed": _("Password changed"),
    "identity.sign_in.succeeded": _("Signed in"),
    "identity.sign_in.failed": _("Sign-in refused"),
    "identity.sign_out": _("Signed out"),
    "identity.api_client.registered": _("API client registered"),
    "identity.api_client.revoked": _("API client revoked"),
}


class IdentityConfig(AppConfig):
    name = "denghuo.foundation.identity"
    verbose_name = _("Staff and access")

    def ready(self) -> None:
        from denghuo.foundation.audit.queries import mark_sensitive, name_actions, name_fields
        from denghuo.foundation.identity.queries import role_labels
        from denghuo.foundation.identity.web import sessions, workbench  # noqa: F401  (sessions stamps new ones)
        from denghuo.foundation.ui import navigation
        from denghuo.foundation.ui.navigation import NavItem

        section = "administration"
        navigation.register(NavItem(section, _("Staff"), "identity:staff-list", "users", "staff.view", 10))
        navigation.register(
            NavItem(section, _("Organisation units"), "identity:units", "sitemap", "staff.view", 20)
        )
        navigation.register(NavItem(section, _("Roles"), "identity:roles", "shield-check", "staff.view", 30))
        navigation.register(
            NavItem(section, _("API clients"), "identity:clients", "plug-connected", "api.clients", 40)
        )
        navigation.register(
            NavItem(section, _("Settings"), "identity:settings", "settings", "settings.view", 90)
        )
        navigation.register_own(
            NavItem(section, _("My account"), "identity:profile", "user-circle", None, 10)
        )
        navigation.register_own(
            NavItem(section, _("Change password"), "identity:change-password", "key", None, 20)
        )
        name_actions(ACTIONS)
        mark_sensitive(
            "identity.staff.employed",
            "identity.staff.disabled",
            "identity.staff.enabled",
            "identity.role.granted",
            "identity.role.revoked",
            "identity.password.reset",
            "identity.api_client.registered",
            "identity.api_client.revoked",
        )
        workbench.register()
        name_fields(
            {
                "role": (_("role"), role_labels()),
                "unit": (_("unit"), {}),
                "unit_id": (_("unit"), {}),
                "scopes": (_("scopes"), {}),
            }
        )
