"""``summary``: one network, several networks, every format, a file to write to."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn

SPEC = """\
cnn: 1
name: tiny
input: 7x11x3
params: {n: 5}
layers: [{conv: {filters: $n, kernel: 3}}]
"""
Write = Callable[..., Path]


def test_the_table_says_the_totals(run: Any, write_spec: Write) -> None:
    outcome = run("summary", write_spec(SPEC))
    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.out == TABLE


TABLE = """\
tiny · input 7x11x3 · 1 layer

layer  kind  attributes  output  activations  parameters   MACs      %  share     field  stride
─────  ────  ──────────  ──────  ───────────  ──────────  ─────  ─────  ────────  ─────  ──────
conv1  conv  3x3          5x9x5          225         140  6,075  100.0  ████████      3       1
─────  ────  ──────────  ──────  ───────────  ──────────  ─────  ─────  ────────  ─────  ──────
total                                    225         140  6,075
no room here for weights, biases, FLOPs, padding, fit, live; a wider terminal or a file has them

parameters  140
MACs        6,075 (multiply-accumulates of convolutions and matrix products, as papers print mult-
            adds)
FLOPs       12,375 (two for each multiply-accumulate, one for every other elementary operation)
memory      weights 560 B, activations at most 1.781 KiB at conv1 (float32, batch 1)
field       3x3 at conv1; the input is 7x11: does not cover it
status      complete, every layer is counted
"""


def test_json_is_what_the_api_says(run: Any, write_spec: Write) -> None:
    path = write_spec(SPEC)
    outcome = run("summary", path, "--format", "json")
    assert json.loads(outcome.out) == cnn.analyze(path).to_dict()


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown", "latex", "html"])
def test_a_file_holds_what_stdout_would(
    run: Any, write_spec: Write, tmp_path: Path, form: str
) -> None:
    path, target = write_spec(SPEC), tmp_path / "out"
    shown = run("summary", path, "--format", form)
    written = run("summary", path, "--format", form, "-o", target)
    assert (shown.code, written.code) == (0, 0)
    assert written.out == ""
    if form == "text":  # a file has no width
        shown = run("summary", path, "--format", form, columns=1_000)
    assert target.read_bytes().decode() == shown.out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["net.yaml", "out"]


def test_settings_reach_the_spec(run: Any, write_spec: Write) -> None:
    outcome = run("summary", write_spec(SPEC), "--set", "n=13", "--format", "json")
    data = json.loads(outcome.out)
    assert data["settings"] == {"n": 13}
    assert data["layers"][0]["output"] == [5, 9, 13]


def test_several_specs_are_compared(run: Any, write_spec: Write) -> None:
    write_spec(SPEC, "a.yaml")
    folder = write_spec(SPEC.replace("tiny", "other").replace("n: 5", "n: 13"), "b.yaml").parent
    for names in ([folder], [folder / "*.yaml"], [folder / "a.yaml", folder / "b.yaml"]):
        outcome = run("summary", *names, "--format", "csv")
        assert outcome.code == 0
        rows = list(csv.DictReader(StringIO(outcome.out)))
        assert [row["name"] for row in rows] == ["tiny", "other"]
    assert run("summary", folder, columns=300).out.count("\n") == 4


def test_a_spec_that_cannot_be_read_does_not_stop_the_others(run: Any, write_spec: Write) -> None:
    write_spec("cnn: 1\n", "a.yaml")
    folder = write_spec(SPEC, "b.yaml").parent
    outcome = run("summary", folder)
    assert outcome.code == 2
    assert "tiny" in outcome.out
    assert "a.yaml:1:1: error: a spec needs 'input' (or 'inputs')" in outcome.err


def test_stdin_is_a_spec(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SPEC.encode())))
    outcome = run("summary", "-", "--format", "json")
    assert json.loads(outcome.out)["name"] == "tiny"


def test_the_zoo_is_at_hand(run: Any) -> None:
    outcome = run("summary", "zoo:vgg16", "--columns", "name,parameters", "--depth", "1")
    assert outcome.code == 0
    assert "138,357,544" in outcome.out


def test_chosen_columns_stay_whole_in_a_narrow_terminal(
    run: Any, write_spec: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    keys = "name,kind,output,activations,parameters,macs,flops"
    outcome = run("summary", write_spec(SPEC), "--columns", keys)
    total = next(line for line in outcome.out.splitlines() if line.startswith("total"))
    report = cnn.analyze(write_spec(SPEC))
    assert total.split()[1:] == [
        f"{n:,}"
        for n in (
            report.total.activations,
            report.total.parameters,
            report.total.operations("mac"),
            report.total.operations("flop"),
        )
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_reader_that_leaves_early_is_no_error(write_spec: Write) -> None:
    path = write_spec(SPEC)
    code = (
        f"{sys.executable} -m cnnanalyze summary {path} --format json 2>err "
        "| head -c 1 >/dev/null; "
        'echo "${PIPESTATUS[0]}"; cat err'
    )
    done = subprocess.run(
        ["/bin/bash", "-c", code], capture_output=True, text=True, check=True, cwd=path.parent
    )
    assert done.stdout == "0\n"
