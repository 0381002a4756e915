"""The command ``cnnanalyze explain``, as it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnanalyze.cli import run as run_command
from cnnanalyze.course.explanations.network_questions import TRAINING

SPEC = "zoo:lecture_000_lenet"


def called(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = run_command(["explain", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_one_quantity(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = called(capsys, SPEC, "conv1", "macs", "--notation", "bologna")
    assert (code, err) == (0, "")
    assert "flops = H_out·W_out·C_out·K·K·C_in = 28·28·8·5·5·3 = 470,400" in out
    assert "What these notes call flops are multiply-accumulates: 470,400." in out


def test_everything_of_a_layer(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = called(capsys, SPEC, "pool1", "--format", "json")
    asked = [e["quantity"] for e in json.loads(out)["explanations"]]
    assert asked[:4] == ["output", "padding", "fit", "activations"]
    assert {"parameters", "macs", "flops", "receptive_field", "centre"} <= set(asked)


def test_everything_of_the_network_and_one_quantity_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out, _ = called(capsys, SPEC, "-f", "json")
    every = {e["quantity"]: e["value"] for e in json.loads(out)["explanations"]}
    assert (every["parameters"], every["macs"]) == (62_958, 849_320)
    _, out, _ = called(capsys, SPEC, "macs", "-f", "json")
    (one,) = json.loads(out)["explanations"]
    assert (one["layer"], one["value"]) == (None, 849_320)


def test_settings_are_heard(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = called(capsys, "zoo:mobilenet_v1", "conv13/dw", "output", "--set", "last_stride=2")
    assert "Answer: 4x4x1024" in out


@pytest.mark.parametrize(
    ("format", "start"),
    [("markdown", "# What"), ("latex", "\\documentclass"), ("html", "<!DOCTYPE"), ("json", "{")],
)
def test_formats(capsys: pytest.CaptureFixture[str], format: str, start: str) -> None:  # noqa: A002
    code, out, _ = called(capsys, SPEC, "conv1", "output", "--format", format)
    assert code == 0
    assert out.startswith(start)


def test_table_and_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = called(capsys, SPEC, "--table", "ng")
    assert code == 0
    assert "CONV1 (f=5, s=1)  (28,28,8)" in out
    target = tmp_path / "table.tex"
    assert called(capsys, SPEC, "--table", "ng", "-f", "latex", "-o", target)[:2] == (0, "")
    assert "toprule" in target.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("softmax", "output"),
            (
                "error: 'softmax' has no quantity 'output' to explain\n"
                "  help: it is one of a single layer: softmax/dense1, softmax/softmax1"
            ),
        ),
        (
            ("conv11",),
            "error: LeNet-5 of lecture 000 has no layer 'conv11'; did you mean 'conv1'?",
        ),
        (
            ("conv1", "mcas"),
            (
                "error: 'conv1' has no quantity 'mcas' to explain; did you mean 'macs'?\n"
                "  help: there are output, padding, fit, activations, parameters, weights, biases, "
                "macs, flops, receptive_field, jump, centre, weight_memory, dense, dense_ratio, "
                "separable, separable_ratio"
            ),
        ),
        (
            ("relu1", "padding"),
            (
                "error: 'relu1' has no quantity 'padding' to explain\n"
                "  help: there are output, activations, parameters, weights, biases, macs, flops, "
                "receptive_field, jump, centre, weight_memory"
            ),
        ),
        (
            ("updates",),
            (
                "error: 'LeNet-5 of lecture 000' has no quantity 'updates' to explain\n"
                "  help: it is one of a network whose spec has a 'train:' section"
            ),
        ),
        (
            ("conv1", "output", "--notation", "cs321n"),
            (
                "error: there is no notation 'cs321n'; did you mean 'cs231n'?\n"
                "  help: the notations are plain, ng, cs231n, bologna, keras, pytorch"
            ),
        ),
        (
            ("conv1", "output", "--format", "pdf"),
            (
                "error: there is no format 'pdf'\n"
                "  help: the formats are text, markdown, latex, html, json"
            ),
        ),
        (
            ("--table", "ngg"),
            (
                "error: there is no table 'ngg'; did you mean 'ng'?\n"
                "  help: the tables are ng, vnit, keras, mobilenet"
            ),
        ),
    ],
)
def test_refusals(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert called(capsys, SPEC, *arguments) == (2, "", f"{message}\n")


def test_training_quantities_are_those_that_need_a_section() -> None:
    assert set(TRAINING) == {"iterations", "updates", "training_macs", "training_numbers"}
