"""Sizes of the input that a spec leaves open, on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import SpecError, UsageError
from cnnanalyze.schemas import schema_of
from tests.conftest import Run

SPEC = """\
cnn: 1
name: Any size
input: HxWx3
layers:
  - conv: {filters: 8, kernel: 3, stride: 2}
  - gap
  - dense: 10
"""
Write = Callable[[str], Path]


def test_summary_of_open_sizes_tells_closed_forms(run: Run, write_spec: Write) -> None:
    found = run("summary", str(write_spec(SPEC)))
    assert found.code == 0
    assert (
        found.out
        == """\
Any size (input HxWx3)

holds for  H ≥ 3
           W ≥ 3

layer            output                     parameters  MACs                         field
───────────────  ─────────────────────────  ──────────  ───────────────────────────  ─────
conv1            ⌊(H - 1)/2⌋x⌊(W - 1)/2⌋x8  224         216·⌊(H - 1)/2⌋·⌊(W - 1)/2⌋      3
global_avgpool1  1x1x8                                                                 all
dense1           10                         90          80                             all

Total:
  parameters        314
  MACs              216·⌊(H - 1)/2⌋·⌊(W - 1)/2⌋ + 80
  FLOPs             448·⌊(H - 1)/2⌋·⌊(W - 1)/2⌋ + 170
  activations       8·⌊(H - 1)/2⌋·⌊(W - 1)/2⌋ + 18
  live activations  3·H·W + 8·⌊(H - 1)/2⌋·⌊(W - 1)/2⌋

The rules give the same numbers at H = 3, W = 3 and H = 257, W = 385. '--set
H=256 --set W=384' give numbers.
"""
    )


def test_summary_of_open_sizes_has_every_format(run: Run, write_spec: Write) -> None:
    path = str(write_spec(SPEC))
    found = run("summary", path, "--format", "json")
    data = json.loads(found.out)
    jsonschema.validate(data, schema_of("closed_forms"))
    macs = data["total"]["macs"]
    assert eval(macs, {}, {"H": 9, "W": 7}) == cnn.analyze(  # noqa: S307 - an expression of ours
        cnn.load(path, settings={"H": 9, "W": 7})
    ).total.operations("mac")
    for format, word in (("markdown", "| conv1 "), ("latex", r"\begin{tabular}")):  # noqa: A001
        assert word in run("summary", path, "--format", format).out


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("conv1", "macs"), "MACs       216·⌊(H - 1)/2⌋·⌊(W - 1)/2⌋"),
        (("conv1", "output"), "output     ⌊(H - 1)/2⌋x⌊(W - 1)/2⌋x8"),
        (("activations",), "activations  8·⌊(H - 1)/2⌋·⌊(W - 1)/2⌋ + 18"),
        (("dense1",), "parameters                90"),
    ],
)
def test_explain_of_open_sizes_tells_closed_forms(
    run: Run, write_spec: Write, words: tuple[str, ...], text: str
) -> None:
    found = run("explain", str(write_spec(SPEC)), *words)
    assert found.code == 0
    assert text in found.out


def test_explain_refuses_a_quantity_without_a_closed_form(run: Run, write_spec: Write) -> None:
    found = run("explain", str(write_spec(SPEC)), "conv1", "padding")
    assert found.code == 2
    assert found.err.startswith(
        "error: 'padding' has no closed form here\n  help: output, parameters, "
    )
    assert "'--set H=256 --set W=384' give numbers" in found.err


@pytest.mark.parametrize(
    ("layer", "quantity", "line"),
    [
        ("conv1", "field", "receptive field  3"),
        ("conv1", "stride", "effective stride  2"),
        ("dense1", "field", "receptive field  all"),
        ("", "live_activations", "live activations  3·H·W + 8·⌊(H - 1)/2⌋·⌊(W - 1)/2⌋"),
    ],
)
def test_what_layers_see_and_the_peak_have_closed_forms(
    run: Run, write_spec: Write, layer: str, quantity: str, line: str
) -> None:
    found = run("explain", str(write_spec(SPEC)), layer, quantity)
    assert (found.code, found.out.splitlines()[2]) == (0, line)


TWO = """\
cnn: 1
name: Two
inputs: {left: HxWx3, right: HxWx1}
layers:
- {conv: {filters: 5, kernel: 3, padding: same}, from: left}
- {conv: {filters: 5, kernel: 7, padding: same}, from: right}
- {add: [conv1, conv2]}
- adaptive_avgpool: 3
- flatten
- dense: 7
"""


def test_sizes_of_several_inputs_may_be_open(run: Run, write_spec: Write) -> None:
    found = run("summary", str(write_spec(TWO)), "--format", "json")
    data = json.loads(found.out)
    jsonschema.validate(data, schema_of("closed_forms"))
    assert data["input"] == "HxWx3 and HxWx1"
    seen = {layer["id"]: layer["receptive_field"] for layer in data["layers"]}
    assert seen == {
        "conv1": "3",
        "conv2": "7",
        "add1": "3 of left, 7 of right",
        "adaptive_avgpool1": None,  # its windows grow with the map
        "flatten1": "all of each",
        "dense1": "all of each",
    }
    # Of a small image the pool makes a larger map than it reads.
    assert data["peak_activations"] == ["15*H*W", "5*H*W + 45", "90"]


@pytest.mark.parametrize(
    "command", [("verify",), ("report", "-o", "x.html"), ("draw", "-o", "x.svg"), ("budget",)]
)
def test_what_needs_sizes_says_how_to_give_them(
    run: Run, write_spec: Write, command: tuple[str, ...]
) -> None:
    path = write_spec(SPEC)
    found = run(command[0], str(path), *command[1:])
    assert found.code == 2
    assert (
        found.err
        == f"""\
{path}:3:8: error: the input leaves H and W open, and what is asked needs their sizes
  |
