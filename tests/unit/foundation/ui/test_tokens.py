"""Every ink on every ground it stands on: WCAG 2.2 AA in all three themes, computed from the style sheet's tokens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import denghuo.foundation.ui as ui

STYLES = (Path(ui.__file__).parent / "static/ui/denghuo.css").read_text(encoding="utf-8")
THEMES = {"light": ":root", "dark": 'html[data-bs-theme="dark"]', "contrast": 'html[data-theme="contrast"]'}
TONES = ("accent", "info", "success", "warning", "danger", "neutral")
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2") for ground in ("ground", "surface", "sunken", "raised", "hover")),
    *(("accent", ground) for ground in ("ground", "surface", "sunken", "raised", "hover", "accent-soft")),
    *((tone, f"{tone}-soft") for tone in TONES),
    *((tone, "surface") for tone in TONES),
    *(("ink", f"{tone}-soft") for tone in TONES),
    ("on-accent", "accent-fill"), ("on-accent", "accent-fill-hover"), ("on-danger", "danger-fill"),
    ("night-ink", "night"), ("night-ink", "night-2"), ("night-quiet", "night"),
    ("night-active", "night-active-ground"), ("chart-ink", "surface"),
]  # fmt: skip
MARKS = [
    ("line-strong", "surface"), ("line-strong", "ground"), ("focus", "ground"), ("focus", "surface"),
    ("night-active", "night"), ("accent-fill", "surface"), ("danger-fill", "surface"),
    *((f"chart-{number}", "surface") for number in range(1, 7)),
]  # fmt: skip


def tokens(theme: str) -> dict[str, str]:
    """The tokens of a theme: those of :root (light) under its own."""
    found: dict[str, str] = {}
    for name in ("light", theme):
        for block in re.findall(re.escape(THEMES[name]) + r" \{(.*?)\}", STYLES, re.DOTALL):
            found |= dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block))
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_knows_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ink, ground", TEXT)
def test_text_is_readable(theme, ink, ground):
    values = tokens(theme)
    least = 7 if theme == "contrast" and ink in ("ink", "ink-2") else 4.5
    assert contrast(values[ink], values[ground]) >= least, f"{ink} on {ground}"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("mark, ground", MARKS)
def test_borders_focus_and_chart_lines_are_visible(theme, mark, ground):
    values = tokens(theme)
    assert contrast(values[mark], values[ground]) >= 3, f"{mark} on {ground}"
