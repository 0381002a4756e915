"""A kind that a convention does not know makes its count partial, wherever it is printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.cli import run
from cnnanalyze.core.cost import Cost
from cnnanalyze.core.shape import Shape
from cnnanalyze.crosscheck.budget import check_budgets, sentence
from cnnanalyze.crosscheck.claims import check_claims
from cnnanalyze.layers.base import KINDS, Layer
from cnnanalyze.report.conventions import conventions, readings
from cnnanalyze.report.options import Options
from cnnanalyze.report.totals_text import closing
from cnnanalyze.report.view import view
from cnnanalyze.report.writers import render

SPEC = """\
cnn: 1
name: foreign
input: 9x7x2
layers: [{conv: {filters: 5, kernel: 3}}, acme.twice, relu]
budgets: {operations: {at_most: 10k, convention: fvcore}}
expect: [{source: nobody, convention: fvcore, total: {operations: 3150}}]
"""
MACS = 7 * 5 * 5 * 3 * 3 * 2


@pytest.fixture(autouse=True)
def _plug_in() -> Iterator[None]:
    with KINDS.scoped():

        @cnn.layer("acme.twice")
        class Twice(Layer):
            """Twice the input."""

            def shape(self, *inputs: Shape) -> Shape:
                return inputs[0]

            def cost(self, output: Shape, *inputs: Shape) -> Cost:  # noqa: ARG002
                return Cost(multiply=output.count)

        yield


@pytest.fixture
def report() -> cnn.Report:
    return cnn.analyze(cnn.loads(SPEC))


def test_the_count_says_what_is_missing(report: cnn.Report) -> None:
    assert report.total.operations("fvcore") == MACS
    assert report.total.uncounted("fvcore") == ("acme.twice",)
    assert report["acme.twice1"].operations("fvcore") is None
    for ours in ("mac", "flop"):  # what is ours counts the operations of every kind
        assert report.total.uncounted(ours) == ()


def test_the_table_and_the_closing_lines_say_so(report: cnn.Report) -> None:
    text = report.render(convention="fvcore", width=120)
    row = next(line for line in text.splitlines() if line.startswith("acme.twice1"))
    assert "?" in row.split()
    assert f"≥ {MACS:,}" in text
    lines = dict(closing(view(report.analysis, Options(convention="fvcore"))))
    assert lines["fvcore"].startswith(f"at least {MACS:,}")
    assert lines["status"] == (
        "partial: the convention fvcore does not say what 'acme.twice' counts"
    )
    assert dict(closing(view(report.analysis)))["status"] == "complete, every layer is counted"


def test_json_says_so(report: cnn.Report) -> None:
    data = json.loads(report.render("json", convention="fvcore"))
    assert data["status"] == "partial"
    assert data["notes"] == ["the convention fvcore does not say what 'acme.twice' counts"]
    assert data["totals"]["uncounted"] == ["acme.twice"]
    assert data["layers"][1]["operations"] is None
    assert "uncounted" not in report.to_dict()["totals"]


def test_the_list_of_conventions_says_so(report: cnn.Report) -> None:
    found = {r.convention.name: r for r in readings(report.analysis) if r.quantity == "operations"}
    assert found["fvcore"].uncounted == ("acme.twice",)
    assert found["mac"].uncounted == ()
    document = conventions([report.analysis])
    text = render(document, width=200)
    line = next(x for x in text.splitlines() if x.startswith("fvcore"))
    assert f"≥ {MACS:,}" in line
    assert line.endswith("not counted: acme.twice")
    data: Any = json.loads(render(document, "json"))
    (row,) = [c for c in data["conventions"] if c["convention"] == "fvcore"]
    assert row["uncounted"] == ["acme.twice"]


def test_the_page_says_so(report: cnn.Report) -> None:
    page = report.to_html(convention="fvcore")
    assert "not counted: acme.twice" in page
    assert f"at least {MACS:,}" in page
    assert "partial: 1 note" in page


def test_networks_side_by_side_and_compared_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["one.yaml", "two.yaml"]
    for name, text in zip(names, (SPEC, SPEC.replace("acme.twice, ", "")), strict=True):
        Path(name).write_text(text, "utf-8")
    assert run(["summary", *names, "--convention", "fvcore"]) == 0
    out = capsys.readouterr().out
    assert f"≥ {MACS:,}" in out
    said = f"foreign, {names[0]} has at least this under fvcore, which does not count acme.twice"
    assert said in " ".join(out.split())
    assert run(["compare", *names, "--convention", "fvcore"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "has at least this under fvcore, which does not count acme.twice" in said


def test_a_budget_that_cannot_be_checked_is_not_kept(report: cnn.Report) -> None:
    (check,) = check_budgets(report.analysis, report.spec.budgets)
    assert check.verdict == "unknown"
    assert sentence(check) == (
        "the operations (fvcore) is unknown: at least 3,150; the budget is 10k"
    )


def test_a_figure_does_not_hold_by_chance_of_what_is_left_out(report: cnn.Report) -> None:
    (check,) = check_claims(report.analysis)
    assert (check.outcome, check.computed) == ("fails", "at least 3,150, without acme.twice")
