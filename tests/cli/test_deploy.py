"""``cnnanalyze deploy``: what it prints, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

SPEC = "{cnn: 1, input: 11x7x3, layers: [{conv: {filters: 5, kernel: 3, bias: false}}, bn, relu]}"


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(SPEC)
    return "net.yaml"


def test_text_says_what_is_needed(run: Any, net: str) -> None:
    out = run("deploy", net, columns=100).out
    assert "net on tflm-reference, int8" in out
    assert "flash        171 B: 135 weights, 20 biases, 16 shapes\n" in out
    assert "arena        480 B, planned by tflm-greedy\n" in out
    assert "3 layers run as 1 operation; 1 batch normalisation folded." in out
    assert "While conv1 runs, 480 B live: input 231 B, relu1 225 B." in out


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--sram", "480"), 0, "sram: 480 B needed, 0 B of the 480 B (480 B) left"),
        (("--sram", "479 B"), 1, "sram: 480 B needed, 1 B more than the 479 B (479 B) there are"),
        (("--flash", "1kB"), 0, "flash: 171 B needed, 829 B of the 1,000 B (1,000 B) left"),
        (("--flash", "170"), 1, "flash: 171 B needed, 1 B more than the 170 B (170 B) there are"),
        (("--target", "cortex-m7"), 0, "sram: 480 B needed, 327,200 B of the 327,680 B (320 KiB)"),
    ],
)
def test_exit_code_says_whether_it_fits(
    run: Any, net: str, options: tuple[str, ...], code: int, said: str
) -> None:
    found = run("deploy", net, *options, columns=200)
    assert (found.code, said in found.out) == (code, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--sram", "256KB"),
            "error: 'sram' may mean 256,000 or 262,144 bytes: write '256 kB' or '256 KiB'\n",
        ),
        (
            ("--target", "tflm"),
            "error: there is no target 'tflm'",
        ),
        (
            ("--dtype", "int4"),
            "error: unknown number format 'int4'; known: int8, int16x8, float16, float32, mixed",
        ),
        (("--planner", "best"), "error: there is no planner 'best'"),
        (("--target", "none.toml"), "none.toml"),
    ],
)
def test_what_is_wrong_is_refused(
    run: Any, net: str, options: tuple[str, ...], message: str
) -> None:
    found = run("deploy", net, *options)
    assert found.code == 2
    assert message in found.err
    assert found.out == ""


def test_json_and_csv_are_exact(run: Any, net: str) -> None:
    data = json.loads(run("deploy", net, "--format", "json").out)
    assert data["totals"]["flash"] == 171
    assert data["folded"] == {"batchnorm1": "conv1"}
    assert [t["offset"] for t in data["tensors"]] == [240, 0]
    (row,) = csv.DictReader(io.StringIO(run("deploy", net, "--format", "csv").out))
    assert (row["operation"], row["weights"], row["live"]) == ("conv1", "135", "480")


def test_verify_says_that_nothing_differs(run: Any, net: str) -> None:
    found = run("deploy", net, "--verify")
    assert found.code == 0
    assert found.err == (
        "✓ net: 3 layers, 6 entries (folding 1, planned outputs 1, buffer 1, bytes touched 3), "
        "all balanced\n"
    )
