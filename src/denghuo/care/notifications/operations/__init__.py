"""Writing messages, handing them over, changing their texts."""

from denghuo.care.notifications.operations.channels import Inbox, NotTaken, Provider, inbox, provider
from denghuo.care.notifications.operations.delivering import CannotSendAgain, deliver_waiting, send_again
from denghuo.care.notifications.operations.sending import Letter, send, send_many
from denghuo.care.notifications.operations.texts import TextRefused, set_text

__all__ = [
    "CannotSendAgain",
    "Inbox",
    "Letter",
    "NotTaken",
    "Provider",
    "TextRefused",
    "deliver_waiting",
    "inbox",
    "provider",
    "send",
    "send_again",
    "send_many",
    "set_text",
]
