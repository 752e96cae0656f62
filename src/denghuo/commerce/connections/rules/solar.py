"""Distributed PV by the measures of 2025 (国能发新能规〔2025〕7号, regulation §9.1) as checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

BASIS = "《分布式光伏发电开发建设管理办法》国能发新能规〔2025〕7号"
FULL_OWN, SURPLUS, FULL_FEED_IN = "full_own", "surplus", "full_feed_in"
ABILITIES = ("observable", "measurable", "adjustable", "controllable")
"""可观、可测、可调、可控."""


@dataclass(frozen=True)
class Form:
    """Who may build it, how it may be connected and how it may feed in. ``limits_kw``: by connection voltage."""

    persons_only: bool
    limits_kw: Mapping[str, Decimal]
    modes: frozenset[str]


_NO_LIMIT = Decimal(10**9)
FORMS: Mapping[str, Form] = {
    "household": Form(True, {"lt1kv": _NO_LIMIT}, frozenset({FULL_OWN, SURPLUS, FULL_FEED_IN})),
    "enterprise_household": Form(
        False,
        {"lt1kv": Decimal(6000), "1-10kv": Decimal(6000), "20kv": Decimal(6000)},
        frozenset({FULL_OWN, SURPLUS, FULL_FEED_IN}),
    ),
    "commercial": Form(
        False,
        {"lt1kv": Decimal(6000), "1-10kv": Decimal(6000), "20kv": Decimal(6000)},
        frozenset({FULL_OWN, SURPLUS}),
    ),
    "large_commercial": Form(
        False, {"35kv": Decimal(20_000), "110kv": Decimal(50_000)}, frozenset({FULL_OWN, SURPLUS})
    ),
}


@dataclass(frozen=True)
class Project:
    """What is applied for. ``own_use_share``: of the yearly generation, as the owner declares; None where not said.

    ``hosting_rate``: PV capacity of the area with this one over the rated capacity; None where no area is meant.
    """

    form: str
    is_person: bool
    voltage: str
    capacity_kw: Decimal
    mode: str
    abilities: frozenset[str]
    own_use_share: Decimal | None = None
    zone: str = "green"
    hosting_rate: Decimal | None = None
    spot_market: bool = False


@dataclass(frozen=True)
class Fault:
    code: str
    hard: bool
    basis: str = BASIS
    confidence: str = "K"


def faults(
    project: Project, *, hosting_limit: Decimal = Decimal("0.80"), own_use_least: Decimal = Decimal("0.50")
) -> list[Fault]:
    """Everything the 2025 measures do not allow, and what a person must look at."""
    form = FORMS[project.form]
    found: list[Fault] = []
    if form.persons_only and not project.is_person:
        found.append(Fault("enterprise_as_person", True, confidence="V2"))
    if not form.persons_only and project.is_person:
        found.append(Fault("person_as_enterprise", True))
    limit = form.limits_kw.get(project.voltage)
    if limit is None:
        found.append(Fault("voltage_not_open", True, confidence="V2"))
    elif project.capacity_kw > limit:
        found.append(Fault("capacity_above_limit", True, confidence="V2"))
    if project.mode not in form.modes:
        found.append(Fault("full_feed_in_closed", True))
    if project.form == "large_commercial" and project.mode == SURPLUS and not project.spot_market:
        found.append(Fault("surplus_needs_spot_market", True))
    if project.form == "commercial" and project.mode == SURPLUS:
        if project.own_use_share is None:
            found.append(Fault("own_use_share_unknown", False, confidence="U"))
        elif project.own_use_share < own_use_least:
            found.append(Fault("own_use_share_too_small", True, confidence="U"))
    if missing := [name for name in ABILITIES if name not in project.abilities]:
        found.append(Fault("abilities_missing:" + ",".join(missing), False, confidence="V2"))
    if project.zone == "red":
        found.append(Fault("red_zone", True))
    if project.hosting_rate is not None and project.hosting_rate > hosting_limit:
        found.append(
            Fault("hosting_rate_above_limit", True, "DL/T 2041《分布式电源接入电网承载力评估导则》", "U")
        )
    return found
