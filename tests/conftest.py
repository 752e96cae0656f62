"""What every test may ask for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest


@pytest.fixture
def now() -> datetime:
    """Noon in Beijing on a working Monday: the time of every test that needs just some time."""
    return datetime(2026, 9, 7, 4, 0, tzinfo=UTC)
