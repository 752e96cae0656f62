"""Which part of the utility a billing run covers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

KINDS = ("unit", "route", "account")


class ScopeInvalid(ValueError):
    """A scope that names nothing that a run could cover."""


@dataclass(frozen=True)
class Scope:
    """A unit with everything below it, a reading route, or single accounts, by code or number.

    ``Scope()`` is everything that the person may see.
    """

    kind: str = "unit"
    codes: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``unit:4501``, ``route:R-01,R-02`` or ``account:45000000000017``; an empty text is everything.

        Raises:
            ScopeInvalid: another form.
        """
        if not text.strip():
            return cls()
        kind, colon, rest = text.partition(":")
        codes = tuple(code.strip() for code in rest.replace(",", " ").split())
        if kind not in KINDS or not colon or not codes:
            raise ScopeInvalid(
                f"a scope is written unit:CODE, route:CODE or account:NUMBER (several with commas), not {text!r}"
            )
        return cls(kind, codes)

    @classmethod
    def from_json(cls, text: str) -> Self:
        value: Mapping[str, list[str]] = json.loads(text or "{}")
        for kind, codes in value.items():
            return cls(kind, tuple(codes))
        return cls()

    def to_json(self) -> str:
        return json.dumps({self.kind: list(self.codes)} if self.codes else {}, ensure_ascii=False)

    def __str__(self) -> str:
        return f"{self.kind}:{','.join(self.codes)}" if self.codes else ""
