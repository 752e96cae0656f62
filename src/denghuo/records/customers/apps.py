from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "denghuo.records.customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from denghuo.foundation.audit.queries import name_actions
        from denghuo.foundation.ui import extensions, navigation
        from denghuo.records.customers.web import pages

        navigation.register(
            navigation.NavItem(
                "records",
                _("Customers"),
                "customers:customers",
                icon="users",
                permission="customers.view",
                order=10,
            )
        )
        navigation.register(
            navigation.NavItem(
                "records",
                _("Paying accounts"),
                "customers:accounts",
                icon="wallet",
                permission="customers.view",
                order=20,
            )
        )
        extensions.search(pages.search_customers, permission="customers.view", order=10)
        extensions.search(pages.search_accounts, permission="customers.view", order=30)
        extensions.timeline("customer", pages.customer_timeline)
        extensions.action(
            "workbench",
            _("New customer"),
            lambda subject: reverse("customers:register"),
            icon="user-plus",
            permission="customers.edit",
            order=5,
            primary=True,
        )
        extensions.workbench_panel(
            "customers.edit",
            "new-customers",
            _("Registered last"),
            "customers/parts/bench_new.html",
            pages.registered_last,
            order=12,
            width="third",
        )
        name_actions(pages.ACTIONS)
