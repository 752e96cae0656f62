"""Read a diagram with what this system knows: its roles by every name, its automatic steps, the lanes of a room."""

from __future__ import annotations

from functools import cache, lru_cache

from django.utils import translation
from lxml import etree

from denghuo.foundation.identity.models import Role
from denghuo.foundation.workflow import rules
from denghuo.foundation.workflow.models import ProcessDefinition
from denghuo.foundation.workflow.rules import diagrams


def parsed(xml: bytes, key: str = "") -> tuple[diagrams.Diagram, etree._Element | None]:
    """A diagram with its problems; the tree where there are none. Nothing is written."""
    declared = rules.declared().get(key)
    return diagrams.parse(
        xml, lanes=declared.lanes if declared else {}, roles=_roles(), handlers=rules.handlers()
    )


@cache
def _roles() -> dict[str, str]:
    """Role code and its name in every language → role code."""
    found: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for role in Role:
                found[role.value] = found[str(role.label)] = role.value
    return found


def diagram_of(definition: ProcessDefinition) -> diagrams.Diagram:
    """The diagram of a definition, read once in the life of a program."""
    return _diagram(definition.digest, definition.key, definition.xml)


@lru_cache(maxsize=256)
def _diagram(digest: str, key: str, xml: str) -> diagrams.Diagram:
    return parsed(xml.encode(), key)[0]
