"""The time-of-use clock covers the day exactly once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.foundation.ui.clock import MINUTES, BadWindow, clock_face


def spans(windows, otherwise="flat"):
    return [(span.times, span.period) for span in clock_face(windows, otherwise).spans]


def test_gaps_are_flat_and_neighbours_join():
    assert spans([("08:00", "10:00", "peak"), ("10:00", "12:00", "peak"), ("00:00", "08:00", "valley")]) == [
        ("00:00–08:00", "valley"),
        ("08:00–12:00", "peak"),
        ("12:00–24:00", "flat"),
    ]


def test_a_window_may_cross_midnight():
    assert spans([("22:00", "06:00", "valley")]) == [
        ("00:00–06:00", "valley"),
        ("06:00–22:00", "flat"),
        ("22:00–24:00", "valley"),
    ]


def test_a_day_of_one_period_is_a_whole_ring():
    face = clock_face([])
    assert face.rows == [
        {"period": "flat", "label": face.rows[0]["label"], "spans": list(face.spans), "hours": "24"}
    ]
    assert face.spans[0].path.count("Z") == 2


@pytest.mark.parametrize(
    "windows",
    [
        [("08:00", "10:00", "peak"), ("09:59", "11:00", "flat")],
        [("25:00", "26:00", "peak")],
        [("08:60", "09:00", "peak")],
        [("eight", "09:00", "peak")],
        [("08:00", "09:00", "rush")],
    ],
)
def test_windows_that_cannot_be_drawn_are_refused(windows):
    with pytest.raises(BadWindow):
        clock_face(windows)


@given(st.lists(st.integers(0, MINUTES), min_size=2, max_size=8, unique=True))
def test_every_minute_belongs_to_one_span(edges):
    edges.sort()
    text = [f"{edge // 60:02d}:{edge % 60:02d}" for edge in edges]
    windows = [
        (a, b, ("peak", "valley")[i % 2]) for i, (a, b) in enumerate(zip(text, text[1:], strict=False))
    ]
    face = clock_face(windows)
    assert [span.start for span in face.spans] == [0, *(span.end for span in face.spans[:-1])]
    assert face.spans[-1].end == MINUTES
    assert sum(float(row["hours"]) for row in face.rows) == pytest.approx(24, abs=0.001)
