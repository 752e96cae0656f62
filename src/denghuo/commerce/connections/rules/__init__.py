"""Pure judgement of applications for supply: kinds and limits, plans, sources, PV, fees, documents."""

from denghuo.commerce.connections.rules.kinds import (
    AT_EXISTING_POINT,
    HIGH,
    INCREASES,
    KINDS,
    LOW,
    PV,
    SOLAR,
    Kind,
    limit_days,
    stages,
)

__all__ = [
    "AT_EXISTING_POINT",
    "HIGH",
    "INCREASES",
    "KINDS",
    "LOW",
    "PV",
    "SOLAR",
    "Kind",
    "limit_days",
    "stages",
]
