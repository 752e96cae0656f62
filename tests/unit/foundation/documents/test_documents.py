"""PDF and QR: the text is there, hostile text stays text, the same input gives the same bytes."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from denghuo.foundation.documents import pdf, qr

TEMPLATE = """#import "/documents/base.typ": *
#show: sheet
#let data = json("/data.json")
#for (index, bill) in data.bills.enumerate() {
  if index > 0 { pagebreak() }
  letterhead(data.utility, "电费账单", side: qr(bill.qr))
  facts((("户名", bill.name), ("地址", bill.address)))
  table(columns: 2, [电量], quantity(bill.energy), [金额], money(bill.fen))
}
"""
HOSTILE = '#panic("x") $x^2$ *b* _i_ `c` @ref <l> \\ ]#eval("1+1") // /* #read("/etc/passwd") "; %} {{ 7 }}'
ISSUED = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)


@pytest.fixture
def templates(monkeypatch):
    sources = dict(pdf._read_sources())
    sources["tests/bill.typ"] = TEMPLATE.encode()
    monkeypatch.setattr(pdf, "_sources", lambda: MappingProxyType(sources))
    return sources


def bill(**changes):
    return {
        "name": "王秀英", "address": "梧桐巷 12-301", "energy": "1234567.50", "fen": 123456,
        "qr": qr.svg("https://example.org/pay/4501000001"),
    } | changes  # fmt: skip


def data(*bills):
    return {"utility": "灯火供电局", "bills": bills or [bill()]}


def text_of(document: bytes, tmp_path) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is not installed")
    path = tmp_path / "a.pdf"
    path.write_bytes(document)
    return subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout


def test_a_bill_can_be_read_and_searched(templates, tmp_path):
    text = text_of(pdf.render("tests/bill.typ", data(), created_at=ISSUED), tmp_path)
    for words in ("灯火供电局", "电费账单", "王秀英", "梧桐巷 12-301", "1,234,567.50", "1,234.56"):
        assert words in text


def test_hostile_text_is_printed_not_run(templates, tmp_path):
    document = pdf.render("tests/bill.typ", data(bill(name=HOSTILE, address=HOSTILE)))
    text = "".join(text_of(document, tmp_path).split())
    for words in ('#panic("x")', "$x^2$", "*b*", '#eval("1+1")', '#read("/etc/passwd")'):
        assert words in text


def test_the_same_input_gives_the_same_bytes(templates):
    one, two = (pdf.render("tests/bill.typ", data(), created_at=ISSUED) for _ in range(2))
    assert one == two
    assert pdf.render("tests/bill.typ", data()) == pdf.render("tests/bill.typ", data())
    assert one != pdf.render("tests/bill.typ", data(bill(fen=-123456)), created_at=ISSUED)


def test_the_font_is_embedded_as_a_subset(templates):
    document = pdf.render("tests/bill.typ", data())
    assert b"NotoSansCJK" in document
    assert len(document) < 60_000


def test_many_bills_are_one_document(templates, tmp_path):
    document = pdf.render("tests/bill.typ", data(*(bill(name=f"用户{n}") for n in range(60))))
    pages = text_of(document, tmp_path).split("\f")
    assert len([page for page in pages if page.strip()]) == 60
    assert "用户59" in pages[59].replace(" ", "")


def test_amounts_are_exact_and_negative_ones_are_seen(templates, tmp_path):
    for fen, shown in (
        (0, "0.00"),
        (5, "0.05"),
        (-5, "−0.05"),
        (-123456789012, "−1,234,567,890.12"),
        (100000, "1,000.00"),
    ):
        assert shown in text_of(pdf.render("tests/bill.typ", data(bill(fen=fen))), tmp_path)


def test_what_cannot_be_set_says_why(templates):
    with pytest.raises(pdf.DocumentFailed, match="no template"):
        pdf.render("tests/nothing.typ", {})
    with pytest.raises(pdf.DocumentFailed, match=r"tests/bill.typ"):
        pdf.render("tests/bill.typ", {"bills": [{}], "utility": ""})


def test_a_template_reaches_nothing_but_templates(templates):
    templates["tests/spy.typ"] = b'#read("/etc/passwd")'
    with pytest.raises(pdf.DocumentFailed):
        pdf.render("tests/spy.typ", {})
    templates["tests/spy.typ"] = b'#import "@preview/cetz:0.3.0"'
    with pytest.raises(pdf.DocumentFailed):
        pdf.render("tests/spy.typ", {})


def test_a_qr_code_is_one_svg_element_whatever_it_says():
    for text in ("https://example.org/pay/1?x=1&y=2", '<script>alert("1")</script>', "灯火" * 40):
        svg = qr.svg(text)
        assert svg.startswith("<svg")
        assert svg.endswith("</svg>")
        assert "script" not in svg
