"""Pure judgement about messages: what they say, when they may go, how often they are tried."""

from denghuo.care.notifications.rules.patience import ATTEMPTS, NO_ANSWER_AFTER, next_try, quiet_until
from denghuo.care.notifications.rules.templates import (
    CHANNELS,
    EMAIL,
    SMS,
    WECHAT,
    Template,
    TextInvalid,
    declare,
    declared,
    describe,
    find,
    name_template,
    name_templates,
    placeholders,
    render,
    verify,
)

__all__ = [
    "ATTEMPTS",
    "CHANNELS",
    "EMAIL",
    "NO_ANSWER_AFTER",
    "SMS",
    "WECHAT",
    "Template",
    "TextInvalid",
    "declare",
    "declared",
    "describe",
    "find",
    "name_template",
    "name_templates",
    "next_try",
    "placeholders",
    "quiet_until",
    "render",
    "verify",
]
