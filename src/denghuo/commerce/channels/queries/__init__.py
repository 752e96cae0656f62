"""What the pages of the channels show."""

from denghuo.commerce.channels.queries.consistency import inconsistencies
from denghuo.commerce.channels.queries.health import Health, health, open_incidents

__all__ = ["Health", "health", "inconsistencies", "open_incidents"]
