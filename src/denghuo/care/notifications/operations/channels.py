"""The port through which messages leave the house, and its adapters: SMTP, the log, and the test provider.

SMS and WeChat have no adapter yet; they come with the portal. Until then a message by them says "no provider".
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from django.core.mail import EmailMessage

from denghuo.care.notifications.models import Message

logger = logging.getLogger(__name__)
KEPT = 500


class NotTaken(Exception):
    """The provider did not take a message; ``for_good``: it never will."""

    def __init__(self, text: str, *, for_good: bool = False) -> None:
        self.for_good = for_good
        super().__init__(text)


class Provider(Protocol):
    """Takes one message over and gives its reference; raises ``NotTaken`` (or anything) where it did not."""

    def __call__(self, message: Message) -> str: ...


def console(message: Message) -> str:
    """Nothing leaves the house: a line in the log, the address masked."""
    logger.info(
        "message %s (%s) by %s to %s: %d characters",
        message.pk,
        message.template,
        message.channel,
        message.masked_address,
        len(message.text),
    )
    return f"log:{message.pk}"


def smtp(message: Message) -> str:
    """An e-mail through Django's mail backend (``DENGHUO_SMTP_URL``)."""
    reference = f"<denghuo-{message.pk}@notifications>"
    mail = EmailMessage(
        subject=message.subject or message.text[:40],
        body=message.text,
        to=[message.address],
        headers={"Message-ID": reference},
    )
    if not mail.send():
        raise NotTaken("the mail server took nothing")
    return reference


@dataclass
class Inbox:
    """The test provider: keeps what it takes, for tests and demonstrations. ``refuse`` makes the next ones fail."""

    taken: deque[tuple[int, str, str]] = field(default_factory=lambda: deque(maxlen=KEPT))
    refuse: deque[Exception] = field(default_factory=deque)

    def __call__(self, message: Message) -> str:
        if self.refuse:
            raise self.refuse.popleft()
        self.taken.append((message.pk, message.address, message.text))
        return f"test:{message.pk}"

    def empty(self) -> None:
        self.taken.clear()
        self.refuse.clear()


inbox = Inbox()
_PROVIDERS: dict[str, Provider] = {"console": console, "smtp": smtp, "test": inbox}


def provider(name: str) -> Provider:
    """Raises LookupError for a provider that there is not."""
    return _PROVIDERS[name]
