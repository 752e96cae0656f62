"""The bureau's first catalogue: topics, causes and answers, as files beside this package."""

from __future__ import annotations

import csv
from importlib import resources


def rows(name: str) -> list[dict[str, str]]:
    """The rows of ``data/<name>.csv``: topics, causes or templates; parents come before their children."""
    package = __package__.rpartition(".")[0]
    text = resources.files(package).joinpath(f"data/{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
