"""``cnnanalyze export``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn


def test_without_a_file_a_module_of_pytorch_goes_to_stdout(run: Any) -> None:
    outcome = run("export", "zoo:lenet5")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == cnn.export("zoo:lenet5", "torch").text


@pytest.mark.parametrize(
    ("file", "target"),
    [("net.py", "torch"), ("net.mmd", "mermaid"), ("net.dot", "dot"), ("net.GV", "dot")],
)
def test_the_name_of_the_file_says_the_target(
    run: Any, tmp_path: Path, file: str, target: str
) -> None:
    path = tmp_path / file
    assert run("export", "zoo:mobilenet_v1", "-o", path, "--set", "width=0.5") == (0, "", "")
    wanted = cnn.export("zoo:mobilenet_v1", target, settings={"width": 0.5})
    assert path.read_text("utf-8") == wanted.text
    assert list(tmp_path.iterdir()) == [path]


def test_the_target_is_stronger_than_the_name(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.txt"
    assert run("export", "zoo:lenet5", "--to", "dot", "-o", path) == (0, "", "")
    assert path.read_text("utf-8").startswith("digraph")


def test_a_file_of_another_kind_is_refused(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.svg"
    assert run("export", "zoo:lenet5", "-o", path) == (
        2,
        "",
        (
            f"error: this command writes no .svg file: '{path}'\n"
            "  help: the name can end in .py, .onnx, .mmd or .dot; "
            "'cnnanalyze draw' draws a picture\n"
        ),
    )


def test_an_unknown_target_is_refused_with_the_nearest(run: Any) -> None:
    assert run("export", "zoo:lenet5", "--to", "pytorch") == (
        2,
        "",
        (
            "error: unknown target 'pytorch'; did you mean 'torch'?\n"
            "  help: known: torch, keras, onnx, mermaid, dot\n"
        ),
    )


def test_a_layer_that_cannot_be_written_is_named(run: Any, tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("{cnn: 1, input: 5x7x3, layers: [{opaque: {output: 5x7x3}, as: it}]}")
    assert run("export", spec, "-o", tmp_path / "net.py") == (
        2,
        "",
        (
            "error: it: 'opaque' cannot be written for PyTorch\n"
            "  help: a block around it can be written by hand, and the rest exported without it\n"
        ),
    )
    assert list(tmp_path.iterdir()) == [spec]


def test_an_onnx_file_is_written_and_not_printed(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    assert run("export", "zoo:lenet5", "-o", path) == (0, "", "")
    assert path.read_bytes() == cnn.export("zoo:lenet5", "onnx").content
    assert run("export", "zoo:lenet5", "-o", path, "--weights") == (0, "", "")
    assert path.read_bytes() == cnn.export("zoo:lenet5", "onnx", weights=True).content
    assert run("export", "zoo:lenet5", "--to", "onnx") == (
        2,
        "",
        (
            "error: what is written for onnx is not a text\n"
            "  help: '-o FILE' writes a file, in Python 'write', and 'content' is its bytes\n"
        ),
    )
