"""``cnnanalyze check``: what it says of a model and its spec, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnanalyze.cli import run
from cnnanalyze.testing import assert_conforms

SPEC = """\
cnn: 1
name: Tiny
input: 9x7x2
layers:
  - conv: {filters: 5, kernel: 3, bias: false}
  - bn
  - relu
"""
Write = Callable[..., Path]
Captured = pytest.CaptureFixture[str]


def test_a_model_that_conforms_ends_with_zero(write_spec: Write, capsys: Captured) -> None:
    path = str(write_spec(SPEC))
    assert run(["check", path, "--against", path]) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == (
        "",
        "Tiny: the model is the network of the spec, 3 operations alike\n",
    )


def test_a_departure_is_shown_at_its_line(
    write_spec: Write, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = write_spec(SPEC, "spec.yaml")
    model = write_spec(SPEC.replace("kernel: 3", "kernel: 5"), "model.yaml")
    monkeypatch.chdir(spec.parent)
    assert run(["check", spec.name, "--against", model.name]) == 1
    assert capsys.readouterr().out == (
        "spec.yaml:5:32: error[CF003] other-attribute: conv1: kernel 3x3 in the spec, 5x5 in "
        "conv1 of the model\n"
        "  |\n"
        "5 |   - conv: {filters: 5, kernel: 3, bias: false}\n"
        "  |                                ^\n"
        "  layer conv1\n"
        "  help: change the spec or the model, whichever is wrong\n"
        "\n"
        "1 error in 1 file\n"
    )


def test_folded_normalisation_is_named_as_what_it_may_be(
    write_spec: Write, capsys: Captured
) -> None:
    spec = str(write_spec(SPEC, "spec.yaml"))
    text = SPEC.replace(", bias: false", "").replace("  - bn\n", "")
    model = str(write_spec(text, "model.yaml"))
    assert run(["check", spec, "--against", model, "-f", "concise"]) == 1
    shown = capsys.readouterr().out
    assert "conv1: bias false in the spec, true in conv1 of the model" in shown
    assert "batchnorm1 (batchnorm) of the spec is not in the model" in shown
    assert run(["check", spec, "--against", model]) == 1
    help_ = "if the exporter worked it into the layer before, check with --folded"
    assert capsys.readouterr().out.count(help_) == 2
    assert run(["check", spec, "--against", model, "--folded"]) == 0


def test_findings_are_written_as_sarif(write_spec: Write, tmp_path: Path, capsys: Captured) -> None:
    spec = write_spec(SPEC, "spec.yaml")
    model = write_spec(SPEC.replace("relu", "tanh"), "model.yaml")
    file = tmp_path / "found.sarif"
    assert run(["check", str(spec), "--against", str(model), "-o", str(file)]) == 1
    (found,) = json.loads(file.read_text("utf-8"))["runs"][0]["results"]
    assert found["ruleId"] == "CF002"
    place = found["locations"][0]["physicalLocation"]
    assert place["region"]["startLine"] == 7
    assert "1 error" in capsys.readouterr().out


def test_github_gets_annotations(write_spec: Write, capsys: Captured) -> None:
    spec = write_spec(SPEC, "spec.yaml")
    model = write_spec(SPEC.replace("input: 9x7x2", "input: 9x7x3"), "model.yaml")
    assert run(["check", str(spec), "--against", str(model), "-f", "github"]) == 1
    line = capsys.readouterr().out.splitlines()[0]
    assert line.startswith("::error title=CF001 other-input,file=")
    assert line.endswith(
        "::input: 9x7x2 in the spec, 9x7x3 in input of the model%0A"
        "help: change the spec or the model, whichever is wrong"
    )


def test_a_missing_model_ends_with_two(write_spec: Write, capsys: Captured) -> None:
    path = str(write_spec(SPEC))
    assert run(["check", path, "--against", "nowhere.yaml"]) == 2
    assert "nowhere.yaml" in capsys.readouterr().err


def test_an_assertion_names_every_departure(write_spec: Write) -> None:
    spec = write_spec(SPEC, "spec.yaml")
    model = write_spec(SPEC.replace("filters: 5", "filters: 7").replace("relu", "tanh"), "m.yaml")
    assert_conforms(spec, spec)
    with pytest.raises(AssertionError) as caught:
        assert_conforms(model, spec)
    assert str(caught.value) == (
        "Tiny: the model departs from the spec in 2 places\n"
        "conv1: filters 5 in the spec, 7 in conv1 of the model\n"
        "relu1: relu in the spec, tanh in tanh1 of the model"
    )


def test_update_writes_what_the_model_has(write_spec: Write, capsys: Captured) -> None:
    spec = write_spec(SPEC, "spec.yaml")
    model = write_spec(SPEC.replace("kernel: 3", "kernel: 5").replace("relu", "tanh"), "m.yaml")
    assert run(["check", str(spec), "--against", str(model), "--update"]) == 0
    assert spec.read_text("utf-8") == model.read_text("utf-8")
    assert capsys.readouterr().err == (
        "2 changes written\nTiny: the model is the network of the spec, 3 operations alike\n"
    )


def test_a_diff_shows_what_update_would_write_and_names_the_rest(
    write_spec: Write, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = write_spec(SPEC, "spec.yaml")
    model = write_spec(SPEC.replace("  - bn\n", "").replace("relu", "tanh"), "model.yaml")
    monkeypatch.chdir(spec.parent)
    assert run(["check", "spec.yaml", "--against", model.name, "--diff"]) == 1
    shown = capsys.readouterr()
    assert shown.out == (
        "--- spec.yaml\n+++ spec.yaml\n@@ -4,4 +4,4 @@\n layers:\n"
        "   - conv: {filters: 5, kernel: 3, bias: false}\n   - bn\n-  - relu\n+  - tanh\n"
    )
    assert shown.err == ("left as it is: batchnorm1 (batchnorm) of the spec is not in the model\n")
    assert spec.read_text("utf-8") == SPEC
    assert run(["check", "spec.yaml", "--against", model.name, "--update"]) == 1
    shown = capsys.readouterr()
    assert "batchnorm1 (batchnorm) of the spec is not in the model" in shown.out
    assert shown.err == "1 change written\n"


def test_update_says_why_something_is_left_and_where_to_edit(
    write_spec: Write, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "cnn: 1\nname: Net\ninput: 9x9x4\nlayers:\n"
    spec = write_spec(f"{head}  - conv: {{filters: 2 * $in, kernel: 3}}\n", "spec.yaml")
    model = write_spec(f"{head}  - conv: {{filters: 7, kernel: 3}}\n", "model.yaml")
    monkeypatch.chdir(spec.parent)
    for word in ("--diff", "--update"):
        assert run(["check", "spec.yaml", "--against", model.name, word]) == 1
        assert (
            "left as it is: conv1: filters 8 in the spec, 7 in conv1 of the model; it is computed, "
            "at spec.yaml:5:21: '2 * $in'\n"
        ) in capsys.readouterr().err


def test_update_changes_no_network_of_the_package(write_spec: Write, capsys: Captured) -> None:
    import cnnanalyze as cnn

    text = cnn.dumps(cnn.load("zoo:lenet5")).replace("units: 84", "units: 85")
    model = write_spec(text, "model.yaml")
    assert run(["check", "zoo:lenet5", "--against", str(model), "--diff"]) == 1
    assert "+  - {dense: 85, as: F6}" in capsys.readouterr().out
    assert run(["check", "zoo:lenet5", "--against", str(model), "--update"]) == 2
    assert "belongs to cnnanalyze itself and is not changed" in capsys.readouterr().err


def test_a_model_is_no_spec_to_update(write_spec: Write, capsys: Captured) -> None:
    model = str(Path(__file__).parents[1] / "exchange" / "samples" / "small.onnx")
    spec = str(write_spec(SPEC))
    assert run(["check", model, "--against", spec, "--update"]) == 2
    assert "is not a spec and is not changed" in capsys.readouterr().err


STATE = "0.weight 5 2 3 3\n1.weight 5\n1.bias 5\n1.running_mean 5\n1.running_var 5\n"


def test_weights_are_held_against_a_spec(
    write_spec: Write, tmp_path: Path, capsys: Captured
) -> None:
    spec, state = str(write_spec(SPEC)), tmp_path / "state.txt"
    state.write_text(STATE)
    assert run(["check", spec, "--against", str(state), "--tensors"]) == 0
    shown = capsys.readouterr()
    assert shown.out == (
        "conv1       0.weight        5x2x3x3\n"
        "batchnorm1  1.weight        5\n"
        "batchnorm1  1.bias          5\n"
        "batchnorm1  1.running_mean  5\n"
        "batchnorm1  1.running_var   5\n"
    )
    assert shown.err == "Tiny: the weights are those of the spec, 5 tensors alike\n"
    state.write_text(STATE.replace("3 3", "5 5"))
    assert run(["check", spec, "--against", str(state), "-f", "concise"]) == 1
    assert ":5:5: error[CF009] other-weights: conv1: 3x3x2x5 in the spec, 0.weight 5x2x5x5" in (
        capsys.readouterr().out
    )


def test_weights_are_checked_in_tests(write_spec: Write, tmp_path: Path) -> None:
    spec, state = write_spec(SPEC), tmp_path / "state.txt"
    state.write_text(STATE)
    assert_conforms(state, spec)
    state.write_text(STATE.replace("running_mean 5", "running_mean 7"))
    with pytest.raises(AssertionError) as caught:
        assert_conforms(state, spec)
    assert str(caught.value) == (
        "Tiny: the weights depart from the spec in 1 place\n"
        "batchnorm1: 5 in the spec, 1.running_mean 7 in the file"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["state.txt", "--update"], "--update needs a model, and 'state.txt' holds weights"),
        (["state.txt", "--diff"], "--diff needs a model, and 'state.txt' holds weights"),
        (["state.txt", "--folded"], "--folded needs a model, and 'state.txt' holds weights"),
        (["m.yaml", "--tensors"], "--tensors needs a file of weights, and 'm.yaml' is none"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    options: list[str], message: str, write_spec: Write, capsys: Captured
) -> None:
    assert run(["check", str(write_spec(SPEC)), "--against", *options]) == 2
    assert message in capsys.readouterr().err
