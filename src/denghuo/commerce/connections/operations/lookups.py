"""The progress page without signing in: number and last four digits of the telephone, slowed down after failures."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from denghuo.commerce.connections.models import Application, ProgressLookup

WINDOW = timedelta(minutes=15)
FREE_BY_ADDRESS, FREE_BY_NUMBER = 20, 5
"""Failures in a quarter of an hour before an address (a whole hall may sit behind one) or a number is refused."""


class TooManyLookups(Exception):
    """Too many wrong tries; nothing was looked at."""


def look_up(*, number: str, last_digits: str, address: str, at: datetime) -> Application | None:
    """The application of this number whose contact's telephone ends with these four digits.

    Raises:
        TooManyLookups: see there.
    """
    number, last_digits = number.strip().upper()[:20], last_digits.strip()
    failed = ProgressLookup.objects.filter(found=False, at__gt=at - WINDOW)
    if (
        failed.filter(address=address).count() >= FREE_BY_ADDRESS
        or failed.filter(number=number).count() >= FREE_BY_NUMBER
    ):
        raise TooManyLookups(_("Too many tries. Please wait a quarter of an hour."))
    found = Application.objects.select_related("unit").filter(number=number).first()
    if found is not None and not _fits(found, last_digits):
        found = None
    ProgressLookup.objects.create(address=address, number=number, found=found is not None, at=at)
    return found


def _fits(application: Application, last_digits: str) -> bool:
    digits = "".join(sign for sign in application.contact_phone if sign.isdecimal())
    return len(last_digits) == 4 and last_digits.isdecimal() and digits[-4:] == last_digits
