"""The security statement is honest: what is called met names a test that exists, what is not says what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = yaml.safe_load((ROOT / "security" / "asvs.yml").read_text(encoding="utf-8"))["requirements"]


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda requirement: requirement["id"])
def test_the_statement_has_its_evidence(requirement):
    assert requirement["status"] in {"met", "partly", "open", "not_applicable"}
    assert [path for path in requirement.get("tests", ()) if not (ROOT / path).exists()] == []
    if requirement["status"] in {"partly", "open"}:
        assert requirement["missing"]
    if requirement["status"] == "met":
        assert requirement["evidence"]
        assert requirement.get("tests") or requirement["id"].startswith(("V1-", "V13-"))


def test_every_requirement_is_stated_once():
    ids = [requirement["id"] for requirement in REQUIREMENTS]
    assert len(ids) == len(set(ids))
