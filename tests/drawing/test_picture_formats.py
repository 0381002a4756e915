"""Formats of drawings: the names of files, and what each can show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.drawing.picture_formats import FORMATS, format_of
from cnnanalyze.errors import UsageError


def test_no_ending_means_two_formats() -> None:
    endings = [ending for one in FORMATS.values() for ending in one.endings]
    assert len(endings) == len(set(endings))
    assert all(format_of(Path(f"net{e}")) == n for n, one in FORMATS.items() for e in one.endings)


@pytest.mark.parametrize(
    ("ending", "begin"),
    [
        (".svg", b"<svg "),
        (".png", b"\x89PNG"),
        (".pdf", b"%PDF-"),
        (".tex", b"% LeNet-5\n\\documentclass"),
        (".dot", b'digraph "LeNet-5" {'),
        (".mmd", b"flowchart TD"),
    ],
)
def test_a_file_holds_what_its_name_says(tmp_path: Path, ending: str, begin: bytes) -> None:
    if FORMATS[format_of(Path(ending.replace(".", "a.")))].needs_converter:
        pytest.importorskip("cairosvg", reason="cairosvg is not installed")
    file = tmp_path / f"net{ending}"
    cnn.draw("zoo:lenet5").write(file)
    assert file.read_bytes().startswith(begin)


def test_a_pdf_is_as_large_as_the_drawing() -> None:
    pytest.importorskip("cairosvg", reason="cairosvg is not installed")
    drawing = cnn.draw("zoo:lenet5")
    made = drawing.to("pdf")
    assert isinstance(made, bytes)
    (box,) = re.findall(rb"/MediaBox \[([^\]]*)\]", made)
    sides = [float(number) for number in box.split()[2:]]
    assert sides == pytest.approx([0.75 * side for side in drawing.size], abs=1)  # points of pixels


def test_graphs_run_to_the_right_too() -> None:
    drawing = cnn.draw("zoo:lenet5", direction="right")
    assert str(drawing.to("mermaid")).startswith("flowchart LR\n")
    assert "  rankdir=LR;\n" in str(drawing.to("dot"))


@pytest.mark.parametrize(
    ("option", "value"), [("colour", "macs"), ("expand", "all"), ("theme", "dark")]
)
def test_a_graph_that_another_program_draws_takes_no_looks(option: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        cnn.draw("zoo:lenet5", **{option: value}).to("dot")  # type: ignore[arg-type]  # one of three
    assert str(caught.value) == (
        f"error: '{option}' shapes pictures, and dot is a graph that another program draws\n"
        f"  help: leave out '{option}', or write an .svg, .pdf or .tex"
    )


def test_an_unknown_format_is_met_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        cnn.draw("zoo:lenet5").to("tikx")
    assert str(caught.value) == (
        "error: a drawing has no format 'tikx'; did you mean 'tikz'?\n"
        "  help: the formats are svg, png, pdf, tikz, dot, mermaid"
    )