3 | input: HxWx3
  |        ^^^^^
  help: give them with '--set H=256 --set W=384'; 'cnnanalyze summary' answers for all sizes
"""
    )


def test_sizes_that_are_set_give_numbers(run: Run, write_spec: Write) -> None:
    found = run("verify", str(write_spec(SPEC)), "--set", "H=13", "--set", "W=11")
    assert found.code == 0
    assert "balanced" in found.out


def test_a_question_mark_is_the_letter_of_its_axis(run: Run, write_spec: Write) -> None:
    path = str(write_spec(SPEC.replace("HxWx3", "?x?x3")))
    assert "Any size (input HxWx3)" in run("summary", path).out
    one = str(write_spec(SPEC.replace("HxWx3", "?x24x3")))
    assert "⌊(H - 1)/2⌋x11x8" in run("summary", one).out


@pytest.mark.parametrize("size", [0, -3, 2.5, "x", True, [7]])
def test_a_size_that_is_none_is_refused(size: object) -> None:
    with pytest.raises(SpecError) as caught:
        cnn.loads(SPEC, settings={"H": size, "W": 7})
    assert str(caught.value).startswith(
        "error: the size 'H' of the input must be a whole number of at least 1 and at most "
    )


def test_every_function_of_python_refuses_open_sizes() -> None:
    network = cnn.loads(SPEC)
    assert repr(network) == "<Spec Any size: input HxWx3, 3 layers>"
    for function in (cnn.analyze, cnn.verify, cnn.draw, lambda n: cnn.compare(n, "zoo:lenet5")):
        with pytest.raises(SpecError, match="the input leaves H and W open"):
            function(network)


def test_closed_forms_of_known_sizes_are_refused() -> None:
    with pytest.raises(UsageError) as caught:
        cnn.closed_forms("zoo:lenet5")
    assert str(caught.value) == (
        "error: the input of LeNet-5 leaves no size open\n"
        "  help: a letter stands for a size that is not known, as in 'input: HxWx3'"
    )


@pytest.mark.parametrize(
    ("written", "help_"),
    [
        (
            "Nonex-1x3",
            "a size that is left open has a letter or a question mark, as in 'input: ?x?x3'",
        ),
        ("image", "input: 224x224x3 (an image), 128x9 (a signal) or 784 (a vector)"),
    ],
)
def test_what_others_write_for_an_open_size_is_explained(written: str, help_: str) -> None:
    with pytest.raises(SpecError) as caught:
        cnn.loads(SPEC.replace("HxWx3", written))
    assert f"help: {help_}" in str(caught.value)


def test_lint_of_open_sizes_finds_what_holds_for_all(run: Run, write_spec: Write) -> None:
    spec = SPEC.replace("  - gap\n", "  - relu\n  - relu\n  - gap\n")
    found = run("lint", str(write_spec(spec)))
    assert "NA003" in found.out
    assert "RF003" not in found.out  # it speaks of the size of the image
    assert "RF003" in run("lint", str(write_spec(spec)), "--set", "H=256", "--set", "W=384").out


NESTED = """\
cnn: 1
input: Lx2
layers:
  - {unit: , repeat: 20}
blocks:
  unit: [{resize: {scale: 3}}, {maxpool: 2}]
"""


def test_closed_forms_that_nobody_could_read_are_refused(run: Run, write_spec: Write) -> None:
    path = write_spec(NESTED)
    found = run("summary", str(path))
    assert found.code == 2
    assert found.err == (
        "error: the closed forms of net are longer than 5,000 numbers and symbols\n"
        "  help: give sizes, as in '--set L=256'\n"
    )
    assert run("lint", str(path)).code in {0, 1}
    assert run("summary", str(path), "--set", "L=2").code == 0
