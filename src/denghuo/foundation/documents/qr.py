"""QR codes."""

from __future__ import annotations

import io

import segno


def svg(text: str, *, scale: int = 4, border: int = 2) -> str:
    """An SVG element (no XML header) showing ``text`` as a QR code with medium error correction.

    It fits inline into HTML and, as data, into a Typst template: ``image(bytes(data.qr), format: "svg")``.
    """
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=scale, border=border, xmldecl=False, svgns=True, nl=False, omitsize=True
    )
    return out.getvalue().decode()
