"""The arrears view by what collection knows: the reading route, and the person who answers for the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from denghuo.commerce.collection.queries.responsibility import responsible, routes_of
from denghuo.commerce.readings.models import ReadingRoute
from denghuo.commerce.receivables import queries as receivables
from denghuo.foundation.identity.models import Staff


def offer() -> None:
    """Called once when Django is ready."""
    receivables.add_grouping(receivables.Grouping("route", _("Reading route"), by_route))
    receivables.add_grouping(receivables.Grouping("person", _("Responsible"), by_person))


def by_route(account_ids: Sequence[int], on: date) -> Mapping[int, tuple[str, Any]]:
    """Account → (code of the route, its code and name)."""
    routes = routes_of(account_ids)
    labels = {
        route.pk: (route.code, f"{route.code} {route.name}")
        for route in ReadingRoute.objects.filter(pk__in=set(routes.values()))
    }
    return {account: labels[route] for account, route in routes.items()}


def by_person(account_ids: Sequence[int], on: date) -> Mapping[int, tuple[str, Any]]:
    """Account → (user name, name) of the person who answers for it; nobody is left out."""
    persons = responsible(account_ids, on=on)
    wanted = {person for person in persons.values() if person is not None}
    labels = {staff.pk: (staff.username, staff.name) for staff in Staff.objects.filter(pk__in=wanted)}
    return {account: labels[person] for account, person in persons.items() if person in labels}
