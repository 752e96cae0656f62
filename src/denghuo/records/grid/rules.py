"""Pure judgement about the grid."""

from __future__ import annotations

VOLTAGE_RANK = {"lt1kv": 0, "1-10kv": 1, "20kv": 2, "35kv": 3, "110kv": 4, "220kv": 5}
"""Voltage levels from the lowest to the highest (regulation 1.2)."""


def feeds(upper_voltage: str, lower_voltage: str) -> bool:
    """Whether equipment of ``upper_voltage`` can feed equipment of ``lower_voltage``."""
    return VOLTAGE_RANK[upper_voltage] >= VOLTAGE_RANK[lower_voltage]


def load_share_percent(connected_kva: int, rated_kva: int) -> int | None:
    """Connected customer capacity as a share of the rated capacity (both in the same unit); None without a rating."""
    return round(100 * connected_kva / rated_kva) if rated_kva else None
