"""Settings of a channel: texts, and files that hold keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from denghuo.commerce.channels.rules import GatewayOff
from denghuo.kernel.periods import BEIJING


def texts(settings: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """The values of ``names`` (setting → variable); ``…_file`` settings are read from their files and lose the suffix.

    Raises:
        GatewayOff: the text lists the variables that are missing, or the file that cannot be read.
    """
    missing = [variable for name, variable in names.items() if not settings.get(name)]
    if missing:
        raise GatewayOff(", ".join(missing))
    found = {}
    for name in names:
        value = settings[name]
        if name.endswith("_file"):
            try:
                value = Path(value).read_text(encoding="ascii").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise GatewayOff(f"{value}: {type(error).__name__}") from error
        found[name.removesuffix("_file")] = value
    return found


def masked(text: str) -> str:
    """Enough of a payer's name at the channel to recognise it, not to abuse it."""
    return text if "*" in text or len(text) <= 6 else f"{text[:3]}***{text[-3:]}"


def beijing(text: str) -> datetime:
    """``2026-09-07 12:00:00`` as the channels write Beijing time."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
