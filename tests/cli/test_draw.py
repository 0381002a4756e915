"""``cnnanalyze draw``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.drawing.svg import draw
from tests.drawing.parsed import parse
from tests.strategies.growing import SHAPES


def test_without_a_file_the_drawing_goes_to_stdout(run: Any) -> None:
    outcome = run("draw", "zoo:lenet5")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == draw(cnn.analyze("zoo:lenet5").analysis)


def test_a_file_gets_the_drawing(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "net.svg"
    outcome = run(
        *("draw", "zoo:mobilenet_v1", "-o", file, "--colour", "macs", "--theme", "dark"),
        *("--expand", "all", "--set", "width=0.5"),
    )
    assert outcome == (0, "", "")
    drawn = parse(file.read_text("utf-8"))
    assert drawn.root.attrib["data-theme"] == "dark"
    assert sorted(drawn.layers) == sorted(
        cnn.analyze("zoo:mobilenet_v1", settings={"width": 0.5}).analysis.facts
    )
    assert list(tmp_path.iterdir()) == [file]


def test_a_png_is_made_where_the_converter_is_there(run: Any, tmp_path: Path) -> None:
    pytest.importorskip("cairosvg", reason="cairosvg is not installed: no PNG was made")
    file = tmp_path / "net.png"
    assert run("draw", "zoo:lenet5", "-o", file) == (0, "", "")
    data = file.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(data[i : i + 4]) for i in (16, 20))
    view = parse(draw(cnn.analyze("zoo:lenet5").analysis)).view
    assert (width, height) == (2 * view.width, 2 * view.height)


def test_without_the_converter_the_command_says_how_to_get_it(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    for ending in ("png", "pdf"):
        assert run("draw", "zoo:lenet5", "-o", tmp_path / f"net.{ending}") == (
            2,
            "",
            (
                f"error: a {ending.upper()} needs the package cairosvg, which is not installed\n"
                "  help: pip install 'cnnanalyze[draw]', or write an .svg or .tex\n"
            ),
        )
    assert list(tmp_path.iterdir()) == []


def test_other_formats_are_refused(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "net.gif"
    assert run("draw", "zoo:lenet5", "-o", file) == (
        2,
        "",
        (
            f"error: this command writes no .gif file: '{file}'\n"
            "  help: the name can end in .svg, .png, .pdf, .tex, .dot or .mmd\n"
        ),
    )


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (
            ["--colour", "flop"],
            (
                "error: a drawing has no colour 'flop'; did you mean 'flops'?\n"
                "  help: the colour is one of kind, parameters, trainable, non_trainable, weights, "
                "biases, statistics, stored, macs, flops, operations, alpha, activations, "
                "conv_activations, live_activations, weight_memory, live, memory, flash, arena, "
                "field\n"
            ),
        ),
        (
            ["--expand", "stage9"],
            "error: ResNet-18 has no layer or block 'stage9'; did you mean 'stage4'?\n",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(run: Any, options: list[str], error: str) -> None:
    assert run("draw", "zoo:resnet18", *options) == (2, "", error)


def test_summary_draws_below_its_table(run: Any, tmp_path: Path) -> None:
    plain = run("summary", "zoo:resnet18").out
    outcome = run("summary", "zoo:resnet18", "--graph")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(plain)
    assert "\n●   7×7 conv, 64, /2 bn relu  112×112×64\n" in outcome.out[len(plain) :]
    file = tmp_path / "net.txt"
    assert run("summary", "zoo:resnet18", "--graph", "-o", file) == (0, "", "")
    assert file.read_text("utf-8").endswith("●─╯ + relu                   H/2×W/2×C\n")


def test_several_drawings_have_names(run: Any) -> None:
    out = run("summary", "zoo:sobel", "zoo:rgb_filters", "--graph").out
    assert out.count("○ input") == 2
    assert "\nSobel" in out


def test_pages_and_markdown_have_the_drawing_too(run: Any) -> None:
    assert "<svg" in run("summary", "zoo:sobel", "--graph", "--format", "html").out
    text = run("summary", "zoo:sobel", "zoo:lenet5", "--graph", "--format", "markdown").out
    assert "### LeNet-5\n\n```text\n" in text


def test_data_have_no_drawing(run: Any) -> None:
    assert run("summary", "zoo:sobel", "--graph", "--format", "json") == (
        2,
        "",
        (
            "error: --graph draws below the table of 'summary', and json, csv and --conventions "
            "have none\n"
            "  help: 'cnnanalyze draw' writes a picture of its own\n"
        ),
    )


def test_a_png_on_which_nothing_could_be_read_is_refused(
    run: Any, tmp_path: Path, write_spec: Any
) -> None:
    pytest.importorskip("cairosvg", reason="cairosvg is not installed: no PNG was made")
    file = tmp_path / "net.png"
    spec = write_spec(SHAPES["branches"](600))
    outcome = run("draw", spec, "-o", file)
    assert outcome.code == 2
    assert "in the 16,000 pixels that a PNG may have along a side nothing on it could be read" in (
        outcome.err
    )
    assert "help: write an .svg" in outcome.err
    assert not file.exists()
    assert run("draw", spec, "-o", tmp_path / "net.svg").code == 0
