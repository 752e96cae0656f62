"""What messages say: templates declared by the rooms that send them, rendered strictly.

A room declares its messages once, in ``rules``::

    RECEIVED = notifications.declare(
        Template("cases.received", text="您反映的问题已受理，编号{number}。", fields=("number",))
    )

and says in its pages how they are called: ``notifications.name_template("cases.received", _("Case received"))``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SMS, EMAIL, WECHAT = "sms", "email", "wechat"
CHANNELS = (SMS, EMAIL, WECHAT)
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LENGTH = 1000


class TextInvalid(ValueError):
    """A text and its fields do not belong together. ``code``: unknown, missing, extra, brace, empty, long."""

    def __init__(self, code: str, names: tuple[str, ...] = ()) -> None:
        self.code, self.names = code, names
        super().__init__(f"{code}: {', '.join(names)}" if names else code)


@dataclass(frozen=True)
class Template:
    """A message that the house sends.

    ``channels``: by preference; the first that reaches the customer is used, all of them where ``everywhere`` is set.
    ``fields``: what must be given when it is sent. ``purpose``: service (always) or marketing (only with consent).
    ``contact``: the role of the contact who is told in the customer's place, where there is one.
    ``quiet``: it waits for the end of the quiet hours. ``useful_minutes``: it is worth nothing any later.
    ``sample``: values for the preview.
    """

    code: str
    text: str
    fields: tuple[str, ...] = ()
    channels: tuple[str, ...] = CHANNELS
    subject: str = ""
    purpose: str = "service"
    contact: str = ""
    quiet: bool = True
    everywhere: bool = False
    useful_minutes: int | None = None
    sample: tuple[tuple[str, str], ...] = ()

    @property
    def room(self) -> str:
        return self.code.partition(".")[0]

    @property
    def samples(self) -> dict[str, str]:
        """Values for the preview; a field without one shows its name."""
        return {name: f"〔{name}〕" for name in self.fields} | dict(self.sample)


_declared: dict[str, Template] = {}
_names: dict[str, Any] = {}


def declare(template: Template) -> Template:
    """Make a template known.

    Raises:
        ValueError: another template has the code, a channel is unknown, or the text uses fields that it does not name.
    """
    if unknown := set(template.channels) - set(CHANNELS):
        raise ValueError(f"{template.code}: no channel {', '.join(sorted(unknown))}")
    verify(template.text, template.fields)
    if _declared.setdefault(template.code, template) != template:
        raise ValueError(f"there is another template {template.code}")
    return template


def name_template(code: str, label: Any) -> None:
    """Say how a template is called on pages."""
    _names[code] = label


def name_templates(names: Mapping[str, Any]) -> None:
    _names.update(names)


def describe(code: str) -> Any:
    """How a template is called; its code if nobody said."""
    return _names.get(code, code)


def declared() -> list[Template]:
    return sorted(_declared.values(), key=lambda template: template.code)


def find(code: str) -> Template:
    """Raises LookupError when no room declared it."""
    return _declared[code]


def placeholders(text: str) -> tuple[str, ...]:
    """The fields that a text uses, in order, each once."""
    return tuple(dict.fromkeys(_PLACE.findall(text)))


def verify(text: str, fields: tuple[str, ...]) -> None:
    """Raises TextInvalid where a text is empty or too long, has a stray brace or a field that nobody fills."""
    if not text.strip():
        raise TextInvalid("empty")
    if len(text) > _LENGTH:
        raise TextInvalid("long")
    rest = _PLACE.sub("", text)
    if "{" in rest or "}" in rest:
        raise TextInvalid("brace")
    if unknown := tuple(name for name in placeholders(text) if name not in fields):
        raise TextInvalid("unknown", unknown)


def render(text: str, fields: tuple[str, ...], context: Mapping[str, str]) -> str:
    """The text with its fields filled in, once: a value that looks like a field stays as it is.

    Raises:
        TextInvalid: a field is not given, or something is given that is no field.
    """
    if missing := tuple(name for name in fields if name not in context):
        raise TextInvalid("missing", missing)
    if extra := tuple(sorted(name for name in context if name not in fields)):
        raise TextInvalid("extra", extra)
    return _PLACE.sub(lambda found: str(context[found.group(1)]), text)
