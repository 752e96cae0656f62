"""Supply sources of important customers (GB/T 29328-2018, regulation §8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BASIS = "GB/T 29328-2018《重要电力用户供电电源及自备应急电源配置技术规范》"


@dataclass(frozen=True)
class Source:
    """An incoming line: substation, the bus section it leaves from (empty: not known), the feeder."""

    substation: str
    feeder: str
    bus_section: str = ""


@dataclass(frozen=True)
class Fault:
    """What the sources do not fulfil: ``hard`` ones block the plan, the others are advice."""

    code: str
    hard: bool
    basis: str = BASIS


NEEDED: Mapping[str, int] = {"special": 2, "first": 2, "second": 2, "temporary": 1, "ordinary": 1}
OWN_POWER_PERCENT = 120


def faults(
    importance: str, sources: Sequence[Source], *, own_power_percent: int | None = None
) -> list[Fault]:
    """What is missing for a customer of this grade.

    Special grade: two sources from different substations, a third preferred. First grade: two from different
    substations (different bus sections of one only by exception). Second grade: two circuits, of one substation then
    from different bus sections. Own emergency power of at least 120 % of the security load for all three.
    """
    found: list[Fault] = []
    feeders = {source.feeder for source in sources}
    if len(feeders) < len(sources):
        found.append(Fault("same_feeder_twice", True))
    if len(feeders) < NEEDED.get(importance, 1):
        found.append(Fault("too_few_sources", True))
    substations = {source.substation for source in sources}
    if importance in ("special", "first") and len(feeders) >= 2 and len(substations) < 2:
        found.append(Fault("one_substation", True))
    if importance == "special" and len(feeders) == 2:
        found.append(Fault("third_source_preferred", False))
    if importance == "second" and len(feeders) >= 2 and len(substations) < 2:
        sections = [source.bus_section for source in sources]
        if "" in sections:
            found.append(Fault("bus_section_unknown", True))
        elif len(set(sections)) < 2:
            found.append(Fault("one_bus_section", True))
    if importance == "temporary" and len(feeders) < 2:
        found.append(Fault("second_circuit_when_possible", False))
    if importance in ("special", "first", "second"):
        if own_power_percent is None:
            found.append(Fault("own_power_unknown", False))
        elif own_power_percent < OWN_POWER_PERCENT:
            found.append(Fault("own_power_too_small", True))
    return found
