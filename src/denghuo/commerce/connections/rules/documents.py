"""The documents an application needs, told once and completely (一次性告知), and which may follow later (容缺受理)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from denghuo.commerce.connections.rules.kinds import HIGH, KINDS, PV


@dataclass(frozen=True)
class Needed:
    """``kept``: proves the customer or the place, so it is not asked for again. ``may_follow``: 容缺受理."""

    code: str
    kept: bool
    may_follow: bool


IDENTITY = Needed("identity", True, False)
LICENCE = Needed("licence", True, False)
PROPERTY = Needed("property", True, True)
LOAD_LIST = Needed("load_list", False, True)
PROJECT_APPROVAL = Needed("project_approval", False, True)
IMPORTANT_LOAD = Needed("important_load", False, True)
PROPERTY_CONSENT = Needed("property_consent", False, False)
PARKING = Needed("parking", False, True)
LAND_PERMIT = Needed("land_permit", False, True)
PV_FILING = Needed("pv_filing", False, True)
ROOF = Needed("roof", True, True)
BANK_ACCOUNT = Needed("bank_account", True, True)

ALL: Mapping[str, Needed] = {
    item.code: item
    for item in (
        IDENTITY, LICENCE, PROPERTY, LOAD_LIST, PROJECT_APPROVAL, IMPORTANT_LOAD, PROPERTY_CONSENT, PARKING,
        LAND_PERMIT, PV_FILING, ROOF, BANK_ACCOUNT,
    )
}  # fmt: skip


def needed(kind: str, *, is_person: bool, importance: str = "ordinary") -> list[Needed]:
    """The whole list for a kind of application and of customer, in the order of the paper."""
    found = [IDENTITY if is_person else LICENCE]
    if kind in PV:
        found += [ROOF, BANK_ACCOUNT]
        return found if kind == "pv_household" else [*found, PV_FILING]
    if kind == "temporary":
        return [*found, LAND_PERMIT]
    found.append(PROPERTY)
    if kind == "charging":
        found += [PARKING, PROPERTY_CONSENT]
    if KINDS[kind].flow == HIGH:
        found += [LOAD_LIST, PROJECT_APPROVAL]
    if importance != "ordinary":
        found.append(IMPORTANT_LOAD)
    return found


def asked(wanted: Iterable[Needed], held: Iterable[str]) -> list[Needed]:
    """What must still be asked for: nothing that is held and keeps its worth."""
    have = set(held)
    return [item for item in wanted if not (item.kept and item.code in have)]


def blocking(wanted: Iterable[Needed], given: Iterable[str]) -> list[Needed]:
    """Documents without which the application cannot be taken in at all."""
    have = set(given)
    return [item for item in wanted if item.code not in have and not item.may_follow]
