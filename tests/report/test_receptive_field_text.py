"""Receptive fields as they are printed: both what a unit looks through and what it sees besides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.field_text import brief
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.crosscheck.budget import check_budgets, sentence
from cnnanalyze.drawing.svg import draw
from cnnanalyze.language.spec import spec_of
from cnnanalyze.report.networks import side_by_side
from cnnanalyze.report.table import sort_key
from cnnanalyze.report.totals_text import closing
from cnnanalyze.report.view import view

NORMED = """\
cnn: 1
name: normed
input: 61x67x3
layers: [{conv: {filters: 8, kernel: 3, padding: 1}}, {groupnorm: 2}, relu]
budgets: {receptive_field: {at_least: 5}}
"""
PLAIN = NORMED.replace("{groupnorm: 2}", "bn")


@pytest.fixture
def normed() -> Analysis:
    return cnn.analyze(cnn.loads(NORMED)).analysis


@pytest.fixture
def plain() -> Analysis:
    return cnn.analyze(cnn.loads(PLAIN)).analysis


def closed(analysis: Analysis) -> dict[str, str]:
    return dict(closing(view(analysis)))


def test_the_table_tells_both_the_window_and_that_everything_is_seen(normed: Analysis) -> None:
    lines = cnn.Report(normed).render(width=100, all=True).splitlines()
    fields = {line.split()[0]: line.split()[-1] for line in lines[4:7]}
    assert fields == {"conv1": "3", "groupnorm1": "3+all", "relu1": "3+all"}
    assert any(line.startswith("+all") for line in lines)


def test_the_closing_line_does_not_say_that_the_input_is_not_seen(normed: Analysis) -> None:
    assert closed(normed)["field"] == (
        "3x3+all at relu1; the input is 61x67: does not cover it by itself, but all of it is seen "
        "through groupnorm1"
    )
    assert closed(normed)["+all"] == (
        "each unit sees the whole map, too: through a normalisation, a gate, attention, or offsets "
        "that lead anywhere"
    )


def test_a_field_that_covers_the_input_and_a_gate() -> None:
    gate = "{multiply: [[], [gap, sigmoid]]}"
    conv = "{conv: {filters: 3, kernel: 7, padding: 3}}"
    text = f"{{cnn: 1, input: 7x5x3, layers: [{conv}, {gate}]}}"
    assert closed(cnn.analyze(cnn.loads(text)).analysis)["field"] == (
        "7x7+all at multiply1; the input is 7x5: covers it; all of it is seen through "
        "multiply1/2/global_avgpool1, too"
    )


def test_batch_normalisation_is_no_such_statistic(plain: Analysis) -> None:
    assert closed(plain)["field"] == "3x3 at relu1; the input is 61x67: does not cover it"
    assert "+all" not in cnn.Report(plain).render()


@pytest.mark.parametrize("kind", ["csv", "markdown", "latex"])
def test_every_format_tells_both(normed: Analysis, kind: str) -> None:
    assert "3+all" in cnn.Report(normed).render(kind)


def test_json_tells_both(normed: Analysis) -> None:
    layers = json.loads(cnn.Report(normed).render("json"))["layers"]
    assert [x["receptive_field"].get("sees_all", False) for x in layers] == [False, True, True]


def test_networks_side_by_side_tell_both(normed: Analysis, plain: Analysis) -> None:
    table = side_by_side([normed, plain])
    at = [h.key for h in table.headings].index("field")
    assert [row[at].text for row in table.rows] == ["3+all", "3"]
    assert table.note.startswith("+all: each unit sees the whole map, too")
    assert side_by_side([plain, plain]).note == ""


def test_a_comparison_tells_both(
    capsys: pytest.CaptureFixture[str], tmp_path: pytest.TempPathFactory
) -> None:
    from cnnanalyze.cli import run

    files = []
    for name, text in (("plain", PLAIN), ("normed", NORMED)):
        files.append(tmp_path / f"{name}.yaml")  # type: ignore[operator]
        files[-1].write_text(text, encoding="utf-8")
    assert run(["compare", *map(str, files)]) == 0
    out = capsys.readouterr().out
    assert "3+all" in out
    assert "+all: each unit sees the whole map, too" in out
    assert run(["compare", *map(str, files), "--format", "markdown"]) == 0
    assert "3+all" in capsys.readouterr().out


def test_a_budget_for_the_field_tells_both(normed: Analysis) -> None:
    (check,) = check_budgets(normed, spec_of(normed.network).budgets)
    assert sentence(check) == (
        "the receptive field is 3 (and the whole input through groupnorm1), 2 under the minimum "
        "of 5"
    )


def test_a_drawing_coloured_by_field_tells_both(normed: Analysis, plain: Analysis) -> None:
    assert ">3+all<" in (drawing := draw(normed, colour="field"))
    assert "+all: the whole map, too" in drawing
    assert "+all" not in draw(plain, colour="field")


def test_the_page_tells_both(normed: Analysis) -> None:
    page = cnn.Report(normed).to_html()
    assert "<td>3+all<td>" in page
    assert "all of it is seen through groupnorm1" in page
    assert "From groupnorm1 on a unit sees all of the image besides." in page


def test_lint_tells_both() -> None:
    found = cnn.lint(cnn.loads(NORMED), select=["RF005"]).findings
    assert [f.help for f in found] == [
        (
            "choose an image size in this range; apart from their fields, all units "
            "depend on the whole map through groupnorm1"
        )
    ]
    assert [f.help for f in cnn.lint(cnn.loads(PLAIN), select=["RF005"]).findings] == [
        "choose an image size in this range"
    ]


def test_along_one_axis_alone_brackets_say_which() -> None:
    layers = "{conv: {filters: 3, kernel: [3, 5], padding: [1, 2]}}"
    gate = "{multiply: [[], [{avgpool: {kernel: [1, 13]}}, sigmoid]]}"
    text = f"{{cnn: 1, input: 11x13x3, layers: [{layers}, {gate}]}}"
    assert brief(cnn.analyze(cnn.loads(text))["multiply1"].fields or ()) == "3x(5+all)"


def test_fields_with_a_mark_are_sorted_by_their_numbers() -> None:
    assert sorted(["3+all", "all", "15", "7+all", "3x5"], key=sort_key) == [
        "15",
        "7+all",
        "3+all",
        "3x5",
        "all",
    ]


def test_a_dropped_window_does_not_hang_over() -> None:
    text = "{cnn: 1, input: 5x5x2, layers: [{maxpool: {kernel: 3, padding: 1, ceil_mode: true}}]}"
    report = cnn.analyze(cnn.loads(text))
    assert "padding unread" in report.render("csv", columns=["name", "fit"])


def test_the_centre_is_the_middle_of_what_the_first_unit_sees() -> None:
    """Bins of adaptive pooling begin at ⌊i·n/m⌋ and end at ⌈(i+1)·n/m⌉ (PyTorch)."""
    text = "{cnn: 1, input: 10x12x4, layers: [{adaptive_avgpool: [3, 7]}]}"
    report = cnn.analyze(cnn.loads(text))
    assert report.to_dict()["layers"][0]["receptive_field"]["centre"] == ["3/2", "1/2"]
    assert "1.5x0.5" in report.render("csv", columns=("name", "centre"))


def test_networks_of_one_name_are_told_apart_by_their_files(tmp_path: Path) -> None:
    analyses = []
    for file, filters in (("ca.yaml", 5), ("cb.yaml", 7)):
        path = tmp_path / file
        path.write_text(
            "cnn: 1\nname: net\ninput: 9x9x3\n"
            f"layers: [{{conv: {{filters: {filters}, kernel: 3}}}}]\n",
            encoding="utf-8",
        )
        analyses.append(cnn.analyze(path).analysis)
    names = [row[0].text for row in side_by_side(analyses).rows]
    assert names == [f"net, {tmp_path / file}" for file in ("ca.yaml", "cb.yaml")]
    assert [row[0].text for row in side_by_side(analyses[:1]).rows] == ["net"]
