"""``denghuo quote``: prices, explains, and refuses bad input with the place and a readable reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from denghuo.project import quote as quoting
from denghuo.project.cli import app

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples" / "quote").glob("*.json"))
HOME = json.loads((ROOT / "examples" / "quote" / "household-guangdong-july.json").read_text("utf-8"))
RUNNER = CliRunner()


def run(*arguments: str, stdin: bytes | None = None):
    return RUNNER.invoke(app, ["quote", *arguments], input=stdin)


def written(folder: Path, content: bytes | dict) -> str:
    path = folder / "case.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return str(path)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_example_is_priced_in_both_languages(path, lang):
    result = run(str(path), "--lang", lang)
    assert result.exit_code == 0, result.output
    assert ("合计" if lang == "zh" else "Total") in result.output


def test_the_guangdong_household_of_the_regulation_costs_370_40():
    result = run(str(EXAMPLES[0]), "--json")
    assert json.loads(result.output)["total_yuan"] == "370.40"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_json_trace_leads_from_every_line_to_its_source(path):
    trace = json.loads(run(str(path), "--json").output)
    cents = sum(round(float(line["amount_yuan"]) * 100) for line in trace["lines"])
    assert cents == round(float(trace["total_yuan"]) * 100)
    for line in trace["lines"]:
        assert line["names"]["zh"]
        assert line["names"]["en"]
        by_rule = line["unit"] in ("fen", "amount") or "contract" in path.stem or "inline" in path.stem
        assert line["basis"] or by_rule, line
        if line["point_id"] is not None:
            assert any(
                point["point_id"] == line["point_id"] and point["segments"] for point in trace["points"]
            )


def test_the_published_schema_is_current():
    published = json.loads((ROOT / "docs" / "reference" / "quote.schema.json").read_text("utf-8"))
    assert published == quoting.schema(), "denghuo quote --schema > docs/reference/quote.schema.json"


def test_a_case_that_cannot_be_priced_exits_with_1_and_the_reason(tmp_path):
    case = json.loads(json.dumps(HOME))
    case["points"][0]["advances"][0]["closing"]["total"] = "1"
    result = run(written(tmp_path, case), "--lang", "en")
    assert result.exit_code == 1
    assert "points[0].advances[0].closing_total: register total went from 12345" in result.output
    chinese = run(written(tmp_path, case))
    assert "倒走" in chinese.output
    trace = json.loads(run(written(tmp_path, case), "--json").output)
    assert trace["exceptions"][0]["code"] == "reading_backwards"
    assert trace["total_yuan"] is None


DEEP = b'{"a":' * 100_000


@pytest.mark.parametrize(
    "content, says",
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\xff\xfe{\x00}\x00", "UTF-16"),
        ('{"book": "电"}'.encode("gb18030"), "not UTF-8"),
        (b"\x00\x01\x02", "not JSON at line 1"),
        (b"book=cn-gd", "not JSON at line 1, column 1"),
        (b'{"book": NaN}', "NaN is not a number"),
        (b'{"book": -Infinity}', "-Infinity is not a number"),
        (b'{"book": "a", "book": "b"}', "'book' is given twice"),
        (DEEP, "nested more than 40 levels"),
        (b"[" * 500_000, "nested more than 40 levels"),
        (b"[]", "expected an object with the case, found list"),
        (b'{"book": ' + b"9" * 5_000 + b"}", "not JSON"),
        (b'{"x": "' + b"y" * 6_000_000 + b'"}', "at most 5000000 are read"),
        (b'{"period_start": "2026-07-01"}', "book: expected the code"),
        (b'{"book": "atlantis"}', "book: there is no price book 'atlantis'"),
        (b'{"book": "../../../etc/passwd"}', "book: there is no price book"),
        (b'{"book": {"code": "mine"}}', "book.name: Field required"),
    ],
)
def test_malformed_files_exit_with_2_and_a_readable_message(tmp_path, content, says):
    result = run(written(tmp_path, content), "--lang", "en")
    assert result.exit_code == 2, result.output
    assert says in result.output + result.stderr
    assert len(result.output) < 3000
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "change, place",
    [
        ({"period_end": "2026-06-01"}, "period_end must be after"),
        ({"period_start": "yesterday"}, "period_start"),
        ({"cycle": "2026-13"}, "cycle"),
        ({"terms": []}, "terms"),
        ({"points": [{"id": 1}, {"id": 1}]}, "points: a point's id is given once"),
        ({"points": [{"id": 1, "advances": [{"opening": {"total": "-1"}, "closing": {"total": "2"}}]}]}, "points[0].advances[0].opening.total"),
        ({"points": [{"id": 1, "advances": [{"opening": {"totl": "1"}, "closing": {}}]}]}, "points[0].advances[0].opening.totl"),
        ({"points": [{"id": 1, "advances": [{"opening": {"total": "1e9999"}, "closing": {}}]}]}, "points[0].advances[0].opening.total"),
        ({"points": [{"id": 1, "advances": [{"opening": {"total": True}, "closing": {}}]}]}, "points[0].advances[0].opening.total"),
        ({"prior_kwh": "1.234"}, "prior_kwh"),
        ({"colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_wrong_values_exit_with_2_and_their_path(tmp_path, change, place):
    result = run(written(tmp_path, {**HOME, **change}), "--lang", "en")
    assert result.exit_code == 2, result.output
    assert place in result.output + result.stderr


def test_problems_come_as_json_when_asked(tmp_path):
    result = run(written(tmp_path, {**HOME, "terms": []}), "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["problems"][0]["path"] == "terms"


def test_files_that_are_not_there_and_folders_are_refused(tmp_path):
    for source in (str(tmp_path / "nothing.json"), str(tmp_path)):
        result = run(source, "--lang", "en")
        assert result.exit_code == 2
        assert "cannot be read" in result.output + result.stderr
    assert run().exit_code == 2


def test_a_byte_order_mark_and_json_numbers_are_no_obstacle(tmp_path):
    case = json.loads(json.dumps(HOME).replace('"12345"', "12345").replace('"12945"', "12945.00"))
    path = written(tmp_path, b"\xef\xbb\xbf" + json.dumps(case).encode())
    assert json.loads(run(path, "--json").output)["total_yuan"] == "370.40"


def test_standard_input_is_read():
    result = run("-", "--json", stdin=json.dumps(HOME).encode())
    assert json.loads(result.output)["total_yuan"] == "370.40"


def test_a_book_file_stands_in_for_the_shipped_books(tmp_path):
    golden = ROOT / "tests" / "golden" / "pricing"
    case, book = golden / "chongqing_2026_08.case.json", golden / "chongqing_2026_08.book.json"
    assert json.loads(run(str(case), "--json", "--book", str(book)).output)["total_yuan"] == "393459.72"
    mismatch = run(written(tmp_path, HOME), "--book", str(book), "--lang", "en")
    assert mismatch.exit_code == 2
    assert "the case names 'cn-gd'" in mismatch.output + mismatch.stderr
    broken = tmp_path / "book.json"
    broken.write_text("[]")
    assert run(str(case), "--book", str(broken)).exit_code == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["2026-07-01", "1", "total"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*HOME, "id", "advances"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(document=JSON, key=st.sampled_from(sorted(HOME)))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_document_makes_it_fall_over(document, key):
    for content in (document, {**HOME, key: document}):
        result = run("-", stdin=json.dumps(content).encode())
        assert result.exit_code in (0, 1, 2), result.output
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
