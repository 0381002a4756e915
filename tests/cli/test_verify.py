"""``verify``: what it says when the books balance, and when they do not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.cli.verify import read_size
from cnnanalyze.crosscheck.result import Balance, Discrepancy

SPEC = """\
cnn: 1
name: tiny
input: 7x11x3
layers:
  - {conv: {filters: 5, kernel: 3}, as: only}
expect:
  - {source: somebody, total: {parameters: 140}}
"""
Write = Callable[..., Path]


def test_balanced_books_take_one_line(run: Any, write_spec: Write) -> None:
    outcome = run("verify", write_spec(SPEC))
    assert (outcome.code, outcome.err) == (0, "")
    assert re.fullmatch(
        r"✓ tiny: 1 layer, \d+ entries \(shape 1, parameters 3, .*\), all balanced; "
        r"1 claim holds\n",
        outcome.out,
    )


def test_a_claim_that_fails_is_printed_with_both_figures(run: Any, write_spec: Write) -> None:
    path = write_spec(SPEC.replace("140", "149"))
    outcome = run("verify", path)
    first, second = outcome.out.splitlines()
    assert outcome.code == 1
    assert first.startswith("✗ tiny: ")
    assert first.endswith("; 1 claim failed")
    assert second == (
        f"    {path}:7:44: parameters: printed 149, computed 140, which does not agree (somebody)"
    )


def test_several_networks_are_concluded(run: Any, write_spec: Write) -> None:
    write_spec(SPEC, "a.yaml")
    write_spec("cnn: 1\n", "b.yaml")
    outcome = run("verify", write_spec(SPEC, "c.yaml").parent)
    assert outcome.code == 2
    assert outcome.out.count("✓ tiny") == 2
    assert outcome.out.splitlines()[-1].startswith("2 networks, 2 layers, ")
    assert outcome.out.endswith("2 claims: all balanced; 1 not verified\n")
    assert "a spec needs 'input' (or 'inputs')" in outcome.err


@pytest.mark.parametrize("ending", ["html", "md", "tex", "csv"])
def test_the_result_is_a_document(run: Any, write_spec: Write, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"verified.{ending}"
    outcome = run("verify", write_spec(SPEC.replace("140", "149")), "-o", target)
    assert (outcome.code, outcome.out, outcome.err) == (1, "", "")
    text = target.read_text("utf-8")
    assert "tiny" in text
    assert "figures not as marked" in text


def test_too_large_a_run_is_refused_with_its_size(run: Any, write_spec: Write) -> None:
    outcome = run("verify", write_spec(SPEC), "--memory", "1MiB")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: running tiny would need about 0.1 GiB")
    assert "--memory" in outcome.err


def test_too_long_a_run_is_refused_with_what_it_takes_and_the_rest_goes_on(
    run: Any, write_spec: Write
) -> None:
    text = SPEC.replace("name: tiny", "name: large").replace("7x11x3", "67x71x3")
    large = write_spec(text, "large.yaml")
    outcome = run("verify", large, write_spec(SPEC), "--operations", "1M")
    assert outcome.code == 2
    assert outcome.out.startswith("✓ tiny: 1 layer, ")
    assert outcome.out.endswith(": all balanced; 1 not verified\n")
    assert outcome.err == (
        "error: running large would take about 2M operations, 1M of them in 'only'; allowed are "
        "1M\n"
        "  help: allow it with '--operations 2M', or verify the network with a smaller input\n"
    )
    assert run("verify", large, "--operations", "2M").code == 0


def test_what_is_left_out_for_lack_of_operations_stands_below(run: Any, write_spec: Write) -> None:
    large = write_spec(SPEC.replace("7x11x3", "67x71x3"))
    outcome = run("verify", large, "--operations", "50M")
    assert outcome.code == 0
    assert outcome.out.splitlines()[1] == (
        "    not checked: receptive fields by at most 8 lines of the input along each axis, not "
        "by all; '--operations 197M' allows all"
    )


def test_json_holds_everything(run: Any, write_spec: Write) -> None:
    outcome = run("verify", write_spec(SPEC), "--format", "json")
    data = json.loads(outcome.out)
    assert data["schema"] == 1
    assert data["balanced"] is True
    network = data["networks"][0]
    assert network["entries"] == sum(network["compared"].values())
    assert network["claims"][0]["computed"] == "140"


UNEQUAL = Balance(
    "net",
    3,
    (("shape", 3), ("parameters", 5)),
    (Discrepancy("conv1", "parameters", "bias", "7", "5"),),
    remarks=("conv9: nobody knows",),
)


@pytest.mark.parametrize(
    ("text", "count"),
    [("4GiB", 2**32), ("500 MB", 5 * 10**8), ("17", 17), ("1.5kib", 1536), ("3 tb", 3 * 10**12)],
)
def test_sizes(text: str, count: int) -> None:
    assert read_size(text) == count


def test_unbalanced_books_exit_with_one(
    run: Any, write_spec: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnanalyze.api.analysis.verify", lambda *_, **__: UNEQUAL)
    assert run("verify", write_spec(SPEC)).code == 1


def test_a_bar_on_stderr_leaves_stdout_alone(
    run: Any, write_spec: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = run("verify", write_spec(SPEC))
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes stderr for a terminal then
    watched = run("verify", write_spec(SPEC))
    assert quiet.err == ""
    assert "100%" in watched.err
    assert watched.out == quiet.out
